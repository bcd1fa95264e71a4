import { VectorBlock } from '../vectors/vector-block.js';

/** Where the int8 vectors of one user's turns are. */
export interface Shelf {
  /** Copies a turn's vector to `target[at]` and on, four numbers a word. Returns false when there is none. */
  copy(turnId: number, target: Int32Array, at: number): boolean;
  set(turnId: number, vector: Int8Array): void;
  /** What is there of turns `from <= turnId < to` already. */
  load(from: number, to: number): Iterable<readonly [number, Int8Array]>;
  /** Makes what was set last. */
  flush(): Promise<void>;
}

/** The int8 vectors of one user's turns, in memory; nothing is moved when it grows. */
export class VectorShelf implements Shelf {
  readonly #blocks = new Map<number, VectorBlock>();

  copy(turnId: number, target: Int32Array, at: number): boolean {
    return this.#blocks.get(VectorBlock.of(turnId))?.copy(turnId, target, at) ?? false;
  }

  set(turnId: number, vector: Int8Array): void {
    const number = VectorBlock.of(turnId);
    let block = this.#blocks.get(number);
    if (!block) this.#blocks.set(number, (block = new VectorBlock()));
    block.set(turnId, vector);
  }

  load(): Iterable<readonly [number, Int8Array]> {
    return [];
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }
}
