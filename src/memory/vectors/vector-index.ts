import { setImmediate } from 'node:timers/promises';

import type { CopyVector } from './copy-vector.js';
import { dimensions, layout, maxDots, vectorWords, type Kernel } from './kernel.js';
import { quantiseFinely } from './quantise.js';
import { SignChunks } from './sign-chunks.js';
import { signCosts } from './sign-costs.js';
import { SignScan } from './sign-scan.js';
import { createKernel } from './simd-kernel.js';

/** The nearest documents, best first. */
export interface VectorMatches {
  readonly docs: Uint32Array;
  /** Cosines, -1..1. */
  readonly scores: Float32Array;
  /** True when older documents were not looked at, because time was up. */
  readonly cut: boolean;
}

export interface VectorIndexOptions {
  /**
   * How many of the nearest by sign are compared exactly, at least. It is three times the limit, or 0.6 of the square
   * root of the number of vectors, if that is more: among more vectors there are more near ones.
   */
  readonly rescored?: number;
  /** @defaultValue WebAssembly where the machine has SIMD */
  readonly kernel?: () => Kernel;
}

export const defaultVectorIndexOptions = {
  rescored: 128,
  kernel: createKernel,
} as const satisfies VectorIndexOptions;

/** Scanned between two looks at the clock, a tenth of a millisecond. */
const chunksPerLook = 32;
/** Scanned before other work gets its turn: 256 k vectors, a millisecond. */
const looksPerSlice = 8;

/**
 * The vectors of one user's turns. Their signs, 48 bytes a vector, are held and searched wholly; the nearest are then
 * compared by their int8 vectors, which are read where they are kept. Documents are small integers, as turns' numbers
 * are; they may come in any order.
 */
export class VectorIndex {
  readonly #copyVector: CopyVector;
  readonly #options: Required<VectorIndexOptions>;
  /** Made when the first vector comes: most users of a server are not here. */
  #held: { readonly kernel: Kernel; readonly chunks: SignChunks } | undefined;

  constructor(copyVector: CopyVector, options: VectorIndexOptions = {}) {
    this.#copyVector = copyVector;
    this.#options = { ...defaultVectorIndexOptions, ...options };
  }

  get size(): number {
    return this.#held?.chunks.size ?? 0;
  }

  has(doc: number): boolean {
    return this.#held?.chunks.has(doc) ?? false;
  }

  /** Adds a document's vector, or replaces it. Throws RangeError when it is not of 384 numbers. */
  add(doc: number, vector: Int8Array): void {
    mustFit(vector);
    if (!this.#held) {
      const kernel = this.#options.kernel();
      this.#held = { kernel, chunks: new SignChunks(kernel) };
    }
    this.#held.chunks.set(doc, vector);
  }

  remove(doc: number): void {
    this.#held?.chunks.delete(doc);
    if (this.size === 0) this.#held = undefined;
  }

  /** The documents nearest to a query. @param isLate asked every tenth of a millisecond */
  search(query: Float32Array, limit: number, isLate: () => boolean): VectorMatches {
    const scan = this.#scan(query, limit);
    let more = scan?.step(chunksPerLook) ?? false;
    while (more && !isLate()) more = scan?.step(chunksPerLook) ?? false;
    return { ...this.#compare(query, scan?.nearest() ?? new Uint32Array(), limit), cut: more };
  }

  /** The same in slices of a millisecond, for many vectors. What is added or removed meanwhile may be missing. */
  async searchInSlices(query: Float32Array, limit: number, isLate: () => boolean): Promise<VectorMatches> {
    const scan = this.#scan(query, limit);
    let more = scan !== undefined;
    for (let look = 1; more && scan; look++) {
      more = scan.step(chunksPerLook);
      if (!more || isLate()) break;
      if (look % looksPerSlice === 0) await setImmediate();
    }
    return { ...this.#compare(query, scan?.nearest() ?? new Uint32Array(), limit), cut: more };
  }

  /** The cosine between a query and a document; undefined when the document has no vector. */
  similarity(query: Float32Array, doc: number): number | undefined {
    const [value] = this.similarities(query, [doc]);
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  /** The cosine between a query and each document, NaN where there is no vector. */
  similarities(query: Float32Array, docs: ArrayLike<number>): Float32Array {
    mustFit(query);
    const scores = new Float32Array(docs.length).fill(Number.NaN);
    if (!this.#held) return scores;
    const { kernel } = this.#held;
    const fine = quantiseFinely(query);
    const length = Math.sqrt(fine.reduce((sum, value) => sum + value * value, 0));
    const bytes = kernel.bytes();
    const words = new Int32Array(bytes.buffer);
    new Int16Array(bytes.buffer, layout.query, dimensions).set(fine);
    const dots = new Int32Array(bytes.buffer, layout.dots, 2 * maxDots);
    const places = new Uint32Array(maxDots);
    for (let next = 0; next < docs.length;) {
      let count = 0;
      for (; next < docs.length && count < maxDots; next++) {
        const doc = docs[next] ?? 0;
        if (this.has(doc) && this.#copyVector(doc, words, layout.vectors / 4 + count * vectorWords))
          places[count++] = next;
      }
      kernel.dots(count);
      for (let i = 0; i < count; i++) {
        const norm = length * Math.sqrt(dots[2 * i + 1] ?? 0);
        scores[places[i] ?? 0] = norm > 0 ? (dots[2 * i] ?? 0) / norm : 0;
      }
    }
    return scores;
  }

  #scan(query: Float32Array, limit: number): SignScan | undefined {
    mustFit(query);
    if (!this.#held) return undefined;
    const keep = Math.max(this.#options.rescored, 3 * limit, Math.ceil(0.6 * Math.sqrt(this.size)));
    return new SignScan(this.#held.kernel, this.#held.chunks, signCosts(query), keep);
  }

  #compare(query: Float32Array, docs: Uint32Array, limit: number): Omit<VectorMatches, 'cut'> {
    const scores = this.similarities(query, docs);
    const order = Array.from(docs.keys())
      .filter((i) => !Number.isNaN(scores[i]))
      .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || (docs[b] ?? 0) - (docs[a] ?? 0))
      .slice(0, limit);
    return {
      docs: Uint32Array.from(order, (i) => docs[i] ?? 0),
      scores: Float32Array.from(order, (i) => scores[i] ?? 0),
    };
  }
}

function mustFit(vector: { readonly length: number }): void {
  if (vector.length !== dimensions) {
    throw new RangeError(`A vector has ${dimensions} numbers, not ${vector.length}.`);
  }
}
