import type { UserMemory } from '../../memory/memory.js';
import type { ExchangeCache } from './exchange-cache.js';
import type { LatencyWindow } from './latency-window.js';
import { tierSizes, type TierSizes } from './tier-sizes.js';

export interface StatelessMemoryStats {
  /** Exchanges (a turn and its answer) stored by this processor. */
  readonly totalConversations: number;
  /** Turns in the cache. */
  readonly cacheSize: number;
  /** Recalled turns that were in the cache. */
  readonly cacheHits: number;
  readonly cacheMisses: number;
  /** Hits of all recalled turns, 0..1; 0 while nothing was recalled. */
  readonly cacheHitRatio: number;
  /** Turns of the users that this processor has served, by tier. */
  readonly tiers: TierSizes;
  /** Prompts that went through. */
  readonly injections: number;
  /** Of these, those that a deadline cut short. */
  readonly lateInjections: number;
  /** From a prompt's arrival until it went on, over the latest thousand. */
  readonly averageInjectionMs: number;
  readonly p95InjectionMs: number;
}

export interface StatsParts {
  readonly users: readonly UserMemory[];
  readonly hotSize: number;
  readonly warmSize: number;
  readonly totalConversations: number;
  readonly cache: ExchangeCache;
  readonly injections: LatencyWindow;
  readonly lateInjections: number;
}

export async function memoryStats(parts: StatsParts): Promise<StatelessMemoryStats> {
  const { users, hotSize, warmSize, cache, injections } = parts;
  const perUser = await Promise.all(users.map((user) => user.stats()));
  const sizes = perUser.map(({ turns }) => tierSizes(turns, hotSize, warmSize));
  const sum = (tier: keyof TierSizes): number => sizes.reduce((total, each) => total + each[tier], 0);
  const recalled = cache.hits + cache.misses;
  return {
    totalConversations: parts.totalConversations,
    cacheSize: cache.size,
    cacheHits: cache.hits,
    cacheMisses: cache.misses,
    cacheHitRatio: recalled === 0 ? 0 : cache.hits / recalled,
    tiers: { hot: sum('hot'), warm: sum('warm'), cold: sum('cold') },
    injections: injections.count,
    lateInjections: parts.lateInjections,
    averageInjectionMs: injections.average(),
    p95InjectionMs: injections.percentile(0.95),
  };
}
