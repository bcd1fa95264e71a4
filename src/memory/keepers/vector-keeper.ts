import type { TurnLog } from '../log/turn-log.js';
import type { UserKey } from '../user-id.js';
import { copyVector } from '../vectors/copy-vector.js';
import { dimensions } from '../vectors/kernel.js';
import { blockBytes, VectorBlock } from '../vectors/vector-block.js';

/** Bytes of one turn's vector, on disk and in memory. */
export const vectorBytes = dimensions;

/**
 * The int8 vectors of one user's turns. They are kept in a side table, and the blocks that are asked for in memory too,
 * as far as there is room: a search compares some hundred of them, and memory answers faster than the table.
 */
export class VectorKeeper {
  readonly #user: UserKey;
  readonly #log: TurnLog;
  readonly #maxBlocks: number;
  /** Of the log whose turns these are: what was computed from turns that are forgotten now is not written. */
  readonly #epoch: string | undefined;
  /** In order of use, last used last. */
  readonly #blocks = new Map<number, VectorBlock>();
  readonly #unsaved = new Map<number, Buffer>();
  #last: { readonly number: number; readonly block: VectorBlock } | undefined;

  constructor(user: UserKey, log: TurnLog, maxBytes: number) {
    this.#user = user;
    this.#log = log;
    this.#epoch = log.head(user)?.epoch;
    this.#maxBlocks = Math.max(1, Math.floor(maxBytes / blockBytes));
  }

  /** Copies a turn's vector to `target[at]` and on, four numbers a word. Returns false when it has none. */
  copy(turnId: number, target: Int32Array, at: number): boolean {
    const number = VectorBlock.of(turnId);
    const block = this.#last?.number === number ? this.#last.block : this.#blocks.get(number);
    if (block) {
      this.#last = { number, block };
      return block.copy(turnId, target, at);
    }
    const vector = this.#read(turnId);
    return vector !== undefined && copyVector(vector, target, at);
  }

  /** Takes a turn's vector; {@link flush} writes it. */
  set(turnId: number, vector: Int8Array): void {
    this.#hold(turnId, vector);
    this.#unsaved.set(turnId, Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength));
  }

  /** What is kept of turns `from <= turnId < to`; holds it in memory as well, as far as there is room. */
  *load(from: number, to: number): Generator<readonly [number, Int8Array]> {
    for (const [turnId, record] of this.#log.side('vectors').range(this.#user, Math.max(1, from), to)) {
      const vector = toVector(record);
      if (!vector) continue;
      this.#hold(turnId, vector);
      yield [turnId, vector];
    }
  }

  /** Writes what has come since the last time. */
  async flush(): Promise<void> {
    const entries = [...this.#unsaved];
    if (entries.length === 0 || this.#log.isClosed) return;
    await this.#log.side('vectors').put(this.#user, entries, this.#epoch);
    for (const [turnId, record] of entries) {
      if (this.#unsaved.get(turnId) === record) this.#unsaved.delete(turnId);
    }
  }

  #hold(turnId: number, vector: Int8Array): void {
    const number = VectorBlock.of(turnId);
    let block = this.#blocks.get(number);
    if (!block) {
      // The newest turns are asked for most: when all room is taken, older ones stay in the table.
      if (this.#blocks.size >= this.#maxBlocks && !this.#makeRoom(number)) return;
      this.#blocks.set(number, (block = new VectorBlock()));
    }
    block.set(turnId, vector);
  }

  /** Drops the oldest block for a newer one. */
  #makeRoom(number: number): boolean {
    const oldest = Math.min(...this.#blocks.keys());
    if (oldest > number) return false;
    this.#blocks.delete(oldest);
    if (this.#last?.number === oldest) this.#last = undefined;
    return true;
  }

  #read(turnId: number): Int8Array | undefined {
    const unsaved = this.#unsaved.get(turnId);
    const record = unsaved ?? this.#log.side('vectors').get(this.#user, turnId);
    return record && toVector(record);
  }
}

/** The vector of a record of the side table; undefined when there is none or it is to be computed again. */
export function toVector(record: Buffer | undefined): Int8Array | undefined {
  // Zeros: computed together with a turn that has been forgotten since.
  if (record?.length !== vectorBytes || record.every((byte) => byte === 0)) return undefined;
  return new Int8Array(record.buffer, record.byteOffset, record.length);
}
