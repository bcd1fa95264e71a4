import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { ConsistencyProof } from '../proof/mountain-range-proof.js';
import { emptyRange, headOf, type MountainRange } from '../proof/mountain-range.js';
import { growthOf, proofOf } from '../proof/log-proof.js';
import { verifyLog } from '../proof/verify-log.js';
import { Archive } from '../recovery/archive.js';
import { ArchiveKeeper, groupOf, groupTurns, type Mended } from '../recovery/keeper.js';
import type { MaintenanceProgress, ProofOfTurn, RepairReport, StoredTurn, VerifyReport } from '../types.js';
import type { UserKey } from '../user-id.js';
import { Appender, type Accepted, type NewTurn } from './appender.js';
import { examine } from './examine.js';
import { Forgetter } from './forget.js';
import { corrupt } from './format.js';
import type { UserHead } from './head-record.js';
import { closed, LogReader } from './log-reader.js';
import { migrate, removeBackup, removeUnfinished } from './migrate.js';
import { defaultTurnLogOptions, type TurnLogOptions } from './options.js';
import { announce, announceAlone } from './presence.js';
import { sealAll } from './seal.js';
import { segmentTurns } from './segment.js';
import { LmdbSideTable, sideNames, type SideName, type SideTable } from './side-table.js';
import { LogStore, storeFault } from './store.js';
import { Upkeep } from './upkeep.js';

export type { Accepted, NewTurn } from './appender.js';
export type { UserHead } from './head-record.js';
export type { TurnLogOptions } from './options.js';
export type { SideName, SideTable } from './side-table.js';

/** So many complete segments may wait for quiet times; with more of them, sealing goes on between the writes. */
const waitingSegments = 4;

/**
 * The append-only log of every user's turns, in LMDB.
 *
 * A turn's key is the user's hashed id and the turn's number, big-endian, so that a user's turns lie together and in
 * order. Every write is one LMDB transaction, made on LMDB's own thread, conditional on the version of the user's
 * head (optimistic locking), and flushed before its promise resolves: neither SIGKILL nor a power cut loses an
 * acknowledged turn, as long as the drive honours a flush. Several processes may have the log open.
 *
 * In quiet times every 256 turns are sealed into a compressed segment, and all of it is copied to an archive that can
 * do without any 4 of 14 files, and from which the database can be built again.
 */
export class TurnLog {
  readonly #store: LogStore;
  readonly #reader: LogReader;
  readonly #appender: Appender;
  readonly #forgetter: Forgetter;
  readonly #keeper: ArchiveKeeper;
  readonly #upkeep: Upkeep;
  readonly #hasArchive: boolean;
  readonly #leave: () => Promise<void>;
  readonly #path: string;
  readonly #sides: ReadonlyMap<SideName, SideTable>;
  readonly #busy = new Set<Promise<unknown>>();
  /** Users with turns that are not sealed or archived yet, as far as this process knows. */
  readonly #unsettled = new Map<string, UserKey>();
  /** Groups of the archive whose uses have changed since, by user. */
  readonly #used = new Map<string, { readonly user: UserKey; readonly groups: Set<number> }>();
  readonly #sealing = new Set<string>();
  /** The group that was checked last. */
  #scrubbed: { readonly prefix: Buffer; readonly group: number } = { prefix: Buffer.alloc(0), group: -1 };
  #closing: Promise<void> | undefined;

