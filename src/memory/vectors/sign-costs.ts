import { dimensions, nearBytes, signBytes } from './kernel.js';

/** How dear a difference from a query's signs is, as tables that the kernel adds up. */
export interface SignCosts {
  /** For each byte of signs 16 costs of its low four bits, then 16 of its high four, 0..255. */
  readonly tables: Uint8Array;
  /** The part of all costs that lies in the near part of a chunk, 0..1. */
  readonly nearShare: number;
}

/** The cost at which half of the query's weight has another sign: a random vector's. Dearer ones are all the same. */
const farCost = 255;

/**
 * Asymmetric comparison of signs: where a vector's sign differs from the query's, it costs what the query weighs there,
 * so that numbers near zero, whose sign is chance, cost next to nothing. It takes as long as counting bits does and
 * ranks far better, because only one of the two sides is cut down to signs.
 */
export function signCosts(query: Float32Array): SignCosts {
  let total = 0;
  let near = 0;
  for (let i = 0; i < dimensions; i++) {
    const weight = Math.abs(query[i] ?? 0);
    total += weight;
    if (i < nearBytes * 8) near += weight;
  }
  const scale = total > 0 ? farCost / (total / 2) : 0;
  const nearShare = total > 0 ? near / total : 0.5;
  const tables = new Uint8Array(signBytes * 32);
  const costs = new Float64Array(16);
  for (let nibble = 0; nibble < signBytes * 2; nibble++) {
    // Of each four signs: what the query weighs where it is positive, if none is set; each that is set changes one part.
    let none = 0;
    for (let bit = 0; bit < 4; bit++) none += Math.max(0, query[nibble * 4 + bit] ?? 0);
    costs[0] = none;
    for (let bit = 0; bit < 4; bit++) {
      const value = query[nibble * 4 + bit] ?? 0;
      // A positive number costs nothing any more where the sign is set, a negative one begins to.
      for (let signs = 0; signs < 1 << bit; signs++) costs[signs + (1 << bit)] = (costs[signs] ?? 0) - value;
    }
    for (let signs = 0; signs < 16; signs++)
      tables[nibble * 16 + signs] = Math.min(255, Math.round((costs[signs] ?? 0) * scale));
  }
  return { tables, nearShare };
}

/** Puts the signs of a vector into 48 bytes; bit i of byte b is set where number 8b + i is positive. */
export function signsOf(vector: Int8Array, signs: Uint8Array): void {
  for (let byte = 0; byte < signBytes; byte++) {
    let bits = 0;
    for (let bit = 0; bit < 8; bit++) {
      // The sign bit of -x is set for positive x and for nothing else.
      bits |= (-(vector[byte * 8 + bit] ?? 0) >>> 31) << bit;
    }
    signs[byte] = bits;
  }
}
