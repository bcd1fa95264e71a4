import type { TurnLog } from '../log/turn-log.js';
import type { UserKey } from '../user-id.js';
import { dimensions } from '../vectors/kernel.js';

/** Turns of a block that is held or dropped as one. */
const blockTurns = 256;
/** Bytes of one turn's vector, on disk and in memory. */
export const vectorBytes = dimensions;

interface Block {
  readonly vectors: Int8Array;
  readonly present: Uint8Array;
}

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
  readonly #blocks = new Map<number, Block>();
  readonly #unsaved = new Map<number, Buffer>();
  #last: { readonly number: number; readonly block: Block } | undefined;

  constructor(user: UserKey, log: TurnLog, maxBytes: number) {
    this.#user = user;
    this.#log = log;
    this.#epoch = log.head(user)?.epoch;
    this.#maxBlocks = Math.max(1, Math.floor(maxBytes / (blockTurns * (vectorBytes + 1))));
  }

  /** A turn's vector, undefined when it has none. What is returned is only good until the next call. */
  get(turnId: number): Int8Array | undefined {
    const number = Math.floor(turnId / blockTurns);
    const block = this.#last?.number === number ? this.#last.block : this.#blocks.get(number);
    if (!block) return this.#read(turnId);
    this.#last = { number, block };
    const place = turnId % blockTurns;
    if (block.present[place] !== 1) return undefined;
    return block.vectors.subarray(place * dimensions, (place + 1) * dimensions);
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
    const number = Math.floor(turnId / blockTurns);
    let block = this.#blocks.get(number);
    if (!block) {
      // The newest turns are asked for most: when all room is taken, older ones stay in the table.
      if (this.#blocks.size >= this.#maxBlocks && !this.#makeRoom(number)) return;
      block = {
        vectors: new Int8Array(blockTurns * dimensions),
        present: new Uint8Array(blockTurns),
      };
      this.#blocks.set(number, block);
    }
    block.vectors.set(vector, (turnId % blockTurns) * dimensions);
    block.present[turnId % blockTurns] = 1;
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

function toVector(record: Buffer): Int8Array | undefined {
  // Zeros: computed together with a turn that has been forgotten since.
  if (record.length !== vectorBytes || record.every((byte) => byte === 0)) return undefined;
  return new Int8Array(record.buffer, record.byteOffset, record.length);
}
