import { setImmediate } from 'node:timers/promises';

import { corrupt } from '../log/format.js';
import type { UserHead } from '../log/head-record.js';
import { decodeSegment, encodeSegment, segmentTurns } from '../log/segment.js';
import { numberedKey, numberOf, numberRange, quietly, type LogStore } from '../log/store.js';
import { decodeTail, encodeTail, leafOf, lostLeaf, type LogEntry } from '../log/tail-record.js';
import { rootOfComplete } from '../proof/mountain-range.js';
import type { UserKey } from '../user-id.js';
import type { Archive, GroupContent } from './archive.js';
import { dataPieces } from './piece-file.js';

/** Turns of one group of the archive. */
export const groupTurns = dataPieces * segmentTurns;

/** What mending a group came to. */
export interface Mended {
  /** Files of the archive that were made anew. */
  readonly rebuiltPieces: number;
  /** Turns that came back from the archive. */
  readonly rebuiltTurns: number;
  /** Turns that neither the database nor the archive has any more. */
  readonly lost: readonly number[];
}

/** In place of a group's number: the whole user was forgotten. */
export const wholeUser = 0xffffffff;

/**
 * Keeps database and archive in step, each being what the other is mended from. Works on one group at a time, in
 * order, and lets the event loop in between segments.
 */
