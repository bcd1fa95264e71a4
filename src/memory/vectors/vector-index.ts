import { setImmediate } from 'node:timers/promises';

import { orderOf } from '../order.js';
import { mustFit, type AskedVector } from './asked-vector.js';
import { Arena } from './arena.js';
import { dimensions, layout, maxDots, type Kernel } from './kernel.js';
import { SignChunks } from './sign-chunks.js';
import { SignScan } from './sign-scan.js';
import { createKernel } from './simd-kernel.js';
import { VectorBlocks } from './vector-blocks.js';

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
  /** Bytes of vectors that are held in memory; those of older documents are read where they are kept. @defaultValue all */
  readonly heldBytes?: number;
  /** @defaultValue WebAssembly where the machine has SIMD */
  readonly kernel?: () => Kernel;
}

export const defaultVectorIndexOptions = {
  rescored: 48,
  heldBytes: Infinity,
  kernel: createKernel,
} as const satisfies VectorIndexOptions;

/** Scanned between two looks at the clock, a tenth of a millisecond. */
const chunksPerLook = 32;
/** Scanned before other work gets its turn: 256 k vectors, a millisecond. */
const looksPerSlice = 8;

/**
 * The vectors of one user's turns. Their signs, 48 bytes a vector, are held and searched wholly; the nearest are then
 * compared by their int8 vectors, which are held as far as there is room, else read where they are kept. Documents are small integers, as turns' numbers
 * are; they may come in any order.
 */
export class VectorIndex {
  readonly #vectorOf: (doc: number) => Int8Array | undefined;
  readonly #options: Required<VectorIndexOptions>;
  /** Made when the first vector comes: most users of a server are not here. */
  #held: { readonly kernel: Kernel; readonly chunks: SignChunks; readonly vectors: VectorBlocks } | undefined;

  /** @param vectorOf reads a document's vector, as `quantise` made it, where it is kept; undefined when it is gone */
  constructor(vectorOf: (doc: number) => Int8Array | undefined, options: VectorIndexOptions = {}) {
    this.#vectorOf = vectorOf;
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
      const arena = new Arena(kernel);
      const vectors = new VectorBlocks(arena, this.#options.heldBytes);
      this.#held = { kernel, chunks: new SignChunks(arena), vectors };
    }
    this.#held.chunks.set(doc, vector);
    this.#held.vectors.set(doc, vector);
  }

  remove(doc: number): void {
    this.#held?.chunks.delete(doc);
    this.#held?.vectors.delete(doc);
    if (this.size === 0) this.#held = undefined;
  }

  /** The documents nearest to a query. @param isLate asked every tenth of a millisecond */
  search(query: AskedVector, limit: number, isLate: () => boolean): VectorMatches {
    const scan = this.#scan(query, limit);
    let more = scan?.step(chunksPerLook) ?? false;
    while (more && !isLate()) more = scan?.step(chunksPerLook) ?? false;
    return { ...this.#compare(query, scan?.nearest() ?? new Uint32Array(), limit), cut: more };
  }

  /** The same in slices of a millisecond, for many vectors. What is added or removed meanwhile may be missing. */
  async searchInSlices(query: AskedVector, limit: number, isLate: () => boolean): Promise<VectorMatches> {
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
  similarity(query: AskedVector, doc: number): number | undefined {
    const [value] = this.similarities(query, [doc]);
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  /** The cosine between a query and each document, NaN where there is no vector. */
  similarities(query: AskedVector, docs: ArrayLike<number>): Float32Array {
    const { fine, length } = query;
    const scores = new Float32Array(docs.length).fill(Number.NaN);
    if (!this.#held) return scores;
    const { kernel, vectors } = this.#held;
    const bytes = kernel.bytes();
    const at = new Uint32Array(bytes.buffer, layout.places, maxDots);
    new Int16Array(bytes.buffer, layout.query, dimensions).set(fine);
    const dots = new Int32Array(bytes.buffer, layout.dots, 2 * maxDots);
    const places = new Uint32Array(maxDots);
    for (let next = 0; next < docs.length;) {
      let count = 0;
      for (; next < docs.length && count < maxDots; next++) {
        const doc = docs[next] ?? 0;
        let place = vectors.placeOf(doc);
        if (place < 0) {
          const vector = this.has(doc) ? this.#vectorOf(doc) : undefined;
          if (vector?.length !== dimensions) continue;
          place = layout.vectors + count * dimensions;
          bytes.set(vector, place);
        }
        at[count] = place;
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

  #scan(query: AskedVector, limit: number): SignScan | undefined {
    if (!this.#held) return undefined;
    const keep = Math.max(this.#options.rescored, 3 * limit, Math.ceil(0.6 * Math.sqrt(this.size)));
    return new SignScan(this.#held.kernel, this.#held.chunks, query.costs, keep);
  }

  #compare(query: AskedVector, docs: Uint32Array, limit: number): Omit<VectorMatches, 'cut'> {
    // Equals are taken newest first, and those that have no vector any more come last.
    const newestFirst = docs.sort();
    const scores = this.similarities(query, newestFirst);
    let gone = 0;
    for (let i = 0; i < scores.length; i++) {
      if (!Number.isNaN(scores[i] ?? 0)) continue;
      scores[i] = -Infinity;
      gone++;
    }
    const order = orderOf(scores, new Uint32Array(docs.length)).subarray(
      0,
      Math.min(limit, docs.length - gone),
    );
    return {
      docs: Uint32Array.from(order, (i) => docs[i] ?? 0),
      scores: Float32Array.from(order, (i) => scores[i] ?? 0),
    };
  }
}
