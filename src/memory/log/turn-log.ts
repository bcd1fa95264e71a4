import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { open, type Database, type RootDatabase } from 'lmdb';

import { SlowcatError } from '../../errors.js';
import type { StoredTurn } from '../types.js';
import { userPrefixBytes, type UserKey } from '../user-id.js';
import { overwriteFreePages } from './scrub.js';
import { decodeTurn, encodeTurn } from './turn-record.js';

/** What the log knows of a user beside the turns. Written in the same transaction as the turns that it counts. */
export interface UserHead {
  readonly id: string;
  /** The number that the next turn gets. */
  readonly next: number;
  readonly turns: number;
  readonly bytes: number;
  /** Changes whenever something is forgotten: an index of another epoch is worthless. */
  readonly epoch: string;
}

export type NewTurn = Omit<StoredTurn, 'turnId'>;

interface Waiting {
  readonly record: Buffer;
  readonly resolve: (turnId: number) => void;
  readonly reject: (error: unknown) => void;
}

interface Change {
  /** The head after the change; undefined removes it. */
  readonly head: UserHead | undefined;
  readonly apply: () => void;
}

/** Turns of one conditional write: keeps transactions short, so that other writers get in between. */
const writeBatch = 500;
/** Each lost race means that another process has committed; so many in a row is a fault, not bad luck. */
const maxAttempts = 1000;

/**
 * The append-only log of every user's turns, in LMDB.
 *
 * A turn's key is the user's hashed id and the turn's number, big-endian, so that a user's turns lie together and in
 * order. Every write is one LMDB transaction, made on LMDB's own thread, conditional on the version of the user's
 * head (optimistic locking), and flushed before its promise resolves: neither SIGKILL nor a power cut loses an
 * acknowledged turn, as long as the drive honours a flush. Several processes may have the log open.
 */
