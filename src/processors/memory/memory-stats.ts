import type { UserMemory } from '../../memory/memory.js';
import type { LatencyWindow } from './latency-window.js';

export interface StatelessMemoryStats {
  /** Exchanges (a turn and its answer) stored by this processor. */
  readonly totalConversations: number;
  /** Turns of the last exchanges that are at hand. */
  readonly cacheSize: number;
  /** Reads of turns that the cache, hot or warm have answered, and those that went to the log. */
  readonly cacheHits: number;
  readonly cacheMisses: number;
  /** Hits of all reads, 0..1; 0 while nothing was read. */
  readonly cacheHitRatio: number;
  /** Turns of the users that this processor has served: decoded and at hand in hot and warm, in the log alone in cold. */
  readonly tiers: { readonly hot: number; readonly warm: number; readonly cold: number };
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
  readonly totalConversations: number;
  readonly injections: LatencyWindow;
  readonly lateInjections: number;
}

export async function memoryStats(parts: StatsParts): Promise<StatelessMemoryStats> {
  const { users, injections } = parts;
  const perUser = await Promise.all(users.map((user) => user.stats()));
  const total = { turns: 0, exchange: 0, hot: 0, warm: 0, hits: 0, misses: 0 };
  for (const { turns, tiers } of perUser) {
    total.turns += turns;
    if (!tiers) continue;
    for (const key of ['exchange', 'hot', 'warm', 'hits', 'misses'] as const) total[key] += tiers[key];
  }
  const reads = total.hits + total.misses;
  const held = total.exchange + total.hot + total.warm;
  return {
    totalConversations: parts.totalConversations,
    cacheSize: total.exchange,
    cacheHits: total.hits,
    cacheMisses: total.misses,
    cacheHitRatio: reads === 0 ? 0 : total.hits / reads,
    tiers: { hot: total.exchange + total.hot, warm: total.warm, cold: Math.max(0, total.turns - held) },
    injections: injections.count,
    lateInjections: parts.lateInjections,
    averageInjectionMs: injections.average(),
    p95InjectionMs: injections.percentile(0.95),
  };
}
