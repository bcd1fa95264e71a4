import { dimensions } from '../vectors/kernel.js';

/** Turns of a block that is allocated at once. */
const perBlock = 256;

/** Where the int8 vectors of one user's turns are. */
export interface Shelf {
  get(turnId: number): Int8Array | undefined;
  set(turnId: number, vector: Int8Array): void;
  /** What is there of turns `from <= turnId < to` already. */
  load(from: number, to: number): Iterable<readonly [number, Int8Array]>;
  /** Makes what was set last. */
  flush(): Promise<void>;
}

/** The int8 vectors of one user's turns, in memory, in blocks of 256 turns; nothing is moved when it grows. */
export class VectorShelf implements Shelf {
  readonly #blocks = new Map<number, { readonly vectors: Int8Array; readonly present: Uint8Array }>();

  get(turnId: number): Int8Array | undefined {
    const block = this.#blocks.get(Math.floor(turnId / perBlock));
    const place = turnId % perBlock;
    if (block?.present[place] !== 1) return undefined;
    return block.vectors.subarray(place * dimensions, (place + 1) * dimensions);
  }

  set(turnId: number, vector: Int8Array): void {
    const number = Math.floor(turnId / perBlock);
    let block = this.#blocks.get(number);
    if (!block) {
      block = { vectors: new Int8Array(perBlock * dimensions), present: new Uint8Array(perBlock) };
      this.#blocks.set(number, block);
    }
    block.vectors.set(vector, (turnId % perBlock) * dimensions);
    block.present[turnId % perBlock] = 1;
  }

  load(): Iterable<readonly [number, Int8Array]> {
    return [];
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }
}
