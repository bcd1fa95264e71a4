/** Numbers in 0..1, 1 excluded, the same for the same seed (Mulberry32). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += one[i]! * other[i]!;
  return sum;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Indices of the vectors with the largest dot product, best first, by looking at all of them. */
export function nearest(vectors: readonly Float32Array[], query: Float32Array, count: number): number[] {
  const scores = vectors.map((vector) => dot(vector, query));
  const best: number[] = [];
  for (let i = 0; i < scores.length; i++) {
    if (best.length === count && scores[i]! <= scores[best.at(-1)!]!) continue;
    const at = best.findIndex((other) => scores[i]! > scores[other]!);
    best.splice(at < 0 ? best.length : at, 0, i);
    if (best.length > count) best.pop();
  }
  return best;
}

/** Mean part of what is right that was found. */
export function recallOf(right: readonly number[][], found: readonly number[][]): number {
  return mean(
    right.map((docs, q) => docs.filter((doc) => found[q]?.includes(doc)).length / Math.max(1, docs.length)),
  );
}

export async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; ms: number }> {
  const startMs = performance.now();
  const result = await work();
  return { result, ms: performance.now() - startMs };
}
