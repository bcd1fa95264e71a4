import { setImmediate } from 'node:timers/promises';

import type { LogReader } from '../log/log-reader.js';
import { segmentTurns } from '../log/segment.js';
import { numberedKey, type LogStore } from '../log/store.js';
import { isLost, leafOf } from '../log/tail-record.js';
import type { MaintenanceProgress, VerifyReport } from '../types.js';
import type { UserKey } from '../user-id.js';
import {
  append,
  appendTree,
  emptyRange,
  headOf,
  rootOfComplete,
  segmentHeight,
  type Hash,
} from './mountain-range.js';

/**
 * Computes every hash again from what is stored, and compares: a turn with its leaf, a segment with its root, all of
 * it with the head. Turns that can still be proven stand for those that were forgotten by their leaves alone.
 */
export async function verifyLog(
  store: LogStore,
  reader: LogReader,
  user: UserKey,
  onProgress: MaintenanceProgress = () => undefined,
): Promise<VerifyReport> {
  for (;;) {
    const report = await verifyOnce(store, reader, user, onProgress);
    if (report) return report;
  }
}

/** Undefined when something was forgotten or repaired meanwhile. */
async function verifyOnce(
  store: LogStore,
  reader: LogReader,
  user: UserKey,
  onProgress: MaintenanceProgress,
): Promise<VerifyReport | undefined> {
  store.refresh();
  const head = store.head(user.prefix);
  if (!head) {
    return { ok: true, turns: 0, head: Buffer.from(headOf(emptyRange)).toString('hex'), damaged: [] };
  }
  reader.segments.drop(user);
  const damaged: number[] = [];
  let range = emptyRange;
  for (let first = 1; first < head.next; first += segmentTurns) {
    const now = store.head(user.prefix);
    if (now?.epoch !== head.epoch) return undefined;
    const end = Math.min(head.next, first + segmentTurns);
    const leaves: (Hash | undefined)[] = [];
    for (let turnId = first; turnId < end; turnId++) {
      leaves.push(leafIfGood(reader, user, now, turnId));
      if (leaves.at(-1) === undefined) damaged.push(turnId);
    }
    const whole = leaves.filter((leaf) => leaf !== undefined);
    if (first + segmentTurns - 1 <= now.sealed) {
      const kept = store.roots.get(numberedKey(user.prefix, (first - 1) / segmentTurns));
      const isWhole = whole.length === segmentTurns;
      const root = isWhole ? rootOfComplete(whole) : kept;
      if (isWhole && (!kept || Buffer.compare(kept, rootOfComplete(whole)) !== 0))
        damaged.push(...leaves.map((_, i) => first + i));
      if (root) range = appendTree(range, root, segmentHeight);
    } else {
      range = whole.reduce(append, range);
    }
    onProgress(end - 1, head.next - 1);
    await setImmediate();
    store.refresh();
  }
  const isSame = Buffer.compare(headOf(range), headOf(head.range)) === 0;
  return {
    ok: isSame && damaged.length === 0,
    turns: head.turns,
    head: Buffer.from(headOf(head.range)).toString('hex'),
    damaged,
  };
}

function leafIfGood(
  reader: LogReader,
  user: UserKey,
  head: Parameters<LogReader['entry']>[1],
  turnId: number,
): Hash | undefined {
  try {
    const entry = reader.entry(user, head, turnId);
    return entry && !isLost(entry) ? leafOf(entry) : undefined;
  } catch {
    return undefined;
  }
}
