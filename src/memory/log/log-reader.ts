import { SlowcatError } from '../../errors.js';
import type { StoredTurn } from '../types.js';
import type { UserKey } from '../user-id.js';
import { corrupt } from './format.js';
import type { UserHead } from './head-record.js';
import { SegmentReader } from './segment-reader.js';
import { numberedKey, numberOf, numberRange, storeFault, type LogStore } from './store.js';
import { decodeTail, type LogEntry } from './tail-record.js';
import { decodeTurn } from './turn-record.js';

/** Reads turns wherever they are: in sealed segments or behind them. All of it is synchronous, from mapped memory. */
export class LogReader {
  readonly segments: SegmentReader;
  readonly #store: LogStore;
  #isClosed = false;

  constructor(store: LogStore, cacheBytes: number) {
    this.#store = store;
    this.segments = new SegmentReader(store, cacheBytes);
  }

  close(): void {
    this.#isClosed = true;
  }

  /** @throws SlowcatError for whatever goes wrong in `work` */
  read<T>(work: () => T): T {
    if (this.#isClosed) throw closed();
    try {
      return work();
    } catch (cause) {
      throw storeFault(cause);
    }
  }

  /** Undefined for a number that the head does not count. A forgotten turn has an entry. */
  entry(user: UserKey, head: UserHead, turnId: number): LogEntry | undefined {
    if (turnId < 1 || turnId >= head.next || !Number.isInteger(turnId)) return undefined;
    if (turnId <= head.sealed) return this.segments.entry(user, head, turnId);
    const bytes = this.#store.turns.get(numberedKey(user.prefix, turnId));
    return tailEntry(turnId, bytes);
  }

  has(user: UserKey, head: UserHead, turnId: number): boolean {
    return this.entry(user, head, turnId)?.kind === 'turn';
  }

  turn(user: UserKey, turnId: number): StoredTurn | undefined {
    return this.read(() => {
      const head = this.#store.head(user.prefix);
      const entry = head && this.entry(user, head, turnId);
      return entry?.kind === 'turn' ? decode(turnId, entry.record) : undefined;
    });
  }

  range(user: UserKey, from: number, to: number, limit: number): StoredTurn[] {
    return this.read(() => {
      const turns: StoredTurn[] = [];
      const head = this.#store.head(user.prefix);
      if (!head) return turns;
      for (const [turnId, entry] of this.entries(user, head, from, to)) {
        if (turns.length >= limit) break;
        if (entry.kind === 'turn') turns.push(decode(turnId, entry.record));
      }
      return turns;
    });
  }

  /** The entries from <= turnId < to, each number once. @throws SlowcatError where one is missing or damaged */
  *entries(user: UserKey, head: UserHead, from: number, to: number): Generator<[number, LogEntry]> {
    const end = Math.min(to, head.next);
    let turnId = Math.max(1, Math.ceil(from));
    for (; turnId < end && turnId <= head.sealed; turnId++)
      yield [turnId, this.segments.entry(user, head, turnId)];
    if (turnId >= end) return;
    for (const { key, value } of this.#store.turns.getRange(numberRange(user.prefix, turnId, end))) {
      if (numberOf(key) !== turnId) break;
      yield [turnId, tailEntry(turnId, value)];
      turnId++;
    }
    if (turnId < end) throw corrupt(`turn ${turnId} of a user, which is missing`);
  }
}

function tailEntry(turnId: number, bytes: Buffer | undefined): LogEntry {
  if (!bytes) throw corrupt(`turn ${turnId} of a user, which is missing`);
  try {
    return decodeTail(bytes);
  } catch (cause) {
    throw corrupt(`turn ${turnId} of a user`, cause);
  }
}

function decode(turnId: number, record: Buffer): StoredTurn {
  try {
    return decodeTurn(turnId, record);
  } catch (cause) {
    throw corrupt(`turn ${turnId} of a user`, cause);
  }
}

export function closed(): SlowcatError {
  return new SlowcatError('SLOWCAT_MEMORY_CLOSED', 'Open it again with openMemory().');
}
