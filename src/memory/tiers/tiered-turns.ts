import type { StoredTurn } from '../types.js';
import { tierScore } from './tier-score.js';

export interface TieredTurnsOptions<T> {
  /** Unix ms now; only differences count. */
  readonly nowMs: () => number;
  /** The last exchanges, a question and its answer each, are always at hand. @defaultValue 20 */
  readonly exchanges?: number;
  /** @defaultValue 100 */
  readonly hotTurns?: number;
  /** How many move from hot to warm when hot is full. @defaultValue half of `hotTurns` */
  readonly demotedTurns?: number;
  /** @defaultValue 1000 */
  readonly warmTurns?: number;
  /** Most bytes of all that is held, as `bytesOf` estimates them. @defaultValue 16 MiB */
  readonly maxBytes?: number;
  /** @defaultValue two a character of `text`, and 200 */
  readonly bytesOf?: (value: T) => number;
}

/** The sizes of the voice assistant in the design document (10 and 100) and of its memory processor (100 and 1000). */
export const tierPresets = {
  assistant: { hotTurns: 10, warmTurns: 100 },
  processor: { hotTurns: 100, demotedTurns: 50, warmTurns: 1000 },
} as const satisfies Record<string, Partial<TieredTurnsOptions<StoredTurn>>>;

export interface TierStats {
  readonly exchangeHits: number;
  readonly hotHits: number;
  readonly warmHits: number;
  /** Reads that went to the log. */
  readonly misses: number;
  /** 0..1; 0 before the first read. */
  readonly hitRate: number;
  readonly promoted: number;
  readonly demoted: number;
  readonly evicted: number;
  /** Turns that were looked at to find the weakest of a full tier: what making room has cost. */
  readonly scored: number;
  /** Turns held by now. */
  readonly exchange: number;
  readonly hot: number;
  readonly warm: number;
  readonly bytes: number;
}

interface Entry<T> {
  readonly value: T;
  readonly bytes: number;
  uses: number;
  lastMs: number;
}

type Tier = 'exchange' | 'hot' | 'warm';

const turnsOfExchange = 2;
/** A fuller warm tier gives up this part of itself at a time, so that it is sorted once for many turns. */
const evictedPart = 10;
/** A value larger than this part of all there is room for is not held. */
const largestPart = 16;

/**
 * Decoded turns of one user in front of the log: the last exchanges, a hot and a warm tier; the log itself is the cold
 * one. What is read from the log enters warm, what is read again there moves to hot, and from a full tier those with
 * the lowest {@link tierScore} sink. One run through old turns therefore drives nothing out that is in use.
 *
 * A read takes the same time however many turns there are, and memory is bounded in turns and in bytes. `T` is what is
 * kept of a turn: the turn, or the turn with what has been made of it.
 */
