import type { Arena } from './arena.js';
import { dimensions } from './kernel.js';

/** Vectors of a block, whose documents follow each other. */
const blockVectors = 256;
const blockBytes = blockVectors * dimensions;

interface Block {
  /** Where it lies in the kernel's memory. */
  readonly at: number;
  readonly present: Uint8Array;
  count: number;
}

/**
 * Int8 vectors by document, where the kernel compares them without a copy, in blocks of 256 documents, as far as there
 * is room: of newer and older documents the newer ones, which are asked for most.
 */
export class VectorBlocks {
  readonly #arena: Arena;
  readonly #maxBlocks: number;
  readonly #blocks = new Map<number, Block>();
  #lastNumber = -1;
  #last: Block | undefined;

  /** @param maxBytes less than a block of 96 KiB holds nothing */
  constructor(arena: Arena, maxBytes: number) {
    this.#arena = arena;
    this.#maxBlocks = Math.floor(maxBytes / blockBytes);
  }

  /** Where a document's vector lies; -1 for one that is not here. */
  placeOf(doc: number): number {
    const number = Math.floor(doc / blockVectors);
    if (number !== this.#lastNumber) {
      this.#lastNumber = number;
      this.#last = this.#blocks.get(number);
    }
    const lane = doc % blockVectors;
    return this.#last?.present[lane] === 1 ? this.#last.at + lane * dimensions : -1;
  }

  set(doc: number, vector: Int8Array): void {
    const number = Math.floor(doc / blockVectors);
    let block = this.#blocks.get(number);
    if (!block) {
      if (this.#blocks.size >= this.#maxBlocks && !this.#makeRoom(number)) return;
      block = { at: this.#arena.take(blockBytes), present: new Uint8Array(blockVectors), count: 0 };
      this.#blocks.set(number, block);
      this.#lastNumber = -1;
    }
    const lane = doc % blockVectors;
    if (block.present[lane] !== 1) block.count++;
    block.present[lane] = 1;
    this.#arena.kernel.bytes().set(vector, block.at + lane * dimensions);
  }

  delete(doc: number): void {
    const number = Math.floor(doc / blockVectors);
    const block = this.#blocks.get(number);
    const lane = doc % blockVectors;
    if (block?.present[lane] !== 1) return;
    block.present[lane] = 0;
    this.#arena.kernel.bytes().fill(0, block.at + lane * dimensions, block.at + (lane + 1) * dimensions);
    if (--block.count === 0) this.#drop(number, block);
  }

  /** Drops the oldest block for a newer one. */
  #makeRoom(number: number): boolean {
    const oldest = Math.min(...this.#blocks.keys());
    const block = this.#blocks.get(oldest);
    if (oldest > number || !block) return false;
    this.#drop(oldest, block);
    return true;
  }

  #drop(number: number, block: Block): void {
    this.#blocks.delete(number);
    this.#arena.giveBack(block.at, blockBytes);
    this.#lastNumber = -1;
  }
}
