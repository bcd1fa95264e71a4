import { existsSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { open, type Database, type RootDatabase } from 'lmdb';

import { SlowcatError } from '../../errors.js';
import { emptyRange } from '../proof/mountain-range.js';
import { userKey, userPrefixBytes, type UserKey } from '../user-id.js';
import { corrupt, databaseFormat, formatKey } from './format.js';
import { decodeHead, encodeHead, type UserHead } from './head-record.js';
import { freeBytes, Room } from './room.js';

export interface Change {
  /** The head after the change; undefined removes it. */
  readonly head: UserHead | undefined;
  /** Makes the other writes of the same commit. */
  readonly apply: () => void;
}

/** Entries of one conditional write: keeps transactions short, so that other writers get in between. */
export const writeBatch = 500;
/** Each lost race means that another process has committed; so many in a row is a fault, not bad luck. */
const maxAttempts = 1000;
/** How long the reason of a failed commit may take to come. */
const reasonMs = 100;

type Table = Database<Buffer, Buffer>;

/**
 * The LMDB tables of the log, and the one way to change them: a transaction that is conditional on the version of the
 * user's head (optimistic locking), so that several processes may write. Within this process one user's changes queue.
 */
export class LogStore {
  /** Turns that are in no sealed segment yet, by {@link numberedKey} of user and turn. */
  readonly turns: Table;
  /** Sealed segments, by user and the segment's number from 0. */
  readonly segments: Table;
  /** Roots of sealed segments, by user and number: a proof over a million turns reads 4,000 of them, not all turns. */
  readonly roots: Table;
  /** Groups of the archive whose files may still hold what was forgotten, by user and group. */
  readonly stale: Table;
  /** Up to which turn the archive goes, by user's prefix: the number that was `next` then. */
  readonly archived: Table;
  readonly env: RootDatabase;
  readonly #heads: Table;
  readonly #meta: Table;
  readonly #sides = new Map<string, Table>();
  readonly #queues = new Map<string, Promise<unknown>>();
  /** The head that was asked for last, as it was read. */
  #last: { readonly record: Buffer; readonly head: UserHead } | undefined;
  readonly #newEpoch: () => string;

  readonly #room: Room;

  private constructor(env: RootDatabase, newEpoch: () => string, room: Room) {
    this.#room = room;
    this.env = env;
    this.#newEpoch = newEpoch;
    const table = (name: string): Table => env.openDB({ name, encoding: 'binary', keyEncoding: 'binary' });
    this.#meta = table('meta');
    this.#heads = env.openDB({ name: 'heads', encoding: 'binary', keyEncoding: 'binary', useVersions: true });
    this.turns = table('turns');
    this.segments = table('segments');
    this.roots = table('roots');
    this.stale = table('stale');
    this.archived = table('archived');
  }

  /** Opens a database of this format, made if it is missing. Other formats are for {@link import('./migrate.js')}. */
  static async open(
    path: string,
    newEpoch: () => string,
    free: (folder: string) => number = freeBytes,
  ): Promise<LogStore> {
    const room = new Room(() => free(dirname(path)));
    // One that is there can be read with no room at all.
    if (!existsSync(path)) room.require();
    // Not in lmdb's types, but in its native part: the mode of files that it makes.
    const permissions: object = { permissionsMode: 0o600 };
    const env = open({ path, noSubdir: true, overlappingSync: false, maxDbs: 32, ...permissions });
    await Promise.all([path, `${path}-lock`].map((file) => chmod(file, 0o600)));
    const store = new LogStore(env, newEpoch, room);
    await store.#meta.ifNoExists(formatKey, () => {
      quietly(store.#meta.put(formatKey, Buffer.of(databaseFormat)));
    });
    return store;
  }

  /** The tables for derived data, one a name. */
  side(name: string): Table {
    let table = this.#sides.get(name);
    if (!table) {
      table = this.env.openDB<Buffer, Buffer>({
        name: `side-${name}`,
        encoding: 'binary',
        keyEncoding: 'binary',
      });
      this.#sides.set(name, table);
    }
    return table;
  }

  get sides(): readonly Table[] {
    return [...this.#sides.values()];
  }

  /** @throws SlowcatError `SLOWCAT_MEMORY_CORRUPT` */
  head(prefix: Buffer): UserHead | undefined {
    const record = this.#heads.get(prefix);
    if (!record) return undefined;
    // A recall asks a dozen times, and between two turns the answer is the same.
    if (this.#last?.record.equals(record) !== true) {
      this.#last = { record: Buffer.from(record), head: readHead(record) };
    }
    return this.#last.head;
  }

  /** Every user's key and head. @throws SlowcatError `SLOWCAT_MEMORY_CORRUPT` */
  users(): { user: UserKey; head: UserHead }[] {
    return [...this.#heads.getRange({})].map(({ key, value }) => {
      const head = readHead(value);
      const user = userKey(head.id);
      if (!user.prefix.equals(key)) throw corrupt("a user's key");
      return { user, head };
    });
  }

  /** Users whose heads lie next to where that of a prefix is or was, at most `limit` on either side. */
  neighbours(prefix: Buffer, limit: number): UserKey[] {
    const before = this.#heads.getRange({ start: prefix, reverse: true, limit });
    const behind = this.#heads.getRange({ start: prefix, limit });
    return [...before, ...behind].map(({ value }) => userKey(readHead(value).id));
  }

  /** The next read sees what other processes have committed by now. */
  refresh(): void {
    this.env.resetReadTxn();
  }

  /**
   * Reads the head, computes a change and commits it, again if somebody else has changed the head meanwhile.
   * Resolves when the commit is flushed.
   */
  update(user: UserKey, change: (now: UserHead, isNew: boolean) => Change | Promise<Change>): Promise<void> {
    const before = this.#queues.get(user.id) ?? Promise.resolve();
    const done = before.then(() => this.#update(user, change));
    const quiet = done.catch(() => undefined);
    this.#queues.set(user.id, quiet);
    void quiet.then(() => {
      if (this.#queues.get(user.id) === quiet) this.#queues.delete(user.id);
    });
    return done;
  }

  async #update(
    user: UserKey,
    change: (now: UserHead, isNew: boolean) => Change | Promise<Change>,
  ): Promise<void> {
    try {
      this.#room.require();
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        this.refresh();
        const entry = this.#heads.getEntry(user.prefix);
        const version = entry?.version ?? 0;
        const now = entry ? readHead(entry.value) : this.#newHead(user.id);
        const { head, apply } = await change(now, entry === undefined);
        const write = (): void => {
          if (head) {
            quietly(this.#heads.put(user.prefix, encodeHead(head), version + 1));
          } else if (entry) {
            // LMDB overwrites a value of the same length in place, but leaves a removed one's bytes in its page.
            quietly(this.#heads.put(user.prefix, Buffer.alloc(entry.value.length), version + 1));
            quietly(this.#heads.remove(user.prefix));
          }
          apply();
        };
        const done = entry
          ? this.#heads.ifVersion(user.prefix, version, write)
          : this.#heads.ifNoExists(user.prefix, write);
        if (await done) return;
      }
    } catch (cause) {
      throw storeFault(await withReason(cause));
    }
    throw new SlowcatError(
      'SLOWCAT_MEMORY_STORE',
      'Other processes write without pause; close them and try again.',
    );
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#queues.values()]);
    await this.env.close();
  }

  #newHead(id: string): UserHead {
    return { id, next: 1, turns: 0, bytes: 0, epoch: this.#newEpoch(), sealed: 0, range: emptyRange };
  }
}

/** The key of one of a user's turns, segments or groups. */
export function numberedKey(prefix: Buffer, number: number): Buffer {
  const key = Buffer.allocUnsafe(userPrefixBytes + 4);
  prefix.copy(key, 0, 0, userPrefixBytes);
  key.writeUInt32BE(Math.min(number, 0xffffffff), userPrefixBytes);
  return key;
}

export function numberOf(key: Buffer): number {
  return key.readUInt32BE(userPrefixBytes);
}

/** The part of a table that belongs to a user: numbers `from` <= n < `to`. */
export function numberRange(prefix: Buffer, from: number, to: number): { start: Buffer; end: Buffer } {
  return { start: numberedKey(prefix, Math.max(0, from)), end: numberedKey(prefix, to) };
}

/** The commit's own promise reports a failed write; its parts would report it again, unhandled. */
export function quietly(part: Promise<unknown>): void {
  part.catch(() => undefined);
}

/** Overwrites an entry's bytes in its page, then removes it; both within the commit that is being made. */
export function wipe(table: Table, key: Buffer, length: number): void {
  quietly(table.put(key, Buffer.alloc(length)));
  quietly(table.remove(key));
}

export function storeFault(cause: unknown): SlowcatError {
  if (SlowcatError.isInstance(cause)) return cause;
  const text = textOf(cause);
  if (/no space|ENOSPC|EFBIG|too large|MDB_MAP_FULL|EDQUOT|quota/i.test(text)) {
    return new SlowcatError('SLOWCAT_MEMORY_FULL', 'Free some space and try again; nothing was lost.', {
      cause,
    });
  }
  if (/MDB_(CORRUPTED|PAGE_NOTFOUND|INVALID|PANIC|BAD_TXN)/.test(text)) return corrupt('the database', cause);
  return new SlowcatError('SLOWCAT_MEMORY_STORE', 'Check the disk; `cause` says what LMDB reports.', {
    cause,
  });
}

/** LMDB hides why a commit failed in a promise beside the error. */
async function withReason(cause: unknown): Promise<unknown> {
  const reason: unknown = cause instanceof Error ? Reflect.get(cause, 'commitError') : undefined;
  if (!(reason instanceof Promise)) return cause;
  const told: unknown = await Promise.race([reason, setTimeout(reasonMs)]).catch((error: unknown) => error);
  return new Error('A commit failed.', { cause: told });
}

function textOf(cause: unknown): string {
  return cause instanceof Error
    ? `${cause.message} ${String(Reflect.get(cause, 'code'))} ${textOf(cause.cause)}`
    : '';
}

function readHead(record: Buffer): UserHead {
  try {
    return decodeHead(record);
  } catch (cause) {
    throw corrupt("a user's head", cause);
  }
}
