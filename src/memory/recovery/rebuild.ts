import { rename } from 'node:fs/promises';

import { LogReader } from '../log/log-reader.js';
import { segmentTurns } from '../log/segment.js';
import { LogStore, numberedKey, quietly, writeBatch } from '../log/store.js';
import { isLost, lostLeaf, type LogEntry } from '../log/tail-record.js';
import { removeDatabase } from '../log/migrate.js';
import type { MaintenanceProgress, RepairReport } from '../types.js';
import { userKey, type UserKey } from '../user-id.js';
import type { Archive, GroupContent } from './archive.js';
import { buildUser } from './build.js';
import { groupTurns, readWhole, splitPayload } from './keeper.js';
import { dataPieces } from './piece-file.js';
import { salvage, type Salvaged } from './salvage.js';

/** Unpacked segments that are held while it is looked which turns are there. */
const segmentBytes = 2 ** 20;

/** What came back of each user, by id. */
export type RebuiltUsers = Map<string, RepairReport>;

/**
 * Builds the database again, from the archive and from what the pages of the old file still give, and puts it in the
 * old one's place. What is in neither is marked as lost. Uses come back as the archive has them; what is derived from turns is
 * derived again by whoever needs it.
 */
export async function rebuild(
  path: string,
  archive: Archive,
  newEpoch: () => string,
  onProgress: MaintenanceProgress,
): Promise<RebuiltUsers> {
  const built = `${path}.new`;
  await removeDatabase(built);
  const salvaged = await salvage(path);
  const prefixes = new Set([
    ...salvaged.keys(),
    ...(await archive.users()).map((prefix) => prefix.toString('hex')),
  ]);
  const users: RebuiltUsers = new Map();
  const store = await LogStore.open(built, newEpoch);
  try {
    for (const hex of prefixes) {
      const source = new Source(Buffer.from(hex, 'hex'), archive, salvaged.get(hex));
      const { id, count } = await source.survey();
      // Pages alone may give turns of a user whose name is nowhere.
      if (id === undefined || count === 0) continue;
      const lost: number[] = [];
      let rebuiltTurns = 0;
      await buildUser(store, userKey(id), counting(source));
      await restoreUses(store, userKey(id), archive);
      users.set(id, { ok: lost.length === 0, rebuiltPieces: 0, rebuiltTurns, lost });
      async function* counting(from: Source): AsyncGenerator<LogEntry> {
        for (let turnId = 1; turnId <= count; turnId++) {
          const entry = await from.entry(turnId);
          if (isLost(entry)) lost.push(turnId);
          if (entry.kind === 'turn') rebuiltTurns++;
          if (turnId % segmentTurns === 0 || turnId === count) onProgress(turnId, count);
          yield entry;
        }
      }
    }
  } catch (error) {
    await store.close();
    await removeDatabase(built);
    throw error;
  }
  await store.close();
  await rename(built, path);
  await removeDatabase(built);
  return users;
}

/** Puts a user's uses back, but for those of turns that are not there any more. */
async function restoreUses(store: LogStore, user: UserKey, archive: Archive): Promise<void> {
  const reader = new LogReader(store, segmentBytes);
  for (const group of await archive.usedGroups(user.prefix)) {
    const uses = await archive.readUses(user.prefix, group);
    for (let at = 0; at < uses.length; at += writeBatch) {
      await store.update(user, (head, isNew) => {
        const present = uses
          .slice(at, at + writeBatch)
          .filter(([turnId]) => !isNew && reader.has(user, head, turnId));
        return {
          head: isNew ? undefined : head,
          apply: () =>
            present.forEach(([turnId, record]) =>
              quietly(store.side('uses').put(numberedKey(user.prefix, turnId), record)),
            ),
        };
      });
    }
  }
}

/** One user's entries, from wherever they are. What says that a turn was forgotten is believed before what has it. */
class Source {
  readonly #prefix: Buffer;
  readonly #archive: Archive;
  readonly #salvaged: Salvaged;
  #group: { readonly number: number; readonly content: GroupContent } | undefined;
  #part: { readonly number: number; readonly entries: (LogEntry | undefined)[] } | undefined;

  constructor(
    prefix: Buffer,
    archive: Archive,
    salvaged: Salvaged = { entries: new Map(), segments: new Map() },
  ) {
    this.#prefix = prefix;
    this.#archive = archive;
    this.#salvaged = salvaged;
  }

  /** Who it is and how many turns there were. */
  async survey(): Promise<{ id: string | undefined; count: number }> {
    const { head, entries, segments } = this.#salvaged;
    let id = head?.id;
    let count = (head?.next ?? 1) - 1;
    for (const segment of segments.keys()) count = Math.max(count, (segment + 1) * segmentTurns);
    for (const group of await this.#archive.groups(this.#prefix)) {
      const { payloads } = await this.#content(group);
      payloads.forEach((payload, index) => {
        if (!payload) return;
        const first = group * groupTurns + index * segmentTurns + 1;
        id ??= splitPayload(payload).id;
        count = Math.max(count, first - 1 + (this.#whole(payload, first)?.length ?? 0));
      });
    }
    // An entry's checksum does not cover its number: one far from all others has a damaged key.
    while (entries.has(count + 1)) count++;
    return { id, count };
  }

  async entry(turnId: number): Promise<LogEntry> {
    const number = Math.floor((turnId - 1) / segmentTurns);
    if (this.#part?.number !== number) this.#part = { number, entries: await this.#collect(number) };
    return this.#part.entries[(turnId - 1) % segmentTurns] ?? { kind: 'gone', leaf: lostLeaf };
  }

  async #collect(number: number): Promise<(LogEntry | undefined)[]> {
    const first = number * segmentTurns + 1;
    const { payloads } = await this.#content(Math.floor(number / dataPieces));
    const payload = payloads[number % dataPieces];
    const segment = this.#salvaged.segments.get(number);
    const sources = [
      payload && this.#whole(payload, first),
      segment && readWhole(segment, this.#prefix, first),
      Array.from({ length: segmentTurns }, (_, i) => this.#salvaged.entries.get(first + i)),
    ];
    return Array.from({ length: segmentTurns }, (_, i) => {
      const found = sources.flatMap((source) => source?.[i] ?? []).filter((entry) => !isLost(entry));
      return found.find((entry) => entry.kind === 'gone') ?? found[0];
    });
  }

  #whole(payload: Buffer, first: number): LogEntry[] | undefined {
    return readWhole(splitPayload(payload).segment, this.#prefix, first);
  }

  async #content(group: number): Promise<GroupContent> {
    if (this.#group?.number !== group)
      this.#group = { number: group, content: await this.#archive.read(this.#prefix, group) };
    return this.#group.content;
  }
}
