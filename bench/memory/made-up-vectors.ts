import { dimensions } from '../../src/memory/vectors/kernel.js';
import { quantise } from '../../src/memory/vectors/quantise.js';

/** Subjects that the made-up vectors lie around. */
const subjects = 512;
const noiseSize = 1 << 16;

export interface MadeUpVectors {
  /** A document's vector, 1 to the number of turns, as it is read from a map of the file. */
  vectorOf(doc: number): Int8Array;
  /** A query about the document's subject. */
  queryLike(doc: number): Float32Array;
}

/** Vectors in clouds around subjects, about as near to each other (cosine .5) as turns on one subject are. */
export function madeUpVectors(turns: number): MadeUpVectors {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >> 8) / 2 ** 23;
  };
  const centres = Float32Array.from({ length: subjects * dimensions }, random);
  const noise = Float32Array.from({ length: noiseSize }, random);
  const around = (doc: number, shift: number): Float32Array => {
    const centre = ((doc * 7) % subjects) * dimensions;
    const from = Math.imul(doc + shift, 0x9e3779b1) >>> 16;
    const vector = new Float32Array(dimensions);
    for (let i = 0; i < dimensions; i++) {
      vector[i] = (centres[centre + i] ?? 0) + (noise[(from + i) % noiseSize] ?? 0);
    }
    return vector;
  };
  const kept = new Int8Array((turns + 1) * dimensions);
  for (let doc = 1; doc <= turns; doc++) kept.set(quantise(around(doc, 0)), doc * dimensions);
  return {
    vectorOf: (doc) => kept.subarray(doc * dimensions, (doc + 1) * dimensions),
    queryLike: (doc) => around(doc, 12_345),
  };
}
