import { setImmediate } from 'node:timers/promises';

import { hashBytes, type MountainRange } from '../proof/mountain-range.js';
import { groupOf, groupTurns, wholeUser, type ArchiveKeeper } from '../recovery/keeper.js';
import { userPrefixBytes, type UserKey } from '../user-id.js';
import type { UserHead } from './head-record.js';
import type { LogReader } from './log-reader.js';
import { overwriteFreePages, touchAround, touchHeadsAround, touchMarks } from './scrub.js';
import { encodeSegment, segmentTurns } from './segment.js';
import { derivedNames } from './side-table.js';
import { numberedKey, numberOf, numberRange, quietly, wipe, writeBatch, type LogStore } from './store.js';
import { encodeTail, leafOf, tailBytes, type LogEntry } from './tail-record.js';

/**
 * Turns behind a forgotten one whose derived data may have its words: a question's in the fact that its answer states,
 * a fact's in what corrects it.
 */
const leaningTurns = 2;
/** Sealed segments that go in one commit. */
const segmentsPerCut = 4;

/**
 * Removes turns, and their bytes from all files: first in one commit from the tables, with a mark; then from the
 * archive's files; then from what LMDB leaves in pages. The marks go last, so that what a killed process has begun is
 * ended by the next. A forgotten turn's leaf stays: proofs of the others hold.
 */
export class Forgetter {
  readonly #store: LogStore;
  readonly #reader: LogReader;
  readonly #keeper: ArchiveKeeper;
  readonly #newEpoch: () => string;
  #cleaning: Promise<void> = Promise.resolve();

  constructor(store: LogStore, reader: LogReader, keeper: ArchiveKeeper, newEpoch: () => string) {
    this.#store = store;
    this.#reader = reader;
    this.#keeper = keeper;
    this.#newEpoch = newEpoch;
  }

  /** Resolves to how many of the turns there were, when no file has their bytes any more. */
  async remove(user: UserKey, turnIds: readonly number[]): Promise<number> {
    const wanted = [...new Set(turnIds)].sort((a, b) => a - b);
    const sealed = new Map<number, number[]>();
    const removed: number[] = [];
    for (let at = 0; at < wanted.length; at += writeBatch) {
      const batch = wanted.slice(at, at + writeBatch);
      const inSegments = await this.#removeFromTail(user, batch, removed);
      for (const turnId of inSegments) {
        const segment = Math.floor((turnId - 1) / segmentTurns);
        sealed.set(segment, [...(sealed.get(segment) ?? []), turnId]);
      }
    }
    for (const [segment, ids] of sealed) {
      await this.#removeFromSegment(user, segment, ids, removed);
      await setImmediate();
    }
    if (removed.length > 0) await this.clean(user);
    return removed.length;
  }

  /**
   * Removes a user: turns, head, id and all, from the end on, so that whoever reads meanwhile reads a shorter log.
   * What is said meanwhile goes too. Resolves to how many turns there were.
   */
  async removeUser(user: UserKey): Promise<number> {
    let removed = 0;
    for (let cut = await this.#cutEnd(user); cut !== undefined; cut = await this.#cutEnd(user)) {
      removed += cut;
      await setImmediate();
    }
    await this.clean(user);
    return removed;
  }

