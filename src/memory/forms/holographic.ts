import { inverseTransform, transform, type Spectrum } from './fourier.js';

/**
 * Holographic reduced representations (T. Plate, IEEE Transactions on Neural Networks 6(3), 1995): a role and its filler
 * are bound into one vector of the same length, many such pairs are laid over each other into one trace, and a filler
 * comes back from the trace by its role: noisy, and made whole by a clean-up memory. Lengths are powers of two.
 */

/**
 * A vector for something that has no likeness to anything else: normal numbers, of length about 1.
 * @param random 0..1, 1 excluded
 */
export function randomVector(dimensions: number, random: () => number): Float32Array {
  const deviation = 1 / Math.sqrt(dimensions);
  return Float32Array.from({ length: dimensions }, () => {
    // Box and Muller; 1 - random() is never 0.
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return deviation * radius * Math.cos(2 * Math.PI * random());
  });
}

/** Circular convolution. The result is like neither of the two. */
export function bind(role: Float32Array, filler: Float32Array): Float32Array {
  checkLengths(role, filler);
  return inverseTransform(product(transform(role), transform(filler), 1));
}

/** Circular correlation: what was bound to the role, and noise. */
export function unbind(trace: Float32Array, role: Float32Array): Float32Array {
  checkLengths(trace, role);
  return inverseTransform(product(transform(trace), transform(role), -1));
}

/** Several vectors in one, which is like each of them. */
export function superpose(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) {
    checkLengths(sum, vector);
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0);
  }
  return sum;
}

/** Knows what there is, and finds what a noisy vector was. */
export class CleanUpMemory<Item> {
  readonly #known: { readonly item: Item; readonly vector: Float32Array; readonly length: number }[] = [];

  add(item: Item, vector: Float32Array): void {
    this.#known.push({ item, vector, length: Math.sqrt(dot(vector, vector)) });
  }

  /** What is most like it, by cosine, -1..1; undefined when nothing is known. */
  nearest(vector: Float32Array): { readonly item: Item; readonly similarity: number } | undefined {
    const length = Math.sqrt(dot(vector, vector)) || 1;
    let best: { item: Item; similarity: number } | undefined;
    for (const known of this.#known) {
      const similarity = dot(known.vector, vector) / (length * (known.length || 1));
      if (best === undefined || similarity > best.similarity) best = { item: known.item, similarity };
    }
    return best;
  }
}

/** Number by number; with the second one's conjugate when the sign is -1. */
function product(one: Spectrum, other: Spectrum, sign: 1 | -1): Spectrum {
  const size = one.real.length;
  const [real, imaginary] = [new Float64Array(size), new Float64Array(size)];
  for (let i = 0; i < size; i++) {
    const [a, b] = [one.real[i] ?? 0, one.imaginary[i] ?? 0];
    const [c, d] = [other.real[i] ?? 0, sign * (other.imaginary[i] ?? 0)];
    real[i] = a * c - b * d;
    imaginary[i] = a * d + b * c;
  }
  return { real, imaginary };
}

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] ?? 0) * (other[i] ?? 0);
  return sum;
}

function checkLengths(one: Float32Array, other: Float32Array): void {
  if (one.length !== other.length)
    throw new RangeError(`vectors of ${one.length} and ${other.length} numbers do not go together`);
}
