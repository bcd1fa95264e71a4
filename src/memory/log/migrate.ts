import { copyFile, link, rename, rm } from 'node:fs/promises';

import { open } from 'lmdb';

import { hashBytes, saltBytes } from '../proof/mountain-range.js';
import { buildUser } from '../recovery/build.js';
import { userKey, type UserKey } from '../user-id.js';
import { corrupt } from './format.js';
import { LogStore, numberOf, numberRange } from './store.js';
import type { LogEntry } from './tail-record.js';

/** What format 1 kept of a user. */
interface OldHead {
  readonly id: string;
  readonly next: number;
  readonly turns: number;
}

const readTurns = 500;

/** Where the database of before a migration stays until the first time that something is forgotten. */
export function backupPath(path: string): string {
  return `${path}.format-1`;
}

/**
 * Brings a database of format 1 to today's: builds a new one beside it, compares every turn, and puts it in the old
 * one's place at once. Killed at any moment, what stands there is the old one, whole, or the new one, whole; when
 * anything is wrong the old one stays. The old one is kept, see {@link rollBack}.
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
      let counted = 0;
      await buildUser(store, user, entriesOf(user, head));
      function* entriesOf({ prefix }: UserKey, { next }: OldHead): Generator<LogEntry> {
        for (let from = 1; from < next; from += readTurns) {
          const to = Math.min(next, from + readTurns);
          const found = new Map(
            [...turns.getRange(numberRange(prefix, from, to))].map(({ key, value }) => [
              numberOf(key),
              value,
            ]),
          );
          for (let turnId = from; turnId < to; turnId++) {
            const record = found.get(turnId);
            if (record) counted++;
            // What format 1 forgot left no hash; random bytes stand for it from here on.
            yield record
              ? { kind: 'turn', salt: random(saltBytes), record: Buffer.from(record) }
              : { kind: 'gone', leaf: random(hashBytes) };
          }
        }
      }
      const built = store.head(user.prefix);
      if (built?.turns !== counted || counted !== head.turns) throw corrupt('the database of format 1');
    }
  } catch (error) {
    await store.close();
    await removeDatabase(built);
    throw error;
  } finally {
    await old.close();
  }
  await store.close();
  await rm(backupPath(path), { force: true });
  // Not every file system has links.
  await link(path, backupPath(path)).catch(() => copyFile(path, backupPath(path)));
  await rename(built, path);
  await removeDatabase(built);
}

/** Puts the database of before a migration back in its place; what was stored since is lost. For a closed log. */
export async function rollBack(path: string): Promise<void> {
  await rename(backupPath(path), path);
}

/** Removes a database that nobody uses. */
export async function removeDatabase(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}-lock`, { force: true });
}