export class ArchiveKeeper {
  readonly #store: LogStore;
  readonly #archive: Archive;
  readonly #newEpoch: () => string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: LogStore, archive: Archive, newEpoch: () => string) {
    this.#store = store;
    this.#archive = archive;
    this.#newEpoch = newEpoch;
  }

  /** Brings the archive up to what the database has by now. */
  catchUp(user: UserKey): Promise<void> {
    return this.#inTurn(async () => {
      const head = this.#head(user);
      const until = this.#store.archived.get(user.prefix)?.readUInt32BE(0) ?? 1;
      if (!head || head.next === until) return;
      await this.#archive.sweep(user.prefix);
      for (let group = groupOf(Math.min(until, head.next) - 1); group <= groupOf(head.next - 1); group++)
        await this.#mend(user, group, false);
      if (until > head.next) await this.#archive.remove(user.prefix, groupOf(head.next - 1) + 1);
      const mark = Buffer.alloc(4);
      mark.writeUInt32BE(head.next);
      await this.#store.archived.put(user.prefix, mark);
    });
  }

  /** Brings what the archive has of the uses of some groups' turns up to date. */
  keepUses(user: UserKey, groups: Iterable<number>): Promise<void> {
    return this.#inTurn(async () => {
      for (const group of groups) {
        for (;;) {
          const head = this.#head(user);
          if (!head) return;
          await this.#writeUses(user, group);
          // Something was forgotten meanwhile: the files may hold its uses.
          const now = this.#head(user);
          if (now?.epoch === head.epoch) break;
          if (!now) await this.#archive.remove(user.prefix);
        }
        await setImmediate();
      }
    });
  }

  /** Writes what the archive holds of forgotten turns anew without them. The marks stay until {@link clearMarks}. */
  rewriteMarked(): Promise<Buffer[]> {
    return this.#inTurn(async () => {
      this.#store.refresh();
      const marks = [...this.#store.stale.getKeys({})].map((key) => Buffer.from(key));
      for (const mark of marks) {
        const prefix = mark.subarray(0, -4);
        await this.#archive.sweep(prefix);
        const head = this.#store.head(prefix);
        if (numberOf(mark) === wholeUser) {
          await this.#archive.remove(prefix);
          await this.#store.archived.remove(prefix);
        } else if (head && (await this.#archive.groups(prefix)).includes(numberOf(mark))) {
          await this.#mend({ id: head.id, prefix }, numberOf(mark), false);
        }
      }
      return marks;
    });
  }

  async clearMarks(marks: readonly Buffer[]): Promise<void> {
    await Promise.all(marks.map((mark) => this.#store.stale.remove(mark)));
  }

  /**
   * Checks a group on both sides and mends what can be mended.
   * @param givesUp whether turns that are lost are marked as such, so that the rest can be read again
   */
  mend(user: UserKey, group: number, givesUp: boolean): Promise<Mended> {
    return this.#inTurn(() => this.#mend(user, group, givesUp));
  }

  async #mend(user: UserKey, group: number, givesUp: boolean): Promise<Mended> {
    for (;;) {
      const head = this.#head(user);
      if (!head) return { rebuiltPieces: 0, rebuiltTurns: 0, lost: [] };
      let archived: GroupContent | undefined;
      const fromArchive = async (index: number): Promise<readonly LogEntry[] | undefined> => {
        archived ??= await this.#archive.read(user.prefix, group);
        return entriesOf(archived.payloads[index], user, group * groupTurns + index * segmentTurns + 1);
      };
      const payloads = new Array<Buffer | undefined>(dataPieces).fill(undefined);
      const lost: number[] = [];
      let rebuiltTurns = 0;
      for (let index = 0; index < dataPieces; index++) {
        const first = group * groupTurns + index * segmentTurns + 1;
        if (first >= head.next) break;
        const part = { user, head, first, fromArchive: () => fromArchive(index), givesUp };
        const mended = first <= head.sealed ? await this.#mendSealed(part) : await this.#mendTail(part);
        lost.push(...mended.lost);
        rebuiltTurns += mended.rebuiltTurns;
        payloads[index] = mended.segment && withId(user.id, mended.segment);
        await setImmediate();
      }
      // What is damaged on both sides stays as it is in the archive: some of it may still be read one day.
      if (lost.length > 0 && !givesUp) return { rebuiltPieces: 0, rebuiltTurns, lost };
      const rebuiltPieces = await this.#archive.write(user.prefix, group, payloads);
      await this.#writeUses(user, group);
      // Something was forgotten while the files were written: they may hold it.
      const now = this.#head(user);
      if (now?.epoch === head.epoch || rebuiltTurns > 0 || lost.length > 0)
        return { rebuiltPieces, rebuiltTurns, lost };
      if (!now) await this.#archive.remove(user.prefix);
    }
  }

  async #writeUses(user: UserKey, group: number): Promise<void> {
    const first = group * groupTurns + 1;
    const range = numberRange(user.prefix, first, first + groupTurns);
    const uses = [...this.#store.side('uses').getRange(range)].map(
      ({ key, value }) => [numberOf(key), value] as const,
    );
    await this.#archive.writeUses(user.prefix, group, uses);
  }

  async #mendSealed(part: Part): Promise<MendedPart> {
    const { user, first, givesUp } = part;
    const key = numberedKey(user.prefix, (first - 1) / segmentTurns);
    const segment = this.#store.segments.get(key);
    const root = this.#store.roots.get(key);
    const found = segment && wholeEntries(segment, user, first);
    if (found) {
      if (!root || Buffer.compare(root, rootOfComplete(found.map(leafOf))) !== 0)
        await this.#store.roots.put(key, Buffer.from(rootOfComplete(found.map(leafOf))));
      return { segment, rebuiltTurns: 0, lost: [] };
    }
    const whole = await part.fromArchive();
    const turnIds = Array.from({ length: segmentTurns }, (_, i) => first + i);
    if (whole?.length !== segmentTurns && !givesUp)
      return { segment: undefined, rebuiltTurns: 0, lost: turnIds };
    const entries =
      whole?.length === segmentTurns
        ? whole
        : turnIds.map((): LogEntry => ({ kind: 'gone', leaf: lostLeaf }));
    const rebuilt = await encodeSegment(user.prefix, first, entries);
    const isLost = entries !== whole;
    await this.#store.update(user, (now) => ({
      head: { ...now, epoch: this.#newEpoch() },
      apply: () => {
        quietly(this.#store.segments.put(key, rebuilt));
        // The root of what is lost stays, so that proofs of all other turns hold.
        if (!isLost) quietly(this.#store.roots.put(key, Buffer.from(rootOfComplete(entries.map(leafOf)))));
      },
    }));
    return isLost
      ? { segment: rebuilt, rebuiltTurns: 0, lost: turnIds }
      : { segment: rebuilt, rebuiltTurns: segmentTurns, lost: [] };
  }

  async #mendTail(part: Part): Promise<MendedPart> {
    const { user, head, first, givesUp } = part;
    const end = Math.min(head.next, first + segmentTurns);
    const entries = this.#tail(user, first, end);
    const bad = Array.from({ length: end - first }, (_, i) => first + i).filter(
      (turnId) => !entries.has(turnId),
    );
    const lost: number[] = [];
    if (bad.length > 0) {
      const whole = await part.fromArchive();
      const puts: [number, LogEntry][] = [];
      for (const turnId of bad) {
        const entry = whole?.[turnId - first];
        if (entry === undefined) lost.push(turnId);
        if (entry !== undefined || givesUp) puts.push([turnId, entry ?? { kind: 'gone', leaf: lostLeaf }]);
      }
      await this.#store.update(user, (now) => ({
        head: { ...now, epoch: this.#newEpoch() },
        apply: () =>
          puts.forEach(([turnId, entry]) =>
            quietly(this.#store.turns.put(numberedKey(user.prefix, turnId), encodeTail(entry))),
          ),
      }));
      puts.forEach(([turnId, entry]) => entries.set(turnId, entry));
    }
    if (entries.size < end - first)
      return { segment: undefined, rebuiltTurns: bad.length - lost.length, lost };
    const inOrder = [...entries].sort(([a], [b]) => a - b).map(([, entry]) => entry);
    const segment = await encodeSegment(user.prefix, first, inOrder);
    return { segment, rebuiltTurns: bad.length - lost.length, lost };
  }

  /** The good entries of a stretch behind the sealed segments. */
  #tail(user: UserKey, first: number, end: number): Map<number, LogEntry> {
    const entries = new Map<number, LogEntry>();
    for (const { key, value } of this.#store.turns.getRange(numberRange(user.prefix, first, end))) {
      try {
        entries.set(numberOf(key), decodeTail(value));
      } catch {
        // Its number is missing from the map, which is the answer.
      }
    }
    return entries;
  }

  #head(user: UserKey): UserHead | undefined {
    this.#store.refresh();
    return this.#store.head(user.prefix);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

