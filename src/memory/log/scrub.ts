import type { RootDatabase } from 'lmdb';

import { userPrefixBytes } from '../user-id.js';
import { segmentTurns } from './segment.js';
import { numberedKey, quietly, writeBatch, type LogStore } from './store.js';

/** Two such values fill a 4 KiB page, and none is so large that LMDB would want neighbouring pages for it. */
const fillerBytes = 1900;
const fillersPerCommit = 64;
/**
 * LMDB uses a written page's buffer again without clearing it, and what it does not fill of a page has what was there
 * before. One commit of this many pages, more than any other has, leaves zeros in all of them.
 */
const bufferedPages = 320;
/** LMDB frees pages in later transactions than those that emptied them, so that one round does not meet them all. */
const rounds = 3;

/**
 * Overwrites the free pages of a database: writes filler until the file has to grow, which means that no free page
 * is left, then removes the filler. Pages that a reader of another process still sees are not free.
 */
export async function overwriteFreePages(env: RootDatabase): Promise<void> {
  const filler = env.openDB<Buffer, number>({ name: 'filler', encoding: 'binary', keyEncoding: 'uint32' });
  const zeros = Buffer.alloc(fillerBytes);
  for (let round = 0; round < rounds; round++) {
    let key = 0;
    const pages = lastPage(env);
    do {
      env.resetReadTxn();
      const parts: Promise<boolean>[] = [];
      const isFirst = round === 0 && key === 0;
      const count = isFirst ? 2 * bufferedPages : fillersPerCommit;
      for (let i = 0; i < count; i++) parts.push(filler.put(key++, zeros));
      await Promise.all(parts);
    } while (lastPage(env) === pages);
    await filler.clearAsync();
    env.resetReadTxn();
  }
}

/** NaN, which ends the loop, if LMDB should stop telling. */
function lastPage(env: RootDatabase): number {
  env.resetReadTxn();
  const stats: { lastPageNumber?: number } = env.getStats();
  return stats.lastPageNumber ?? NaN;
}

/** Entries on either side of a forgotten one that are written anew: more than one transaction can have moved. */
const aroundEntries = 2048;
/** Heads are written one a commit, so that fewer can have moved; these are several pages of them. */
const aroundHeads = 32;
/** Marks of the archive are short: these are more than a page of them. */
const aroundArchived = 256;
/** Longer values lie on pages of their own, also where pages have 16 KiB, and leave nothing behind in shared ones. */
const mostInlineBytes = 8192;

/**
 * Removes old copies of what was forgotten from pages in use. When LMDB splits or merges a page, copies of entries
 * stay in its gap until another transaction writes to the page. Such a page holds neighbours of the entry: only what
 * one transaction wrote can lie between. So the neighbours are written anew, which moves their pages to clean ones.
 *
 * @param from the first number of what was removed under the prefix, in any table
 * @param to the last
 */
export async function touchAround(store: LogStore, prefix: Buffer, from: number, to: number): Promise<void> {
  const start = numberedKey(prefix, from);
  const end = numberedKey(prefix, to);
  for (const table of [store.turns, ...store.sides]) await touch(store, table, keysAround(table, start, end));
  const segmentStart = numberedKey(prefix, Math.floor(from / segmentTurns));
  const segmentEnd = numberedKey(prefix, Math.floor(to / segmentTurns));
  for (const table of [store.segments, store.roots])
    await touch(store, table, keysAround(table, segmentStart, segmentEnd));
}

/** The same for the head of a user who was removed: heads around it are written anew. */
export async function touchHeadsAround(store: LogStore, prefix: Buffer): Promise<void> {
  for (const user of store.neighbours(prefix, aroundHeads))
    await store.update(user, (now, isNew) => ({ head: isNew ? undefined : now, apply: () => undefined }));
}

/**
 * The same for what says how far the archive goes and what is to be forgotten: it was written by the commits that
 * removed something, on pages that may have held it. For when free pages and buffers are clean.
 */
export async function touchMarks(store: LogStore, marks: readonly Buffer[]): Promise<void> {
  await Promise.all(marks.map((mark) => store.stale.put(mark, Buffer.of(1))));
  const prefixes = new Map(
    marks.map((mark) => [mark.toString('hex', 0, userPrefixBytes), mark.subarray(0, userPrefixBytes)]),
  );
  for (const prefix of prefixes.values()) {
    const before = [...store.archived.getKeys({ start: prefix, reverse: true, limit: aroundArchived })];
    const behind = [...store.archived.getKeys({ start: prefix, limit: aroundArchived })];
    for (const key of [...before, ...behind]) {
      const value = store.archived.get(key);
      // An older mark than another process writes meanwhile makes it look at the archive once more.
      if (value) await store.archived.put(Buffer.from(key), value);
    }
    await touchHeadsAround(store, prefix);
  }
}

function keysAround(table: LogStore['turns'], start: Buffer, end: Buffer): Buffer[] {
  const before = [...table.getKeys({ start, reverse: true, limit: aroundEntries })].reverse();
  const within = [...table.getKeys({ start, end })];
  const behind = [...table.getKeys({ start: end, limit: aroundEntries })];
  const keys = new Map(
    [...before, ...within, ...behind].map((key) => [key.toString('latin1'), Buffer.from(key)]),
  );
  return [...keys.values()];
}

/** Writes entries anew as they are, each user's under the condition that nobody else changes them meanwhile. */
async function touch(store: LogStore, table: LogStore['turns'], keys: readonly Buffer[]): Promise<void> {
  for (let at = 0; at < keys.length;) {
    const prefix = keys[at]?.subarray(0, userPrefixBytes) ?? Buffer.alloc(0);
    let end = at;
    while (
      end < keys.length &&
      end - at < writeBatch &&
      keys[end]?.subarray(0, userPrefixBytes).equals(prefix)
    )
      end++;
    const part = keys.slice(at, end);
    at = end;
    const id = store.head(prefix)?.id;
    if (id === undefined) continue;
    await store.update({ id, prefix }, (now, isNew) => {
      const entries = part.flatMap((key) => {
        const value = isNew ? undefined : table.get(key);
        return value && value.length <= mostInlineBytes ? [{ key, value }] : [];
      });
      return {
        head: isNew ? undefined : now,
        apply: () => entries.forEach(({ key, value }) => quietly(table.put(key, value))),
      };
    });
  }
}
