import { setImmediate } from 'node:timers/promises';

import { encodeSegment, readDirectory, segmentTurns } from '../log/segment.js';
import { numberedKey, quietly, type LogStore } from '../log/store.js';
import { encodeTail, leafOf, type LogEntry } from '../log/tail-record.js';
import { append, appendTree, segmentHeight } from '../proof/mountain-range.js';
import type { UserKey } from '../user-id.js';

/** Puts a user's entries, from the first on, into a database that has none of that user. */
export async function buildUser(
  store: LogStore,
  user: UserKey,
  entries: Iterable<LogEntry> | AsyncIterable<LogEntry>,
): Promise<void> {
  let part: LogEntry[] = [];
  for await (const entry of entries) {
    part.push(entry);
    if (part.length < segmentTurns) continue;
    await putPart(store, user, part);
    part = [];
    await setImmediate();
  }
  if (part.length > 0) await putPart(store, user, part);
}

async function putPart(store: LogStore, user: UserKey, part: readonly LogEntry[]): Promise<void> {
  await store.update(user, async (now) => {
    const turns = part.filter((entry) => entry.kind === 'turn');
    const head = {
      ...now,
      next: now.next + part.length,
      turns: now.turns + turns.length,
      bytes: turns.reduce((sum, { record }) => sum + record.length, now.bytes),
    };
    if (part.length < segmentTurns) {
      const puts = part.map(
        (entry, i) => [numberedKey(user.prefix, now.next + i), encodeTail(entry)] as const,
      );
      return {
        head: { ...head, range: part.map(leafOf).reduce(append, now.range) },
        apply: () => puts.forEach(([key, value]) => quietly(store.turns.put(key, value))),
      };
    }
    const segment = await encodeSegment(user.prefix, now.next, part);
    const root = Buffer.from(readDirectory(segment).root);
    const key = numberedKey(user.prefix, now.sealed / segmentTurns);
    return {
      head: { ...head, sealed: head.next - 1, range: appendTree(now.range, root, segmentHeight) },
      apply: () => {
        quietly(store.segments.put(key, segment));
        quietly(store.roots.put(key, root));
      },
    };
  });
}
