import { copyFile, link, open as openFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { open, type Database } from 'lmdb';

import { SlowcatError } from '../../errors.js';
import { hashBytes, saltBytes } from '../proof/mountain-range.js';
import { buildUser } from '../recovery/build.js';
import { userKey, type UserKey } from '../user-id.js';
import { examine } from './examine.js';
import { corrupt } from './format.js';
import { LogReader } from './log-reader.js';
import { announceAlone } from './presence.js';
import { LogStore, numberOf, numberRange, storeFault } from './store.js';
import type { LogEntry } from './tail-record.js';

/** What format 1 kept of a user. */
interface OldHead {
  readonly id: string;
  readonly next: number;
  readonly turns: number;
}

const readTurns = 500;
/** Unpacked segments that are held while they are compared, each read once. */
const comparedBytes = 2 ** 20;

/** Where the database of before a migration stays until the first time that something is forgotten. */
export function backupPath(path: string): string {
  return `${path}.format-1`;
}

/**
 * Brings a database of format 1 to today's: builds a new one beside it, compares every turn, and puts it in the old
 * one's place at once. Killed at any moment, what stands there is the old one, whole, or the new one, whole; when
 * anything is wrong the old one stays. The old one is kept, see {@link rollBack}. For who is alone with the folder.
 */
export async function migrate(
  path: string,
  newEpoch: () => string,
  random: (bytes: number) => Buffer,
): Promise<void> {
  const built = `${path}.new`;
  await removeDatabase(built);
  const old = open({ path, noSubdir: true, readOnly: true });
  const heads = old.openDB<OldHead, Buffer>({
    name: 'users',
    encoding: 'msgpack',
    keyEncoding: 'binary',
    useVersions: true,
  });
  const turns = old.openDB<Buffer, Buffer>({ name: 'turns', encoding: 'binary', keyEncoding: 'binary' });
  const store = await LogStore.open(built, newEpoch);
  try {
    for (const head of [...heads.getRange({})].map(({ value }) => value)) {
      const user = userKey(head.id);
      await buildUser(store, user, entriesOf(turns, user, head, random));
      await compare(turns, store, user, head);
    }
  } catch (error) {
    await store.close();
    await removeDatabase(built);
    throw error;
  } finally {
    await old.close();
  }
  await store.close();
  const backup = backupPath(path);
  await removeBackup(path);
  // Not every file system has links. A copy that is cut short must not look like a backup.
  await link(path, backup).catch(async () => {
    await copyFile(path, unfinished(backup));
    await rename(unfinished(backup), backup);
  });
  await rename(built, path);
  await flushFolder(path);
  await removeDatabase(built);
}

/**
 * Puts the database of before a migration back in its place, for a version that knows no other; what was stored since
 * is lost. Changes nothing where the old one still stands, after a migration that was killed for one.
 * @throws SlowcatError `SLOWCAT_MEMORY_STORE` while anybody has the log open, or when there is nothing to go back to
 */
export async function rollBack(folder: string): Promise<void> {
  const path = join(folder, 'log.mdb');
  try {
    const leave = await announceAlone(folder);
    try {
      if ((await examine(path)) === 'old') return;
      if ((await examine(backupPath(path))) !== 'old') throw nothingKept();
      // It is built anew from whatever database stands there. First, so that it never has what the database has not.
      await rm(join(folder, 'archive'), { recursive: true, force: true });
      await rename(backupPath(path), path);
      await flushFolder(path);
    } finally {
      await leave();
    }
  } catch (cause) {
    throw storeFault(cause);
  }
}

function nothingKept(): SlowcatError {
  return new SlowcatError(
    'SLOWCAT_MEMORY_STORE',
    'There is no database of an older format to go back to: it is kept until something is forgotten.',
  );
}

/** Removes the database of before a migration: it has what is to be forgotten. */
export async function removeBackup(path: string): Promise<void> {
  await rm(backupPath(path), { force: true });
  await rm(unfinished(backupPath(path)), { force: true });
}

/** Removes what a process that was killed while it built a database has left. For who is there, or alone. */
export async function removeUnfinished(path: string): Promise<void> {
  await removeDatabase(`${path}.new`);
  await rm(unfinished(backupPath(path)), { force: true });
}

/** Removes a database that nobody uses. */
export async function removeDatabase(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}-lock`, { force: true });
}

function unfinished(path: string): string {
  return `${path}.part`;
}

/** Makes a file's new name outlast a power cut, where the system can say so. */
async function flushFolder(path: string): Promise<void> {
  try {
    const folder = await openFile(dirname(path));
    await folder.sync().finally(() => folder.close());
  } catch {
    // Not every system lets a folder be flushed.
  }
}

/** The turns of one user in format 1, with something in each place. */
function* entriesOf(
  turns: Database<Buffer, Buffer>,
  user: UserKey,
  head: OldHead,
  random: (bytes: number) => Buffer,
): Generator<LogEntry> {
  for (const [, record] of oldTurns(turns, user, head)) {
    // What format 1 forgot left no hash; random bytes stand for it from here on.
    yield record
      ? { kind: 'turn', salt: random(saltBytes), record: Buffer.from(record) }
      : { kind: 'gone', leaf: random(hashBytes) };
  }
}

function* oldTurns(
  turns: Database<Buffer, Buffer>,
  { prefix }: UserKey,
  { next }: OldHead,
): Generator<[number, Buffer | undefined]> {
  for (let from = 1; from < next; from += readTurns) {
    const to = Math.min(next, from + readTurns);
    const found = new Map(
      [...turns.getRange(numberRange(prefix, from, to))].map(({ key, value }) => [numberOf(key), value]),
    );
    for (let turnId = from; turnId < to; turnId++) yield [turnId, found.get(turnId)];
  }
}

/** @throws SlowcatError unless the new database has each turn of the old one, byte for byte, and no other */
async function compare(
  turns: Database<Buffer, Buffer>,
  store: LogStore,
  user: UserKey,
  old: OldHead,
): Promise<void> {
  store.refresh();
  const head = store.head(user.prefix);
  const reader = new LogReader(store, comparedBytes);
  let counted = 0;
  for (const [turnId, record] of oldTurns(turns, user, old)) {
    const entry = head && reader.entry(user, head, turnId);
    const isSame = record
      ? entry?.kind === 'turn' && Buffer.compare(entry.record, record) === 0
      : entry?.kind === 'gone';
    if (!isSame) throw corrupt('the database of format 1');
    if (record) counted++;
    if (turnId % readTurns === 0) await setImmediate();
  }
  if (counted !== old.turns || (head?.turns ?? 0) !== counted) throw corrupt('the database of format 1');
}
