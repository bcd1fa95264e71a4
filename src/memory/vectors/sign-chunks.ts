import {
  chunkBytes,
  chunkVectors,
  groupVectors,
  layout,
  nearBytes,
  signBytes,
  type Kernel,
} from './kernel.js';
import { signsOf } from './sign-costs.js';

/** Sign bits of documents `base` to `base + 1023`. */
export interface SignChunk {
  /** Where it lies in the kernel's memory. */
  readonly at: number;
  /** A bit for each document that is there. */
  readonly present: Uint32Array;
  count: number;
}

/** The memory grows by so much at a time: pages are taken when they are written, so room costs nothing. */
const growBytes = 1 << 20;

/**
 * Sign bits by document in a kernel's memory, in chunks that are taken when the first document of a thousand comes
 * and given back when the last one goes; nothing that is there is ever moved.
 */
export class SignChunks {
  readonly #kernel: Kernel;
  readonly #chunks: (SignChunk | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #signs = new Uint8Array(signBytes);
  #end: number = layout.chunks;
  #size = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
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
    const bytes = this.#kernel.bytes();
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
    this.#kernel.bytes().fill(0, chunk.at, chunk.at + chunkBytes);
    this.#free.push(chunk.at);
    this.#chunks[number] = undefined;
  }

  #take(): SignChunk {
    let at = this.#free.pop();
    if (at === undefined) {
      at = this.#end;
      this.#end += chunkBytes;
      if (this.#end > this.#kernel.bytes().length) {
        this.#kernel.grow(this.#kernel.bytes().length + growBytes);
      }
    }
    return { at, present: new Uint32Array(chunkVectors / 32), count: 0 };
  }
}

export function isPresent(chunk: SignChunk, lane: number): boolean {
  return ((chunk.present[lane >> 5] ?? 0) & (1 << (lane & 31))) !== 0;
}
