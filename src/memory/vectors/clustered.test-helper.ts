import { dimensions } from './kernel.js';

/** Unit vectors in a hundred clouds, as the vectors of talk about a hundred subjects are. The same for each seed. */
export function clustered(seed: number, count: number): Float32Array[] {
  const random = normal(seed);
  const centres = Array.from({ length: 100 }, () => Float32Array.from({ length: dimensions }, random));
  return Array.from({ length: count }, (_, i) =>
    unit(Float32Array.from(centres[(i * 37) % centres.length] ?? [], (value) => value + random())),
  );
}

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return dot / Math.sqrt(aa * bb);
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** Sums of twelve even numbers, which are near enough to normal. */
function normal(seed: number): () => number {
  let state = seed;
  return () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      sum += (state >>> 0) / 2 ** 32;
    }
    return sum;
  };
}
