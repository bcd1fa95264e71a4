/**
 * Where a prompt is cut for evaluation, and how much of it a cache may stand for.
 *
 * Floating-point results depend on how many tokens are evaluated together: the same prompt evaluated as one
 * batch or as two gives slightly different keys and values, and a greedy answer can tip over. So the cuts are
 * a function of the tokens before them and of nothing else, and a cache is trusted only up to a cut. Whatever
 * was cached, every token is then computed in the same company, and the answer is the same.
 *
 * Cuts fall behind end-of-turn tokens because that is where a growing conversation stops being the same.
 */
export interface ChunkOptions {
  /** Fewest tokens between cuts at the end of a turn: tiny batches cost speed (16 is within 20 % of 128). */
  readonly minTokens: number;
  /** Most tokens evaluated at once; an abort takes effect at the next cut. */
  readonly maxTokens: number;
}

export const defaultChunkOptions = { minTokens: 16, maxTokens: 64 } as const satisfies ChunkOptions;

/** The cuts of a prompt in ascending order, as counts of tokens before the cut. Its end is a cut only by rule. */
export function chunkEnds(
  tokens: readonly number[],
  endsTurn: (token: number) => boolean,
  options: ChunkOptions = defaultChunkOptions,
): number[] {
  const ends: number[] = [];
  let start = 0;
  tokens.forEach((token, index) => {
    const size = index + 1 - start;
    if (size >= options.maxTokens || (size >= options.minTokens && endsTurn(token))) {
      start = index + 1;
      ends.push(start);
    }
  });
  return ends;
}

/** Length of the longest prefix that both share. */
export function commonPrefix(a: readonly number[], b: readonly number[]): number {
  const limit = Math.min(a.length, b.length);
  let index = 0;
  while (index < limit && a[index] === b[index]) index += 1;
  return index;
}

/**
 * How many tokens of `prompt` need no evaluation when `cached` has been evaluated cut by cut. At least one
 * token is left over, because the answer starts from the result of the last one.
 */
export function reusableTokens(
  cached: readonly number[],
  prompt: readonly number[],
  ends: readonly number[],
): number {
  const shared = Math.min(commonPrefix(cached, prompt), prompt.length - 1);
  return ends.findLast((end) => end <= shared) ?? 0;
}

/** The tokens from `from` on, cut at `ends`. */
export function chunksFrom(tokens: readonly number[], from: number, ends: readonly number[]): number[][] {
  const cuts = [from, ...ends.filter((end) => end > from && end < tokens.length), tokens.length];
  return cuts.slice(1).map((end, index) => tokens.slice(cuts[index], end));
}
