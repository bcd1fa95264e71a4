import { randomBytes } from 'node:crypto';

import { freeBytes } from './room.js';

/** How a log is opened. */
export interface TurnLogOptions {
  /** Bytes that nobody can guess, for the salts of turns. @defaultValue `crypto.randomBytes` */
  readonly random?: (bytes: number) => Buffer;
  /** Bytes of unpacked segments that are held in memory. @defaultValue 8 MiB, about 30,000 turns */
  readonly cacheBytes?: number;
  /** Milliseconds without a write after which sealing and archiving begin; Infinity for never. @defaultValue 2000 */
  readonly idleMs?: number;
  /** Milliseconds between two looks at the archive in quiet times; Infinity for never. @defaultValue 60,000 */
  readonly scrubEveryMs?: number;
  /** Whether there is an archive beside the database, from which it can be repaired. @defaultValue true */
  readonly archive?: boolean;
  /** Bytes that may still be written to the disk of a folder. @defaultValue what the system says */
  readonly freeBytes?: (folder: string) => number;
}

export const defaultTurnLogOptions = {
  random: (bytes: number) => randomBytes(bytes),
  cacheBytes: 8 * 2 ** 20,
  idleMs: 2000,
  scrubEveryMs: 60_000,
  archive: true,
  freeBytes,
} as const satisfies Required<TurnLogOptions>;
