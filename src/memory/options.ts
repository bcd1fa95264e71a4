import { rankingModels } from './recall/ranking-weights.js';
import type { RankingModels } from './recall/user-index.js';

/** How a memory is opened. */
export interface MemoryOptions {
  /** The memory keeps its files in `memory/` below this folder. */
  readonly dataDir: string;
  /** Unix milliseconds now. @defaultValue the system clock */
  readonly nowMs?: () => number;
  /** Milliseconds from any start, never backwards, for deadlines and time slices. @defaultValue `performance.now` */
  readonly monotonicMs?: () => number;
  /** A value never used before. @defaultValue `crypto.randomUUID` */
  readonly newId?: () => string;
  /**
   * Tokens of a text by the model's tokenizer. The default counts UTF-8 bytes: no byte-level tokenizer makes more
   * tokens than that, and English has about four times fewer, so give the model's own counter.
   * @defaultValue UTF-8 bytes
   */
  readonly countTokens?: (text: string) => number;
  /** How many users' indexes stay in memory. @defaultValue 16 */
  readonly maxIndexedUsers?: number;
  /** Longest text of one line in a block, in characters; longer turns are shortened around what was asked. @defaultValue 400 */
  readonly maxLineChars?: number;
  /**
   * Turns texts into unit vectors of 384 numbers whose dot product is their likeness in meaning. Called in the
   * background for what is remembered, and within the deadline for what is asked. Without it words alone decide.
   */
  readonly embed?: Embed;
  /** Weights of the ranking. @defaultValue those that `bench/memory/train-ranking.ts` made */
  readonly ranking?: RankingModels;
  /** Last exchanges of a user whose turns are at hand decoded. @defaultValue 20 */
  readonly exchanges?: number;
  /** Decoded turns in the hot tier; when it is full, half of it moves to the warm one. @defaultValue 100 */
  readonly hotTurns?: number;
  /** Decoded turns in the warm tier. @defaultValue 1000 */
  readonly warmTurns?: number;
  /** Bytes of one user's vectors that are held in memory; older ones are read from the disk. @defaultValue 64 MiB */
  readonly maxVectorBytes?: number;
  /** Most milliseconds of index building between two turns of the event loop. @defaultValue 2 */
  readonly sliceMs?: number;
}

export type Embed = (texts: readonly string[]) => Promise<readonly Float32Array[]>;

/** With every default filled in; `embed` has none. */
export type ResolvedMemoryOptions = Required<Omit<MemoryOptions, 'embed'>> & Pick<MemoryOptions, 'embed'>;

export const defaultMemoryOptions = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  newId: (): string => crypto.randomUUID(),
  countTokens: (text: string) => Buffer.byteLength(text),
  maxIndexedUsers: 16,
  maxLineChars: 400,
  ranking: rankingModels,
  exchanges: 20,
  hotTurns: 100,
  warmTurns: 1000,
  maxVectorBytes: 64 * 1024 * 1024,
  sliceMs: 2,
} as const satisfies Omit<ResolvedMemoryOptions, 'dataDir' | 'embed'>;

export const defaultRecallOptions = {
  budgetTokens: 1024,
  maxItems: 8,
  minItems: 0,
  maxAlways: 3,
  depth: 'fast',
  deadlineMs: { fast: 15, medium: 100, deep: 3000 },
  form: 'lines',
} as const;