interface Part {
  readonly user: UserKey;
  readonly head: UserHead;
  readonly first: number;
  readonly fromArchive: () => Promise<readonly LogEntry[] | undefined>;
  readonly givesUp: boolean;
}

interface MendedPart {
  readonly segment: Buffer | undefined;
  readonly rebuiltTurns: number;
  readonly lost: readonly number[];
}

/** The group that a turn belongs to. */
export function groupOf(turnId: number): number {
  return Math.floor(Math.max(0, turnId - 1) / groupTurns);
}

/** A data piece's payload: the id, so that a log can be built from the archive alone, and the segment. */
export function withId(id: string, segment: Buffer): Buffer {
  const bytes = Buffer.from(id);
  return Buffer.concat([Buffer.of(bytes.length), bytes, segment]);
}

export function splitPayload(payload: Buffer): { id: string; segment: Buffer } {
  const at = 1 + (payload[0] ?? 0);
  return { id: payload.toString('utf8', 1, at), segment: payload.subarray(at) };
}

/** The entries of a payload, if it is whole and in its place. */
export function entriesOf(
  payload: Buffer | undefined,
  user: UserKey,
  first: number,
): readonly LogEntry[] | undefined {
  return payload && readWhole(splitPayload(payload).segment, user.prefix, first);
}

function wholeEntries(segment: Buffer, user: UserKey, first: number): readonly LogEntry[] | undefined {
  const entries = readWhole(segment, user.prefix, first);
  return entries?.length === segmentTurns ? entries : undefined;
}

export function readWhole(segment: Buffer, prefix: Buffer, first: number): LogEntry[] | undefined {
  try {
    const { directory, entries } = decodeSegment(segment);
    if (directory.first !== first || Buffer.compare(directory.prefix, prefix) !== 0) return undefined;
    if (entries.length < segmentTurns) return entries;
    return Buffer.compare(rootOfComplete(entries.map(leafOf)), directory.root) === 0 ||
      entries.some(isUnknown)
      ? entries
      : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw corrupt('a segment', error);
  }
}

function isUnknown(entry: LogEntry): boolean {
  return entry.kind === 'gone' && Buffer.compare(entry.leaf, lostLeaf) === 0;
}
