import { statfsSync } from 'node:fs';

import { SlowcatError } from '../../errors.js';

/**
 * So much must be free before something is written. A commit that runs out of disk is not only refused by LMDB: it may
 * take the process with it. This is far more than any one commit, and what comes of it, takes.
 */
export const reservedBytes = 16 * 2 ** 20;
/** Asking takes some microseconds, which each of thousands of commits a second need not spend. */
const goodForMs = 100;

/** Bytes that this process may still write to the disk of a folder; Infinity where the system does not say. */
export function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Infinity;
  }
}

/** Refuses what would be written to a disk that is all but full. */
export class Room {
  readonly #free: () => number;
  readonly #nowMs: () => number;
  #goodUntilMs = -Infinity;

  /** @param nowMs milliseconds from any start, never backwards */
  constructor(free: () => number, nowMs: () => number = () => performance.now()) {
    this.#free = free;
    this.#nowMs = nowMs;
  }

  /** @throws SlowcatError `SLOWCAT_MEMORY_FULL` */
  require(): void {
    const nowMs = this.#nowMs();
    if (nowMs < this.#goodUntilMs) return;
    if (this.#free() < reservedBytes)
      throw new SlowcatError('SLOWCAT_MEMORY_FULL', 'Free some space and try again; nothing was lost.');
    this.#goodUntilMs = nowMs + goodForMs;
  }
}
