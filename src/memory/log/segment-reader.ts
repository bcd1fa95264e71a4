import type { UserKey } from '../user-id.js';
import { corrupt } from './format.js';
import type { UserHead } from './head-record.js';
import { entryAt, readBlock, readDirectory, segmentTurns, type SegmentDirectory } from './segment.js';
import { numberedKey, type LogStore } from './store.js';
import type { LogEntry } from './tail-record.js';

interface Held {
  /** What was forgotten since is in no block of another epoch. */
  readonly epoch: string;
  readonly directory: SegmentDirectory;
  readonly blocks: (Buffer | undefined)[];
  bytes: number;
}

/** What a directory takes in memory: a copy of it, and arrays. */
const directoryBytesPerTurn = 32;

/** Reads turns out of sealed segments, and holds the blocks that were read last, up to a number of bytes. */
export class SegmentReader {
  readonly #store: LogStore;
  readonly #maxBytes: number;
  /** In order of use, last used last. */
  readonly #held = new Map<string, Held>();
  #bytes = 0;

  constructor(store: LogStore, maxBytes: number) {
    this.#store = store;
    this.#maxBytes = maxBytes;
  }

  /** Bytes that the held blocks take. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * @param turnId at most `head.sealed`
   * @throws SlowcatError `SLOWCAT_MEMORY_CORRUPT`
   */
  entry(user: UserKey, head: UserHead, turnId: number): LogEntry {
    const number = Math.floor((turnId - 1) / segmentTurns);
    const key = `${user.id}/${number}`;
    try {
      const held = this.#segment(user, head, number, key);
      const index = (turnId - 1) % segmentTurns;
      return entryAt(
        held.directory,
        index,
        (block) => held.blocks[block] ?? this.#load(user, number, held, block),
      );
    } catch (cause) {
      this.#drop(key);
      throw cause instanceof RangeError ? corrupt(`segment ${number} of a user`, cause) : cause;
    }
  }

  /** Lets go of all that is held of a user. */
  drop(user: UserKey): void {
    for (const key of [...this.#held.keys()]) if (key.startsWith(`${user.id}/`)) this.#drop(key);
  }

  #segment(user: UserKey, head: UserHead, number: number, key: string): Held {
    const held = this.#held.get(key);
    if (held?.epoch === head.epoch) {
      this.#held.delete(key);
      this.#held.set(key, held);
      return held;
    }
    this.#drop(key);
    const directory = readDirectory(this.#bytesOf(user, number));
    if (directory.first !== number * segmentTurns + 1 || directory.count !== segmentTurns)
      throw new RangeError('a segment stands in the place of another');
    const bytes = directoryBytesPerTurn * segmentTurns;
    const fresh = { epoch: head.epoch, directory, blocks: [], bytes };
    this.#held.set(key, fresh);
    this.#bytes += bytes;
    return fresh;
  }

  #load(user: UserKey, number: number, held: Held, index: number): Buffer {
    const block = readBlock(this.#bytesOf(user, number), held.directory, index);
    held.blocks[index] = block;
    held.bytes += block.length;
    this.#bytes += block.length;
    for (const [key, oldest] of this.#held) {
      if (this.#bytes <= this.#maxBytes || oldest === held) break;
      this.#drop(key);
    }
    return block;
  }

  /** Memory of LMDB's own, which its next read overwrites. */
  #bytesOf(user: UserKey, number: number): Buffer {
    const bytes = this.#store.segments.getBinaryFast(numberedKey(user.prefix, number));
    if (!bytes) throw new RangeError('a segment is missing');
    return bytes;
  }

  #drop(key: string): void {
    this.#bytes -= this.#held.get(key)?.bytes ?? 0;
    this.#held.delete(key);
  }
}
