import { dimensions } from './kernel.js';

/**
 * Copies a document's int8 vector, as `quantise` made it, to `target[at]` and on, four numbers a word, 96 in all.
 * Returns false when it is gone.
 */
export type CopyVector = (doc: number, target: Int32Array, at: number) => boolean;

/** Copies a vector that may lie at any address, and not only at a fourth one as words do. Returns true. */
export function copyVector(vector: Int8Array, target: Int32Array, at: number): true {
  new Int8Array(target.buffer, target.byteOffset + at * 4, dimensions).set(vector);
  return true;
}

/** A source of vectors from what gives them one by one. */
export function copyingFrom(vectorOf: (doc: number) => Int8Array | undefined): CopyVector {
  return (doc, target, at) => {
    const vector = vectorOf(doc);
    return vector?.length === dimensions && copyVector(vector, target, at);
  };
}
