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
  /** Most milliseconds of index building between two turns of the event loop. @defaultValue 2 */
  readonly sliceMs?: number;
}

export const defaultMemoryOptions = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  newId: (): string => crypto.randomUUID(),
  countTokens: (text: string) => Buffer.byteLength(text),
  maxIndexedUsers: 16,
  maxLineChars: 400,
  sliceMs: 2,
} as const satisfies Omit<Required<MemoryOptions>, 'dataDir'>;

export const defaultRecallOptions = {
  budgetTokens: 1024,
  maxItems: 8,
  minItems: 0,
  depth: 'fast',
  deadlineMs: { fast: 15, medium: 100, deep: 3000 },
  /** Turns taken along on either side of the best matches. */
  around: { fast: 0, medium: 1, deep: 2 },
} as const;
