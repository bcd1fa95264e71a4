/**
 * How much a memory is wanted at hand, as the design document scores it: 0.7 for recency, which is
 * `1 / (seconds since the last use + 1)`, and 0.3 for frequency, which is `uses / 100`, at most 1. Within minutes of
 * its last use recency decides, after that how often it was used: the used bubble up, the unused sink.
 */
export const scoreWeights = { recency: 0.7, frequency: 0.3, usesForFull: 100 } as const;

/** @returns 0..1. A last use in the future (a clock that jumped back) counts as one just now. */
export function tierScore(use: { readonly uses: number; readonly lastMs: number }, nowMs: number): number {
  const seconds = Math.max(0, nowMs - use.lastMs) / 1000;
  const frequency = Math.min(1, use.uses / scoreWeights.usesForFull);
  return scoreWeights.recency / (seconds + 1) + scoreWeights.frequency * frequency;
}