export class TurnLog {
  readonly #env: RootDatabase;
  readonly #heads: Database<UserHead, Buffer>;
  readonly #turns: Database<Buffer, Buffer>;
  readonly #newEpoch: () => string;
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #busy = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  private constructor(env: RootDatabase, newEpoch: () => string) {
    this.#env = env;
    this.#newEpoch = newEpoch;
    this.#heads = env.openDB({
      name: 'users',
      encoding: 'msgpack',
      keyEncoding: 'binary',
      useVersions: true,
    });
    this.#turns = env.openDB({ name: 'turns', encoding: 'binary', keyEncoding: 'binary' });
  }

  /**
   * @param folder made if it is missing; only its owner may read it
   * @param newEpoch gives a value that was never used before
   * @throws SlowcatError `SLOWCAT_MEMORY_STORE`
   */
  static async open(folder: string, newEpoch: () => string): Promise<TurnLog> {
    const path = join(folder, 'log.mdb');
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await chmod(folder, 0o700);
      // Not in lmdb's types, but in its native part: the mode of files that it makes.
      const permissions: object = { permissionsMode: 0o600 };
      const env = open({ path, noSubdir: true, overlappingSync: false, ...permissions });
      await Promise.all([path, `${path}-lock`].map((file) => chmod(file, 0o600)));
      return new TurnLog(env, newEpoch);
    } catch (cause) {
      throw new SlowcatError(
        'SLOWCAT_MEMORY_STORE',
        'Check that the data folder is writable and that the disk is not full.',
        { cause },
      );
    }
  }

  /** Appends a turn. Calls of one event-loop turn, and those that come while a write is open, share one commit. */
  append(user: UserKey, turn: NewTurn): Promise<number> {
    if (this.#closing) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      const item = { record: encodeTurn(turn), resolve, reject };
      const queue = this.#waiting.get(user.id);
      if (queue) {
        queue.push(item);
      } else {
        this.#waiting.set(user.id, [item]);
        void this.#track(this.#drain(user));
      }
    });
  }

  head(user: UserKey): UserHead | undefined {
    return this.#read(() => this.#heads.get(user.prefix));
  }

  turn(user: UserKey, turnId: number): StoredTurn | undefined {
    const record = this.#read(() => this.#turns.get(turnKey(user, turnId)));
    return record && decode(turnId, record);
  }

  /** Turns with `from <= turnId < to`, oldest first, at most `limit`. */
  range(user: UserKey, from: number, to: number, limit = Infinity): StoredTurn[] {
    return this.#read(() => this.#records(user, from, to, limit)).map(([turnId, record]) =>
      decode(turnId, record),
    );
  }

  /** Makes what other processes have committed visible at once rather than at LMDB's next refresh. */
  refresh(): void {
    this.#read(() => this.#env.resetReadTxn());
  }

  users(): string[] {
    return this.#read(() => [...this.#heads.getRange({})].map(({ value }) => value.id)).sort();
  }

  /** Removes the given turns and their bytes. Resolves to how many there were. */
  async remove(user: UserKey, turnIds: readonly number[]): Promise<number> {
    if (this.#closing) throw closed();
    return this.#track(
      (async () => {
        const removed = await this.#removeAll(user, turnIds);
        if (removed > 0) await this.#scrub();
        return removed;
      })(),
    );
  }

  /** Removes a user: turns, head and id. Resolves to how many turns there were. */
  async removeUser(user: UserKey): Promise<number> {
    if (this.#closing) throw closed();
    return this.#track(
      (async () => {
        let removed = 0;
        for (let head = this.#heads.get(user.prefix); head; head = this.#heads.get(user.prefix)) {
          for (let from = 1; from < head.next; from += writeBatch) {
            const numbers = Array.from(
              { length: Math.min(writeBatch, head.next - from) },
              (_, i) => from + i,
            );
            removed += await this.#removeBatch(user, numbers);
          }
          // Turns that came in meanwhile keep the head; the next round takes them too.
          await this.#update(user, (now) => ({
            head: now.turns > 0 ? now : undefined,
            apply: () => undefined,
          }));
        }
        await this.#scrub();
        return removed;
      })(),
    );
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      while (this.#busy.size > 0) await Promise.allSettled([...this.#busy]);
      await this.#env.close();
    })();
    return this.#closing;
  }

  async #drain(user: UserKey): Promise<void> {
    // One turn of the event loop, so that turns remembered together are committed together.
    await Promise.resolve();
    for (;;) {
      const queue = this.#waiting.get(user.id) ?? [];
      if (queue.length === 0) break;
      const batch = queue.splice(0, writeBatch);
      try {
        const first = await this.#appendBatch(user, batch);
        batch.forEach((item, i) => item.resolve(first + i));
      } catch (error) {
        batch.forEach((item) => item.reject(error));
      }
    }
    this.#waiting.delete(user.id);
  }

  async #appendBatch(user: UserKey, batch: readonly Waiting[]): Promise<number> {
    const bytes = batch.reduce((sum, item) => sum + item.record.length, 0);
    let first = 0;
    await this.#update(user, (now) => {
      first = now.next;
      return {
        head: {
          ...now,
          next: first + batch.length,
          turns: now.turns + batch.length,
          bytes: now.bytes + bytes,
        },
        apply: () =>
          batch.forEach((item, i) => quietly(this.#turns.put(turnKey(user, first + i), item.record))),
      };
    });
    return first;
  }

  async #removeAll(user: UserKey, turnIds: readonly number[]): Promise<number> {
    const wanted = [...new Set(turnIds)];
    let removed = 0;
    for (let at = 0; at < wanted.length; at += writeBatch) {
      removed += await this.#removeBatch(user, wanted.slice(at, at + writeBatch));
    }
    return removed;
  }

  async #removeBatch(user: UserKey, turnIds: readonly number[]): Promise<number> {
    let removed = 0;
    await this.#update(user, (now) => {
      const keys = turnIds.map((turnId) => turnKey(user, turnId));
      const found = keys.map((key) => [key, this.#turns.get(key)] as const);
      let bytes = 0;
      removed = 0;
      for (const [, record] of found) {
        if (!record) continue;
        removed++;
        bytes += record.length;
      }
      return {
        head: { ...now, turns: now.turns - removed, bytes: now.bytes - bytes, epoch: this.#newEpoch() },
        apply: () => {
          for (const [key, record] of found) {
            if (!record) continue;
            // LMDB overwrites a value of the same length in place, but leaves a removed one's bytes in its page.
            quietly(this.#turns.put(key, Buffer.alloc(record.length)));
            quietly(this.#turns.remove(key));
          }
        },
      };
    });
    return removed;
  }

  /** Reads the head, computes a change and commits it, again if somebody else has changed the head meanwhile. */
  async #update(user: UserKey, change: (now: UserHead) => Change): Promise<void> {
    try {
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        this.#env.resetReadTxn();
        const entry = this.#heads.getEntry(user.prefix);
        const now = entry?.value ?? { id: user.id, next: 1, turns: 0, bytes: 0, epoch: this.#newEpoch() };
        const version = entry?.version ?? 0;
        const { head, apply } = change(now);
        const write = (): void => {
          if (head) {
            quietly(this.#heads.put(user.prefix, head, version + 1));
          } else {
            quietly(this.#heads.put(user.prefix, blankOut(now), version + 1));
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
      throw storeFault(cause);
    }
    throw new SlowcatError(
      'SLOWCAT_MEMORY_STORE',
      'Other processes write without pause; close them and try again.',
    );
  }

  /**
   * Removes old copies of forgotten turns. LMDB writes changed pages elsewhere, so that copies remain in free pages
   * and, after splits, in gaps of used ones. Writing every record anew moves all used pages to clean ones; after that
   * the free pages are overwritten.
   */
  async #scrub(): Promise<void> {
    for (const { key: prefix, value: head } of [...this.#heads.getRange({})]) {
      const user: UserKey = { id: head.id, prefix };
      for (let from = 1; from < head.next; from += writeBatch) {
        await this.#update(user, (now) => {
          const records = this.#records(user, from, from + writeBatch, writeBatch);
          return {
            head: now,
            apply: () =>
              records.forEach(([turnId, record]) => quietly(this.#turns.put(turnKey(user, turnId), record))),
          };
        });
      }
    }
    try {
      await overwriteFreePages(this.#env);
    } catch (cause) {
      throw storeFault(cause);
    }
  }

  #records(user: UserKey, from: number, to: number, limit: number): [number, Buffer][] {
    const options = {
      start: turnKey(user, from),
      end: turnKey(user, Math.min(to, 0xffffffff)),
      ...(limit === Infinity ? {} : { limit }),
    };
    return [...this.#turns.getRange(options)].map(({ key, value }) => [
      key.readUInt32BE(userPrefixBytes),
      value,
    ]);
  }

  #read<T>(work: () => T): T {
    if (this.#closing) throw closed();
    try {
      return work();
    } catch (cause) {
      throw storeFault(cause);
    }
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#busy.add(work);
    const done = (): void => void this.#busy.delete(work);
    work.then(done, done);
    return work;
  }
}

function turnKey(user: UserKey, turnId: number): Buffer {
  const key = Buffer.alloc(userPrefixBytes + 4);
  user.prefix.copy(key);
  key.writeUInt32BE(turnId, userPrefixBytes);
  return key;
}

function decode(turnId: number, record: Buffer): StoredTurn {
  try {
    return decodeTurn(turnId, record);
  } catch (cause) {
    throw storeFault(cause);
  }
}

/** Same encoded length, no trace of the id. */
function blankOut(head: UserHead): UserHead {
  return { ...head, id: '-'.repeat(head.id.length) };
}

/** The commit's own promise reports a failed write; its parts would report it again, unhandled. */
function quietly(part: Promise<unknown>): void {
  part.catch(() => undefined);
}

function closed(): SlowcatError {
  return new SlowcatError('SLOWCAT_MEMORY_CLOSED', 'Open it again with openMemory().');
}

function storeFault(cause: unknown): SlowcatError {
  if (SlowcatError.isInstance(cause)) return cause;
  return new SlowcatError('SLOWCAT_MEMORY_STORE', 'Check the disk; `cause` says what LMDB reports.', {
    cause,
  });
}
