import type { Arena } from './arena.js';
import { chunkBytes, chunkVectors, groupVectors, nearBytes, signBytes } from './kernel.js';
import { signsOf } from './sign-costs.js';

/** Sign bits of documents `base` to `base + 1023`. */
export interface SignChunk {
  /** Where it lies in the kernel's memory. */
  readonly at: number;
  /** A bit for each document that is there. */
  readonly present: Uint32Array;
  count: number;
}

/**
 * Sign bits by document in a kernel's memory, in chunks that are taken when the first document of a thousand comes
 * and given back when the last one goes; nothing that is there is ever moved.
 */
export class SignChunks {
  readonly #arena: Arena;
  readonly #chunks: (SignChunk | undefined)[] = [];
  readonly #signs = new Uint8Array(signBytes);
  #size = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Documents. */
  get size(): number {
    return this.#size;
  }

  /** One more than the highest chunk's number. */
  get length(): number {
    return this.#chunks.length;
  }

  chunk(number: number): SignChunk | undefined {
    return this.#chunks[number];
  }

  has(doc: number): boolean {
    const chunk = this.#chunks[Math.floor(doc / chunkVectors)];
    return chunk !== undefined && isPresent(chunk, doc % chunkVectors);
  }

  /** Keeps a vector's signs; those that the document had are replaced. */
  set(doc: number, vector: Int8Array): void {
    const number = Math.floor(doc / chunkVectors);
    const lane = doc % chunkVectors;
    const chunk = (this.#chunks[number] ??= this.#take());
    if (!isPresent(chunk, lane)) {
      chunk.present[lane >> 5] = (chunk.present[lane >> 5] ?? 0) | (1 << (lane & 31));
      chunk.count++;
      this.#size++;
    }
    signsOf(vector, this.#signs);
    const bytes = this.#arena.kernel.bytes();
    const group = lane - (lane % groupVectors);
    const near = chunk.at + group * nearBytes + (lane % groupVectors);
    const rest =
      chunk.at + chunkVectors * nearBytes + group * (signBytes - nearBytes) + (lane % groupVectors);
    for (let byte = 0; byte < nearBytes; byte++) {
      bytes[near + byte * groupVectors] = this.#signs[byte] ?? 0;
    }
    for (let byte = 0; byte < signBytes - nearBytes; byte++) {
      bytes[rest + byte * groupVectors] = this.#signs[nearBytes + byte] ?? 0;
    }
  }

  delete(doc: number): void {
    const number = Math.floor(doc / chunkVectors);
    const lane = doc % chunkVectors;
    const chunk = this.#chunks[number];
    if (!chunk || !isPresent(chunk, lane)) return;
    chunk.present[lane >> 5] = (chunk.present[lane >> 5] ?? 0) & ~(1 << (lane & 31));
    this.#size--;
    if (--chunk.count > 0) return;
    // What was forgotten does not lie about, not even as signs.
    this.#arena.giveBack(chunk.at, chunkBytes);
    this.#chunks[number] = undefined;
  }

  #take(): SignChunk {
    return { at: this.#arena.take(chunkBytes), present: new Uint32Array(chunkVectors / 32), count: 0 };
  }
}

export function isPresent(chunk: SignChunk, lane: number): boolean {
  return ((chunk.present[lane >> 5] ?? 0) & (1 << (lane & 31))) !== 0;
}
