import { join } from 'node:path';

import { SlowcatError } from '../../errors.js';
import { examine } from '../log/examine.js';
import { numberOf, LogStore, storeFault } from '../log/store.js';
import { segmentTurns } from '../log/segment.js';
import { sideNames } from '../log/side-table.js';
import { announceAlone } from '../log/presence.js';
import { TurnLog, type TurnLogOptions } from '../log/turn-log.js';
import type { MaintenanceProgress, MemoryRepairReport, RepairReport } from '../types.js';
import { userKey, userPrefixBytes } from '../user-id.js';
import { Archive } from './archive.js';
import { rebuild, type RebuiltUsers } from './rebuild.js';

/**
 * Repairs a memory that nobody has open: the database when it is damaged, cut short or gone, and then each user's
 * turns and archive. Afterwards log, ids and proofs are what they were, but for what is reported as lost.
 * @throws SlowcatError `SLOWCAT_MEMORY_STORE` while somebody has it open, `SLOWCAT_MEMORY_FORMAT` for a newer format
 */
export async function repairLog(
  folder: string,
  newEpoch: () => string,
  options: TurnLogOptions = {},
  onProgress: MaintenanceProgress = () => undefined,
): Promise<MemoryRepairReport> {
  try {
    return await repair(folder, newEpoch, options, onProgress);
  } catch (cause) {
    throw storeFault(cause);
  }
}

async function repair(
  folder: string,
  newEpoch: () => string,
  options: TurnLogOptions,
  onProgress: MaintenanceProgress,
): Promise<MemoryRepairReport> {
  const path = join(folder, 'log.mdb');
  const archive = new Archive(join(folder, 'archive'));
  const leave = await announceAlone(folder);
  let rebuilt: RebuiltUsers | undefined;
  try {
    if (!(await isSound(path, archive, newEpoch)))
      rebuilt = await rebuild(path, archive, newEpoch, onProgress);
  } finally {
    await leave();
  }
  const log = await TurnLog.open(folder, newEpoch, { ...options, idleMs: Infinity, scrubEveryMs: Infinity });
  const users = new Map<string, RepairReport>();
  try {
    for (const id of log.users()) {
      const mended = await log.repairUser(userKey(id), onProgress);
      const before = rebuilt?.get(id);
      const lost = [...new Set([...(before?.lost ?? []), ...mended.lost])].sort((a, b) => a - b);
      users.set(id, {
        ok: lost.length === 0,
        rebuiltPieces: mended.rebuiltPieces,
        rebuiltTurns: mended.rebuiltTurns + (before?.rebuiltTurns ?? 0),
        lost,
      });
    }
  } finally {
    await log.close();
  }
  return {
    ok: [...users.values()].every(({ ok }) => ok),
    rebuiltDatabase: rebuilt !== undefined,
    users,
  };
}

/** Whether a database can be opened, and has nothing but what its heads count. */
async function isSound(path: string, archive: Archive, newEpoch: () => string): Promise<boolean> {
  try {
    const state = await examine(path);
    if (state === 'none') return (await archive.users()).length === 0;
    // Opening it brings it to today's format.
    if (state === 'old') return true;
    const store = await LogStore.open(path, newEpoch);
    try {
      const users = new Map(store.users().map(({ user, head }) => [user.prefix.toString('hex'), head]));
      const isCounted = (key: Buffer, perNumber: number): boolean => {
        const head = users.get(key.toString('hex', 0, userPrefixBytes));
        return (
          head !== undefined && key.length === userPrefixBytes + 4 && numberOf(key) * perNumber < head.next
        );
      };
      return (
        [store.turns, ...sideNames.map((name) => store.side(name))].every((table) =>
          [...table.getKeys({})].every((key) => isCounted(key, 1)),
        ) &&
        [store.segments, store.roots].every((table) =>
          [...table.getKeys({})].every((key) => isCounted(key, segmentTurns)),
        )
      );
    } finally {
      await store.close();
    }
  } catch (error) {
    if (SlowcatError.isInstance(error) && error.code === 'SLOWCAT_MEMORY_FORMAT') throw error;
    return false;
  }
}
