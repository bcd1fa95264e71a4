import { dimensions, vectorWords } from './kernel.js';

/** Vectors of a block. */
export const blockVectors = 256;
/** What a block takes in memory. */
export const blockBytes = blockVectors * (dimensions + 1);

/** Int8 vectors of 256 turns that follow each other, allocated at once and never moved. */
export class VectorBlock {
  readonly #bytes = new Int8Array(blockVectors * dimensions);
  readonly #words = new Int32Array(this.#bytes.buffer);
  readonly #present = new Uint8Array(blockVectors);

  /** The number of the block that a turn's vector is in. */
  static of(turnId: number): number {
    return Math.floor(turnId / blockVectors);
  }

  set(turnId: number, vector: Int8Array): void {
    const place = turnId % blockVectors;
    this.#bytes.set(vector, place * dimensions);
    this.#present[place] = 1;
  }

  /** Copies a turn's vector to `target[at]` and on, four numbers a word. Returns false when there is none. */
  copy(turnId: number, target: Int32Array, at: number): boolean {
    const place = turnId % blockVectors;
    if (this.#present[place] !== 1) return false;
    const words = this.#words;
    const from = place * vectorWords;
    // A loop, because `set` wants a view of the part, and making one takes longer than the copy.
    for (let i = 0; i < vectorWords; i++) target[at + i] = words[from + i] ?? 0;
    return true;
  }
}