  private constructor(
    store: LogStore,
    archive: Archive,
    newEpoch: () => string,
    options: Required<TurnLogOptions>,
    leave: () => Promise<void>,
    path: string,
  ) {
    this.#path = path;
    this.#leave = leave;
    this.#store = store;
    this.#reader = new LogReader(store, options.cacheBytes);
    this.#keeper = new ArchiveKeeper(store, archive, newEpoch);
    this.#forgetter = new Forgetter(store, this.#reader, this.#keeper, newEpoch);
    this.#appender = new Appender(store, options.random, (user, unsealed) =>
      this.#afterCommit(user, unsealed),
    );
    const onUsed = (user: UserKey, turnIds: readonly number[]): void => this.#afterUse(user, turnIds);
    this.#sides = new Map(
      sideNames.map((name) => [
        name,
        new LmdbSideTable(store, this.#reader, name, name === 'uses' ? onUsed : undefined),
      ]),
    );
    this.#hasArchive = options.archive;
    this.#upkeep = new Upkeep(options, { settle: () => this.settle(), scrub: () => this.#scrubNext() });
  }

  /**
   * @param folder made if it is missing; only its owner may read it
   * @param newEpoch gives a value that was never used before
   * @throws SlowcatError `SLOWCAT_MEMORY_STORE`; `SLOWCAT_MEMORY_CORRUPT` when the database is damaged or gone and
   *   {@link repairLog} can help; `SLOWCAT_MEMORY_FORMAT` when a newer version wrote it
   */
  static async open(folder: string, newEpoch: () => string, options: TurnLogOptions = {}): Promise<TurnLog> {
    const resolved = { ...defaultTurnLogOptions, ...options };
    const path = join(folder, 'log.mdb');
    const archive = new Archive(join(folder, 'archive'));
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await chmod(folder, 0o700);
      for (;;) {
        const leave = await announce(folder);
        let opened = false;
        try {
          const state = await examine(path);
          if (state === 'none' && (await archive.users()).length > 0)
            throw corrupt('the database, which is gone');
          if (state !== 'old') {
            await removeUnfinished(path);
            const store = await LogStore.open(path, newEpoch, resolved.freeBytes);
            const log = new TurnLog(store, archive, newEpoch, resolved, leave, path);
            log.#begin();
            opened = true;
            return log;
          }
        } finally {
          if (!opened) await leave();
        }
        await migrateAlone(folder, path, newEpoch, resolved.random);
      }
    } catch (cause) {
      throw storeFault(cause);
    }
  }

  /** Appends a turn. Resolves to its number when it is committed and flushed. */
  append(user: UserKey, turn: NewTurn): Promise<number> {
    try {
      return this.enqueue(user, turn).stored;
    } catch (error) {
      return Promise.reject(storeFault(error));
    }
  }

  /**
   * Takes a turn, and says its number at once. Calls of one event-loop turn, and those that come while a write is
   * open, share one commit, in the order of the calls. When two processes write for one user at the same time, a
   * turn's number is certain only when it is stored.
   * @throws SlowcatError `SLOWCAT_MEMORY_CLOSED`
   */
  enqueue(user: UserKey, turn: NewTurn): Accepted {
    if (this.#closing) throw closed();
    return this.#reader.read(() => this.#appender.enqueue(user, turn, (work) => void this.#track(work)));
  }

  head(user: UserKey): UserHead | undefined {
    return this.#reader.read(() => this.#store.head(user.prefix));
  }

  turn(user: UserKey, turnId: number): StoredTurn | undefined {
    return this.#reader.turn(user, turnId);
  }

  /** Turns with `from <= turnId < to`, oldest first, at most `limit`. */
  range(user: UserKey, from: number, to: number, limit = Infinity): StoredTurn[] {
    return this.#reader.range(user, from, to, limit);
  }

  /** Makes what other processes have committed visible at once rather than at LMDB's next refresh. */
  refresh(): void {
    this.#reader.read(() => this.#store.refresh());
  }

  users(): string[] {
    return this.#reader.read(() => this.#store.users().map(({ head }) => head.id)).sort();
  }

  /** Derived data by turn number, which goes when the turn is forgotten. */
  side(name: SideName): SideTable {
    const table = this.#sides.get(name);
    if (!table) throw new RangeError('no such side table');
    return table;
  }

  /** Removes the given turns, and their bytes from all files. Resolves to how many there were. */
  async remove(user: UserKey, turnIds: readonly number[]): Promise<number> {
    return this.#work(async () => {
      await removeBackup(this.#path);
      return this.#forgetter.remove(user, turnIds);
    });
  }

  /** Removes a user: turns, head and id, from all files. Resolves to how many turns there were. */
  async removeUser(user: UserKey): Promise<number> {
    return this.#work(async () => {
      await removeBackup(this.#path);
      return this.#forgetter.removeUser(user);
    });
  }

  /** The proof over all of a user's turns: how many leaves, and the peaks. Forgotten turns are leaves too. */
  rangeOf(user: UserKey): MountainRange {
    return this.head(user)?.range ?? emptyRange;
  }

  /** 32 bytes that hold for every turn of a user and their order. */
  proofHead(user: UserKey): Buffer {
    return Buffer.from(headOf(this.rangeOf(user)));
  }

  /** Shows that a turn is in the log; undefined when there never was one of that number. */
  proofOf(user: UserKey, turnId: number): ProofOfTurn | undefined {
    return this.#reader.read(() => proofOf(this.#store, this.#reader, user, turnId));
  }

  /** Shows that the log when it had `from` turns and today's are one, continued. @throws RangeError for a longer one */
  growthOf(user: UserKey, from: number): ConsistencyProof | undefined {
    return this.#reader.read(() => growthOf(this.#store, this.#reader, user, from));
  }

  /** Compares every stored turn with its hash, and all of them with the head. Changes nothing. */
  async verify(user: UserKey, onProgress?: MaintenanceProgress): Promise<VerifyReport> {
    return this.#work(() => verifyLog(this.#store, this.#reader, user, onProgress));
  }

  /**
   * Rebuilds what is damaged or missing of a user, in the database from the archive and in the archive from the
   * database. What neither has is marked as lost, so that the rest can be read. For a database that cannot be opened
   * there is {@link import('../recovery/repair.js')}.
   */
  async repairUser(user: UserKey, onProgress: MaintenanceProgress = () => undefined): Promise<RepairReport> {
    return this.#work(async () => {
      const total = (this.#store.head(user.prefix)?.next ?? 1) - 1;
      const all: Mended[] = [];
      for (let group = 0; total > 0 && group <= groupOf(total); group++) {
        all.push(await this.#keeper.mend(user, group, true));
        onProgress(Math.min(total, (group + 1) * segmentTurns * 10), total);
      }
      this.#reader.segments.drop(user);
      const lost = all.flatMap((mended) => mended.lost);
      return {
        ok: lost.length === 0,
        rebuiltPieces: all.reduce((sum, mended) => sum + mended.rebuiltPieces, 0),
        rebuiltTurns: all.reduce((sum, mended) => sum + mended.rebuiltTurns, 0),
        lost,
      };
    });
  }

  /** Seals what is complete and brings the archive up to date; done by itself in quiet times and when it is closed. */
  async settle(): Promise<void> {
    await this.#work(() => this.#settle());
  }

  /**
   * Checks stored data against the archive, group by group, for about `budgetMs`, and mends what it finds; the next
   * call goes on where this one stops. Resolves to what was mended.
   */
  async scrub(budgetMs: number): Promise<Mended> {
    return this.#work(async () => {
      const endMs = performance.now() + budgetMs;
      const all: Mended[] = [];
      do {
        const mended = await this.#scrubGroup();
        if (!mended) break;
        all.push(mended);
      } while (performance.now() < endMs);
      return {
        rebuiltPieces: all.reduce((sum, mended) => sum + mended.rebuiltPieces, 0),
        rebuiltTurns: all.reduce((sum, mended) => sum + mended.rebuiltTurns, 0),
        lost: all.flatMap((mended) => mended.lost),
      };
    });
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#upkeep.stop();
      while (this.#busy.size > 0) await Promise.allSettled([...this.#busy]);
      // What cannot be archived now, for want of space perhaps, is when the log is opened next.
      await this.#settle().catch(() => undefined);
      this.#reader.close();
      await this.#store.close();
      await this.#leave();
    })();
    return this.#closing;
  }

  /** Ends what another process left undone. */
  #begin(): void {
    this.#upkeep.start();
    for (const { user, head } of this.#store.users()) {
      if (this.#store.archived.get(user.prefix)?.readUInt32BE(0) !== head.next)
        this.#unsettled.set(user.id, user);
    }
    if (this.#unsettled.size > 0) this.#upkeep.touch();
    if (this.#store.stale.getKeysCount({ limit: 1 }) > 0)
      this.#track(this.#forgetter.clean()).catch(() => undefined);
  }

  #afterCommit(user: UserKey, unsealed: number): void {
    this.#unsettled.set(user.id, user);
    this.#upkeep.touch();
    if (unsealed < waitingSegments * segmentTurns) return;
    if (this.#sealing.has(user.id)) return;
    this.#sealing.add(user.id);
    const sealing = sealAll(this.#store, this.#reader, user).finally(() => this.#sealing.delete(user.id));
    this.#track(sealing).catch(() => undefined);
  }

  #afterUse(user: UserKey, turnIds: readonly number[]): void {
    let used = this.#used.get(user.id);
    if (!used) this.#used.set(user.id, (used = { user, groups: new Set() }));
    for (const turnId of turnIds) used.groups.add(groupOf(turnId));
    this.#upkeep.touch();
  }

  async #settle(): Promise<void> {
    for (const user of [...this.#unsettled.values()]) {
      await sealAll(this.#store, this.#reader, user);
      if (this.#hasArchive) await this.#keeper.catchUp(user);
      this.#unsettled.delete(user.id);
    }
    for (const [id, { user, groups }] of [...this.#used]) {
      this.#used.delete(id);
      if (!this.#hasArchive) continue;
      try {
        await this.#keeper.keepUses(user, groups);
      } catch (error) {
        this.#afterUse(user, [...groups].map(firstTurnOf));
        throw error;
      }
    }
  }

  async #scrubNext(): Promise<void> {
    if (!this.#closing && this.#hasArchive) await this.#track(this.#scrubGroup());
  }

  /** Mends the group after the last one, of the next user after the last group; undefined when there is no user. */
  async #scrubGroup(): Promise<Mended | undefined> {
    this.#store.refresh();
    const users = this.#store.users();
    const { prefix, group } = this.#scrubbed;
    const same = users.find(({ user }) => user.prefix.equals(prefix));
    const next =
      same && group < groupOf(same.head.next - 1)
        ? { ...same, group: group + 1 }
        : withGroup(users.find(({ user }) => Buffer.compare(user.prefix, prefix) > 0) ?? users[0]);
    if (!next) return undefined;
    this.#scrubbed = { prefix: next.user.prefix, group: next.group };
    return this.#keeper.mend(next.user, next.group, false);
  }

  #work<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(closed());
    return this.#track(
      work().catch((cause: unknown) => {
        throw storeFault(cause);
      }),
    );
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#busy.add(work);
    const done = (): void => void this.#busy.delete(work);
    work.then(done, done);
    return work;
  }
}

function firstTurnOf(group: number): number {
  return group * groupTurns + 1;
}

function withGroup<T>(place: T | undefined): (T & { group: number }) | undefined {
  return place && { ...place, group: 0 };
}

/** Brings a database of an old format to today's, unless somebody else has done so meanwhile. */
async function migrateAlone(
  folder: string,
  path: string,
  newEpoch: () => string,
  random: (bytes: number) => Buffer,
): Promise<void> {
  const leave = await announceAlone(folder);
  try {
    if ((await examine(path)) === 'old') await migrate(path, newEpoch, random);
  } finally {
    await leave();
  }
}