  /** Takes the end of a user's log away. Resolves to how many turns that were, undefined when there was no user. */
  async #cutEnd(user: UserKey): Promise<number | undefined> {
    let removed: number | undefined;
    await this.#store.update(user, (now, isNew) => {
      removed = undefined;
      if (isNew) return { head: undefined, apply: () => undefined };
      const { apply, next, turns } = this.#cut(user, now);
      removed = now.turns - turns;
      if (next === 1) return { head: undefined, apply };
      const sealed = Math.min(now.sealed, next - 1);
      const head = { ...now, next, sealed, turns, epoch: this.#newEpoch(), range: placeholder(next - 1) };
      return { head, apply };
    });
    return removed;
  }

  /** What a commit does that takes the end of a user's log away. */
  #cut(user: UserKey, now: UserHead): { apply: () => void; next: number; turns: number } {
    const { segments, roots, turns, stale, archived, sides } = this.#store;
    const tailFirst = Math.max(now.sealed + 1, now.next - writeBatch);
    const next =
      tailFirst < now.next ? tailFirst : Math.max(0, now.sealed - segmentsPerCut * segmentTurns) + 1;
    // The last cut takes what is not a turn's as well.
    const range = numberRange(user.prefix, next === 1 ? 0 : next, Infinity);
    const numbered = [turns, ...sides].flatMap((table) =>
      [...table.getRange(range)].map(({ key, value }) => ({
        table,
        key: Buffer.from(key),
        length: value.length,
      })),
    );
    const segmentRange = numberRange(user.prefix, Math.ceil((next - 1) / segmentTurns), Infinity);
    const sealed = [...segments.getKeys(segmentRange)].map((key) => Buffer.from(key));
    const left = Math.min(now.turns, next - 1);
    return {
      next,
      turns: next === 1 ? 0 : left,
      apply: () => {
        numbered.forEach(({ table, key, length }) => wipe(table, key, length));
        for (const key of sealed) {
          quietly(segments.remove(key));
          quietly(roots.remove(key));
        }
        quietly(archived.remove(user.prefix));
        quietly(stale.put(numberedKey(user.prefix, wholeUser), Buffer.of(1)));
      },
    };
  }

  /** Ends what is marked as begun; with no marks, there is nothing to do. */
  clean(user?: UserKey): Promise<void> {
    this.#cleaning = this.#cleaning
      .catch(() => undefined)
      .then(async () => {
        if (user) this.#reader.segments.drop(user);
        const marks = await this.#keeper.rewriteMarked();
        if (marks.length === 0) return;
        for (const mark of marks) {
          const prefix = mark.subarray(0, userPrefixBytes);
          const group = numberOf(mark);
          if (group === wholeUser) {
            await touchAround(this.#store, prefix, 0, 0);
            await touchAround(this.#store, prefix, wholeUser, wholeUser);
            await touchHeadsAround(this.#store, prefix);
          } else {
            await touchAround(this.#store, prefix, group * groupTurns + 1, (group + 1) * groupTurns);
          }
        }
        await overwriteFreePages(this.#store.env);
        await touchMarks(this.#store, marks);
        await overwriteFreePages(this.#store.env);
        await this.#keeper.clearMarks(marks);
      });
    return this.#cleaning;
  }

  /** Resolves to those of the turns that are in sealed segments. */
  async #removeFromTail(user: UserKey, turnIds: readonly number[], removed: number[]): Promise<number[]> {
    let found: [number, LogEntry][] = [];
    let sealed: number[] = [];
    await this.#store.update(user, (now, isNew) => {
      sealed = turnIds.filter((turnId) => turnId >= 1 && turnId <= now.sealed);
      found = turnIds
        .filter((turnId) => turnId > now.sealed)
        .flatMap((turnId) => {
          const entry = this.#reader.entry(user, now, turnId);
          return entry?.kind === 'turn' ? [[turnId, entry] as [number, LogEntry]] : [];
        });
      if (found.length === 0) return { head: isNew ? undefined : now, apply: () => undefined };
      const bytes = found.reduce((sum, [, entry]) => sum + recordBytes(entry), 0);
      const wipeSides = this.#sidesOf(
        user,
        found.map(([turnId]) => turnId),
      );
      return {
        head: { ...now, turns: now.turns - found.length, bytes: now.bytes - bytes, epoch: this.#newEpoch() },
        apply: () => {
          const { turns } = this.#store;
          // All zeros first: a page that is merged with its neighbour in between would leave a copy.
          for (const [turnId, entry] of found)
            quietly(turns.put(numberedKey(user.prefix, turnId), Buffer.alloc(tailBytes(entry))));
          for (const [turnId, entry] of found)
            quietly(
              turns.put(numberedKey(user.prefix, turnId), encodeTail({ kind: 'gone', leaf: leafOf(entry) })),
            );
          wipeSides();
          this.#mark(
            user,
            found.map(([turnId]) => turnId),
          );
        },
      };
    });
    removed.push(...found.map(([turnId]) => turnId));
    return sealed;
  }

  async #removeFromSegment(
    user: UserKey,
    segment: number,
    turnIds: readonly number[],
    removed: number[],
  ): Promise<void> {
    let found: number[] = [];
    const first = segment * segmentTurns + 1;
    await this.#store.update(user, async (now, isNew) => {
      found = [];
      const nothing = { head: isNew ? undefined : now, apply: () => undefined };
      if (isNew || now.sealed < first) return nothing;
      const wanted = new Set(turnIds);
      let bytes = 0;
      const entries = [...this.#reader.entries(user, now, first, first + segmentTurns)].map(
        ([turnId, entry]) => {
          if (!wanted.has(turnId) || entry.kind === 'gone') return entry;
          found.push(turnId);
          bytes += entry.record.length;
          return { kind: 'gone', leaf: leafOf(entry) } as const;
        },
      );
      if (found.length === 0) return nothing;
      const rewritten = await encodeSegment(user.prefix, first, entries);
      const wipeSides = this.#sidesOf(user, found);
      return {
        head: { ...now, turns: now.turns - found.length, bytes: now.bytes - bytes, epoch: this.#newEpoch() },
        apply: () => {
          quietly(this.#store.segments.put(numberedKey(user.prefix, segment), rewritten));
          wipeSides();
          this.#mark(user, found);
        },
      };
    });
    removed.push(...found);
  }

  /**
   * What is to be done within the commit, so that no side table keeps anything of the turns. What was derived from the
   * turns behind them becomes zeros, to be derived again.
   */
  #sidesOf(user: UserKey, turnIds: readonly number[]): () => void {
    const gone = new Set(turnIds);
    const leaning = turnIds
      .flatMap((turnId) => Array.from({ length: leaningTurns }, (_, i) => turnId + 1 + i))
      .filter((turnId) => !gone.has(turnId));
    const found = this.#entriesOf(user, this.#store.sides, gone);
    const zeroed = this.#entriesOf(
      user,
      derivedNames.map((name) => this.#store.side(name)),
      new Set(leaning),
    );
    return () => {
      for (const { table, key, length } of [...found, ...zeroed])
        quietly(table.put(key, Buffer.alloc(length)));
      for (const { table, key } of found) quietly(table.remove(key));
      this.#mark(
        user,
        zeroed.map(({ key }) => numberOf(key)),
      );
    };
  }

  #entriesOf(
    user: UserKey,
    tables: readonly ReturnType<LogStore['side']>[],
    turnIds: Iterable<number>,
  ): { table: ReturnType<LogStore['side']>; key: Buffer; length: number }[] {
    const ids = [...turnIds];
    return tables.flatMap((table) =>
      ids.flatMap((turnId) => {
        const key = numberedKey(user.prefix, turnId);
        const length = table.get(key)?.length;
        return length === undefined ? [] : [{ table, key, length }];
      }),
    );
  }

  #mark(user: UserKey, turnIds: readonly number[]): void {
    for (const group of new Set(turnIds.map(groupOf)))
      quietly(this.#store.stale.put(numberedKey(user.prefix, group), Buffer.of(1)));
  }
}

function recordBytes(entry: LogEntry): number {
  return entry.kind === 'turn' ? entry.record.length : 0;
}

/** A range of the right shape for a log that is on its way out: nothing can be proven of it any more. */
function placeholder(leaves: number): MountainRange {
  const trees = leaves.toString(2).replaceAll('0', '').length;
  return { leaves, peaks: Array.from({ length: trees }, () => Buffer.alloc(hashBytes)) };
}