export class TieredTurns<T = StoredTurn> {
  readonly #options: Required<TieredTurnsOptions<T>>;
  readonly #tiers: Readonly<Record<Tier, Map<number, Entry<T>>>> = {
    exchange: new Map(),
    hot: new Map(),
    warm: new Map(),
  };
  readonly #hits = { exchange: 0, hot: 0, warm: 0 };
  #misses = 0;
  #promoted = 0;
  #demoted = 0;
  #evicted = 0;
  #scored = 0;
  #bytes = 0;

  constructor(options: TieredTurnsOptions<T>) {
    const hotTurns = options.hotTurns ?? 100;
    this.#options = {
      exchanges: 20,
      hotTurns,
      demotedTurns: Math.ceil(hotTurns / 2),
      warmTurns: 1000,
      maxBytes: 16 * 1024 * 1024,
      bytesOf: estimatedBytes,
      ...options,
    };
  }

  /** Takes a turn that was just said, so that it need not be read back from the log. */
  add(turnId: number, value: T): void {
    this.#hold('exchange', turnId, value);
  }

  /** The turn, from wherever it is; `undefined` when the log has none. What is not there is asked for again each time. */
  get(turnId: number, load: (turnId: number) => T | undefined): T | undefined {
    const tier = this.#tierOf(turnId);
    if (tier !== undefined) {
      this.#hits[tier]++;
      return this.#use(tier, turnId)?.value;
    }
    this.#misses++;
    const value = load(turnId);
    if (value !== undefined) this.#hold('warm', turnId, value);
    return value;
  }

  /** Counts a use without a read. Turns that are not at hand are left where they are. */
  touch(turnId: number): void {
    const tier = this.#tierOf(turnId);
    if (tier !== undefined) this.#use(tier, turnId);
  }

  forget(turnId: number): void {
    const tier = this.#tierOf(turnId);
    if (tier !== undefined) this.#take(tier, turnId);
  }

  /** Lets go of all turns, not of the counts. */
  clear(): void {
    for (const tier of Object.values(this.#tiers)) tier.clear();
    this.#bytes = 0;
  }

  stats(): TierStats {
    const { exchange, hot, warm } = this.#hits;
    const reads = exchange + hot + warm + this.#misses;
    return {
      exchangeHits: exchange,
      hotHits: hot,
      warmHits: warm,
      misses: this.#misses,
      hitRate: reads === 0 ? 0 : (reads - this.#misses) / reads,
      promoted: this.#promoted,
      demoted: this.#demoted,
      evicted: this.#evicted,
      scored: this.#scored,
      exchange: this.#tiers.exchange.size,
      hot: this.#tiers.hot.size,
      warm: this.#tiers.warm.size,
      bytes: this.#bytes,
    };
  }

  #tierOf(turnId: number): Tier | undefined {
    if (this.#tiers.hot.has(turnId)) return 'hot';
    if (this.#tiers.exchange.has(turnId)) return 'exchange';
    return this.#tiers.warm.has(turnId) ? 'warm' : undefined;
  }

  #use(tier: Tier, turnId: number): Entry<T> | undefined {
    const entry = this.#tiers[tier].get(turnId);
    if (!entry) return undefined;
    entry.uses++;
    entry.lastMs = this.#options.nowMs();
    if (tier === 'warm') {
      this.#promoted++;
      this.#tiers.warm.delete(turnId);
      this.#tiers.hot.set(turnId, entry);
      this.#settle();
    }
    return entry;
  }

  #hold(tier: Tier, turnId: number, value: T): void {
    this.forget(turnId);
    const bytes = this.#options.bytesOf(value);
    if (bytes > this.#options.maxBytes / largestPart) return;
    this.#tiers[tier].set(turnId, { value, bytes, uses: 1, lastMs: this.#options.nowMs() });
    this.#bytes += bytes;
    this.#settle();
  }

  /** Lets what is too much in one tier sink to the next. */
  #settle(): void {
    const { exchange, hot, warm } = this.#tiers;
    const { exchanges, hotTurns, demotedTurns, warmTurns, maxBytes } = this.#options;
    for (const [turnId, entry] of exchange) {
      if (exchange.size <= exchanges * turnsOfExchange) break;
      exchange.delete(turnId);
      hot.set(turnId, entry);
    }
    if (hot.size > hotTurns) {
      for (const [turnId, entry] of this.#weakest(hot, Math.max(demotedTurns, hot.size - hotTurns))) {
        this.#demoted++;
        hot.delete(turnId);
        warm.set(turnId, entry);
      }
    }
    if (warm.size > warmTurns) this.#evict('warm', warm.size - warmTurns);
    for (const tier of ['warm', 'hot', 'exchange'] as const) {
      while (this.#bytes > maxBytes && this.#tiers[tier].size > 0) this.#evict(tier, 1);
    }
  }

  #evict(tier: Tier, atLeast: number): void {
    const count = Math.max(atLeast, Math.floor(this.#tiers[tier].size / evictedPart));
    for (const [turnId] of this.#weakest(this.#tiers[tier], count)) {
      this.#evicted++;
      this.#take(tier, turnId);
    }
  }

  /** Lowest score first; of equals the one that came first. */
  #weakest(tier: ReadonlyMap<number, Entry<T>>, count: number): [number, Entry<T>][] {
    const nowMs = this.#options.nowMs();
    this.#scored += tier.size;
    const scored = [...tier].map((item) => ({ item, score: tierScore(item[1], nowMs) }));
    scored.sort((a, b) => a.score - b.score);
    return scored.slice(0, count).map(({ item }) => item);
  }

  #take(tier: Tier, turnId: number): void {
    this.#bytes -= this.#tiers[tier].get(turnId)?.bytes ?? 0;
    this.#tiers[tier].delete(turnId);
  }
}

const recordBytes = 200;

function estimatedBytes(value: unknown): number {
  const text = typeof value === 'object' && value !== null && 'text' in value ? value.text : value;
  return recordBytes + (typeof text === 'string' ? 2 * text.length : 0);
}
