import type { TurnLog } from '../log/turn-log.js';
import type { UserKey } from '../user-id.js';
import { dimensions } from '../vectors/kernel.js';

/** Keeps the int8 vectors of one user's turns in a side table of the log. */
export class VectorKeeper {
  readonly #user: UserKey;
  readonly #log: TurnLog;
  /** Of the log whose turns these are: what was computed from turns that are forgotten now is not written. */
  readonly #epoch: string | undefined;
  readonly #unsaved = new Map<number, Buffer>();

  constructor(user: UserKey, log: TurnLog) {
    this.#user = user;
    this.#log = log;
    this.#epoch = log.head(user)?.epoch;
  }

  /** A turn's vector, undefined when it has none. What is returned is only good until the next call. */
  get(turnId: number): Int8Array | undefined {
    return toVector(this.#unsaved.get(turnId) ?? this.#log.side('vectors').get(this.#user, turnId));
  }

  /** Takes a turn's vector; {@link flush} writes it. */
  set(turnId: number, vector: Int8Array): void {
    this.#unsaved.set(turnId, Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength));
  }

  /** What is kept of turns `from <= turnId < to`. */
  *load(from: number, to: number): Generator<readonly [number, Int8Array]> {
    for (const [turnId, record] of this.#log.side('vectors').range(this.#user, Math.max(1, from), to)) {
      const vector = toVector(record);
      if (vector) yield [turnId, vector];
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
}

/** The vector in a record of the side table; undefined when there is none. */
export function toVector(record: Buffer | undefined): Int8Array | undefined {
  // Zeros: computed together with a turn that has been forgotten since.
  if (record?.length !== dimensions || record.every((byte) => byte === 0)) return undefined;
  return new Int8Array(record.buffer, record.byteOffset, record.length);
}
