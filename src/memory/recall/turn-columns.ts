/** What is known of each turn, by the turn's number. */
export interface Columns {
  readonly times: Float64Array;
  readonly cues: Uint16Array;
  readonly states: Uint8Array;
  readonly speakers: Uint16Array;
  readonly lengths: Uint8Array;
  /** Where the turn's words are in `TurnWords`. */
  readonly starts: Uint32Array;
}

const firstRoom = 1024;
/** Turns that are copied to larger columns at a time, 18 bytes each. */
const copiedAtOnce = 2048;

/**
 * Columns that grow without a stop: while there is still some room, larger ones are made, and each turn that comes
 * takes some of the old ones along.
 */
export class TurnColumns {
  #now = columns(firstRoom);
  /** Larger ones, equal to `now` up to `#copied`, and beyond it where something was written since they are there. */
  #next: Columns | undefined;
  #copied = 0;

  /** What is read; good until the next write. */
  get now(): Columns {
    return this.#now;
  }

  /** Makes room for a turn, and gives what to write it to: all of them. */
  writable(turnId: number): readonly Columns[] {
    const room = this.#now.states.length;
    if (turnId >= room) {
      // The first turn of a long talk, mostly: there is nothing to copy yet.
      this.#begin(Math.ceil(1.125 * (turnId + 1)));
      while (this.#next) this.#copy();
    } else if (this.#next) {
      this.#copy();
    } else if (turnId >= room - Math.max(16, room >> 8)) {
      this.#begin(Math.ceil(1.25 * room));
    }
    return this.all();
  }

  all(): readonly Columns[] {
    return this.#next ? [this.#now, this.#next] : [this.#now];
  }

  #begin(room: number): void {
    this.#next = columns(room);
    this.#copied = 0;
  }

  #copy(): void {
    if (!this.#next) return;
    const from = this.#copied;
    const to = Math.min(this.#now.states.length, from + copiedAtOnce);
    this.#next.times.set(this.#now.times.subarray(from, to), from);
    this.#next.cues.set(this.#now.cues.subarray(from, to), from);
    this.#next.states.set(this.#now.states.subarray(from, to), from);
    this.#next.speakers.set(this.#now.speakers.subarray(from, to), from);
    this.#next.lengths.set(this.#now.lengths.subarray(from, to), from);
    this.#next.starts.set(this.#now.starts.subarray(from, to), from);
    this.#copied = to;
    if (to < this.#now.states.length) return;
    this.#now = this.#next;
    this.#next = undefined;
  }
}

function columns(room: number): Columns {
  return {
    times: new Float64Array(room),
    cues: new Uint16Array(room),
    states: new Uint8Array(room),
    speakers: new Uint16Array(room),
    lengths: new Uint8Array(room),
    starts: new Uint32Array(room),
  };
}
