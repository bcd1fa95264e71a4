import type { UserKey } from '../user-id.js';
import type { LogReader } from './log-reader.js';
import {
  numberedKey,
  numberOf,
  numberRange,
  quietly,
  storeFault,
  wipe,
  writeBatch,
  type LogStore,
} from './store.js';

/**
 * What is kept beside turns, by the turn's number: wiped with the turn and with the user, scrubbed like turns. What is
 * derived may be missing at any time, after a repair for one, and is then derived again; uses come back from the
 * archive. Zeros alone stand for what was derived
 * with the help of a turn that has been forgotten since.
 */
export interface SideTable {
  get(user: UserKey, key: number): Buffer | undefined;
  /** Entries with `from <= key < to`, in order. */
  range(user: UserKey, from: number, to: number): Iterable<[number, Buffer]>;
  /**
   * Writes entries, undefined removes one. Entries of turns that the log does not have are left out, so that what is
   * forgotten meanwhile does not come back; key 0 belongs to the user as a whole. Resolves when all is flushed.
   * @param epoch of the log that they were derived from: in another one, nothing is written
   */
  put(
    user: UserKey,
    entries: readonly (readonly [number, Buffer | undefined])[],
    epoch?: string,
  ): Promise<void>;
}

export type SideName = 'facts' | 'vectors' | 'uses';
export const sideNames: readonly SideName[] = ['facts', 'vectors', 'uses'];
/** Those that have something of the words of a turn, or of the turns before it. */
export const derivedNames: readonly SideName[] = ['facts', 'vectors'];

export class LmdbSideTable implements SideTable {
  readonly #store: LogStore;
  readonly #reader: LogReader;
  readonly #onPut: (user: UserKey, keys: readonly number[]) => void;
  readonly #table: ReturnType<LogStore['side']>;

  /** @param onPut told which entries were written, when they are */
  constructor(
    store: LogStore,
    reader: LogReader,
    name: SideName,
    onPut: (user: UserKey, keys: readonly number[]) => void = () => undefined,
  ) {
    this.#onPut = onPut;
    this.#store = store;
    this.#reader = reader;
    this.#table = store.side(name);
  }

  get(user: UserKey, key: number): Buffer | undefined {
    return this.#reader.read(() => this.#table.get(numberedKey(user.prefix, key)));
  }

  *range(user: UserKey, from: number, to: number): Generator<[number, Buffer]> {
    try {
      for (const { key, value } of this.#table.getRange(numberRange(user.prefix, from, to)))
        yield [numberOf(key), value];
    } catch (cause) {
      throw storeFault(cause);
    }
  }

  async put(
    user: UserKey,
    entries: readonly (readonly [number, Buffer | undefined])[],
    epoch?: string,
  ): Promise<void> {
    for (let at = 0; at < entries.length; at += writeBatch) {
      const batch = entries.slice(at, at + writeBatch);
      await this.#store.update(user, (head, isNew) => {
        const isStale = epoch !== undefined && (isNew || head.epoch !== epoch);
        const present = batch.filter(
          ([key, value]) =>
            !isStale && (value === undefined || (!isNew && (key === 0 || this.#reader.has(user, head, key)))),
        );
        return { head: isNew ? undefined : head, apply: this.#writing(user, present) };
      });
    }
    this.#onPut(
      user,
      entries.map(([key]) => key),
    );
  }

  #writing(user: UserKey, entries: readonly (readonly [number, Buffer | undefined])[]): () => void {
    const writes = entries.map(([number, value]) => {
      const key = numberedKey(user.prefix, number);
      return { key, value, oldLength: value ? undefined : this.#table.get(key)?.length };
    });
    return () => {
      for (const { key, value, oldLength } of writes) {
        if (value) quietly(this.#table.put(key, value));
        else if (oldLength !== undefined) wipe(this.#table, key, oldLength);
      }
    };
  }
}
