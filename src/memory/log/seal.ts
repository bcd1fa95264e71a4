import { setImmediate } from 'node:timers/promises';

import type { UserKey } from '../user-id.js';
import type { LogReader } from './log-reader.js';
import { encodeSegment, readDirectory, segmentTurns } from './segment.js';
import { numberedKey, quietly, wipe, type LogStore } from './store.js';
import { tailBytes } from './tail-record.js';

/**
 * Seals every run of 256 turns that is complete: one commit each puts the segment and its root and takes the single
 * records away, so that no reader sees a turn twice or not at all. Resolves to the number of new segments.
 */
export async function sealAll(store: LogStore, reader: LogReader, user: UserKey): Promise<number> {
  for (let sealed = 0; ; sealed++) {
    store.refresh();
    const head = store.head(user.prefix);
    if (!head || head.next - 1 - head.sealed < segmentTurns) return sealed;
    await store.update(user, async (now, isNew) => {
      const nothing = { head: isNew ? undefined : now, apply: () => undefined };
      if (now.next - 1 - now.sealed < segmentTurns) return nothing;
      const first = now.sealed + 1;
      const entries = [...reader.entries(user, now, first, first + segmentTurns)].map(([, entry]) => entry);
      const segment = await encodeSegment(user.prefix, first, entries);
      const key = numberedKey(user.prefix, now.sealed / segmentTurns);
      const { root } = readDirectory(segment);
      return {
        head: { ...now, sealed: now.sealed + segmentTurns },
        apply: () => {
          quietly(store.segments.put(key, segment));
          quietly(store.roots.put(key, Buffer.from(root)));
          entries.forEach((entry, i) =>
            wipe(store.turns, numberedKey(user.prefix, first + i), tailBytes(entry)),
          );
        },
      };
    });
    await setImmediate();
  }
}
