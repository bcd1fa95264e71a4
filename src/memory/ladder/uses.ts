import { dayMs } from './retention.js';

/** What is known about the use of one turn. */
export interface Use {
  /** How often it was offered, asked for or said again, at most 65,535. */
  readonly uses: number;
  /** Unix ms, to the second; absent when it never was. */
  readonly lastUsedMs?: number;
  /** When it was last said again or told in full, Unix ms, to the second: fading begins anew there. */
  readonly restoredMs?: number;
}

/** The turns of one block are read in together and take {@link bytesPerTurn} each, used or not. */
export const blockTurns = 256;
/** Resident bytes of a turn in a block that has been looked at: a count and two times. */
export const bytesPerTurn = 2 + 4 + 4;
const maxUses = 0xffff;
/** On disk: format, count, two times in seconds. Only used turns have a record. */
const format = 1;
const recordBytes = 1 + bytesPerTurn;

interface Block {
  readonly counts: Uint16Array;
  /** Unix seconds, 0 for never. */
  readonly used: Uint32Array;
  readonly restored: Uint32Array;
}

export type UseEntry = readonly [turnId: number, record: Buffer];

/**
 * How often and when last each turn of one user was used, for {@link retention}.
 *
 * Blocks are read from a side table when they are first looked at, so that nothing is loaded at the start, and changes
 * are handed back in batches: what a crash loses is a few counts. The records are keyed by turn, so that forgetting a
 * turn takes its record along.
 *
 * A clock that jumps back changes nothing for the worse: counts only grow, a time is put back only when the one that
 * was held lies more than a day ahead, which no clock that is right could have written.
 */
export class Uses {
  readonly #load: (from: number, to: number) => Iterable<UseEntry>;
  readonly #blocks = new Map<number, Block>();
  #dirty = new Set<number>();

  /** @param load the records kept for turns `from <= turnId < to`; records of an unknown format are left aside */
  constructor(load: (from: number, to: number) => Iterable<UseEntry> = () => []) {
    this.#load = load;
  }

  of(turnId: number): Use {
    const [block, at] = this.#at(turnId);
    const used = block.used[at] ?? 0;
    const restored = block.restored[at] ?? 0;
    return {
      uses: block.counts[at] ?? 0,
      ...(used === 0 ? {} : { lastUsedMs: used * 1000 }),
      ...(restored === 0 ? {} : { restoredMs: restored * 1000 }),
    };
  }

  /** Counts a use of each turn: it was offered to the model. */
  reinforce(turnIds: Iterable<number>, atMs: number): void {
    for (const turnId of turnIds) this.#use(turnId, atMs, false);
  }

  /** Counts a use that brings each turn back in full: it was said again, or told from the log ("think back"). */
  restore(turnIds: Iterable<number>, atMs: number): void {
    for (const turnId of turnIds) this.#use(turnId, atMs, true);
  }

  /** Lets a turn that says again what an older one said take over the older one's uses, and counts the repetition. */
  restate(turnId: number, olderId: number, atMs: number): void {
    const [block, at] = this.#at(turnId);
    block.counts[at] = Math.min(maxUses, (block.counts[at] ?? 0) + this.of(olderId).uses);
    this.#use(turnId, atMs, true);
  }

  forget(turnId: number): void {
    const [block, at] = this.#at(turnId);
    block.counts[at] = 0;
    block.used[at] = 0;
    block.restored[at] = 0;
    this.#dirty.delete(turnId);
  }

  /** Drops everything, unsaved changes too: the user was forgotten, or the log changed under it. */
  clear(): void {
    this.#blocks.clear();
    this.#dirty.clear();
  }

  /** Turns whose records {@link flush} would write. */
  get unsaved(): number {
    return this.#dirty.size;
  }

  /** Resident bytes of the counts and times. */
  get bytes(): number {
    return this.#blocks.size * blockTurns * bytesPerTurn;
  }

  /**
   * Writes what has changed, in one batch. What changes meanwhile is for the next one; when the write fails, all of it is.
   * @returns how many records were written
   */
  async flush(put: (entries: readonly UseEntry[]) => Promise<void>): Promise<number> {
    const turnIds = this.#dirty;
    if (turnIds.size === 0) return 0;
    this.#dirty = new Set();
    try {
      await put([...turnIds].sort((a, b) => a - b).map((turnId) => [turnId, this.#encode(turnId)] as const));
    } catch (error) {
      for (const turnId of turnIds) this.#dirty.add(turnId);
      throw error;
    }
    return turnIds.size;
  }

  #use(turnId: number, atMs: number, inFull: boolean): void {
    const [block, at] = this.#at(turnId);
    block.counts[at] = Math.min(maxUses, (block.counts[at] ?? 0) + 1);
    block.used[at] = later(block.used[at] ?? 0, atMs);
    if (inFull) block.restored[at] = later(block.restored[at] ?? 0, atMs);
    this.#dirty.add(turnId);
  }

  #at(turnId: number): readonly [Block, number] {
    const number = Math.floor(turnId / blockTurns);
    let block = this.#blocks.get(number);
    if (!block) {
      block = {
        counts: new Uint16Array(blockTurns),
        used: new Uint32Array(blockTurns),
        restored: new Uint32Array(blockTurns),
      };
      this.#blocks.set(number, block);
      for (const [id, record] of this.#load(number * blockTurns, (number + 1) * blockTurns)) {
        if (record.length < recordBytes || record[0] !== format) continue;
        const at = id - number * blockTurns;
        block.counts[at] = record.readUInt16BE(1);
        block.used[at] = record.readUInt32BE(3);
        block.restored[at] = record.readUInt32BE(7);
      }
    }
    return [block, turnId - number * blockTurns];
  }

  #encode(turnId: number): Buffer {
    const [block, at] = this.#at(turnId);
    const record = Buffer.alloc(recordBytes);
    record[0] = format;
    record.writeUInt16BE(block.counts[at] ?? 0, 1);
    record.writeUInt32BE(block.used[at] ?? 0, 3);
    record.writeUInt32BE(block.restored[at] ?? 0, 7);
    return record;
  }
}

const daySeconds = dayMs / 1000;

/** The later of a held time and a new one, in seconds, unless the held one is more than a day ahead. */
function later(heldSeconds: number, atMs: number): number {
  const atSeconds = Number.isFinite(atMs) ? Math.min(0xffff_ffff, Math.max(0, Math.floor(atMs / 1000))) : 0;
  return heldSeconds > atSeconds + daySeconds ? atSeconds : Math.max(heldSeconds, atSeconds);
}
