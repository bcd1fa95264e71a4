import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { SlowcatError } from '../../errors.js';

/**
 * Who has the log open: a file each, named by the process. A database is never replaced under somebody's feet; LMDB
 * itself cannot tell. Everybody says that they are there before they look who else is, so that of two who exclude each
 * other at least one sees the other.
 */
let names = 0;
/** Those of this process. Another file with its number is of a process that had the number before. */
const own = new Set<string>();
/** Ends the name of somebody who replaces the database and must be alone. */
const aloneMark = '-alone';

/**
 * Says that the log is open here. Resolves to what takes that back.
 * @throws SlowcatError `SLOWCAT_MEMORY_STORE` while somebody replaces the database
 */
export function announce(folder: string): Promise<() => Promise<void>> {
  return enter(folder, '', (other) => other.endsWith(aloneMark));
}

/**
 * Says that the database is being replaced here. Resolves to what takes that back.
 * @throws SlowcatError `SLOWCAT_MEMORY_STORE` while anybody who runs has the log open
 */
export function announceAlone(folder: string): Promise<() => Promise<void>> {
  return enter(folder, aloneMark, () => true);
}

async function enter(
  folder: string,
  mark: string,
  excludes: (other: string) => boolean,
): Promise<() => Promise<void>> {
  const place = join(folder, 'open');
  await mkdir(place, { recursive: true, mode: 0o700 });
  const name = `${process.pid}-${++names}${mark}`;
  const leave = async (): Promise<void> => {
    own.delete(name);
    await rm(join(place, name), { force: true });
  };
  own.add(name);
  try {
    await writeFile(join(place, name), '', { mode: 0o600 });
    for (const other of await readdir(place)) {
      if (other === name) continue;
      if (!isThere(other)) await rm(join(place, other), { force: true });
      else if (excludes(other)) throw openElsewhere();
    }
  } catch (error) {
    await leave();
    throw error;
  }
  return leave;
}

function openElsewhere(): SlowcatError {
  return new SlowcatError(
    'SLOWCAT_MEMORY_STORE',
    'It is open elsewhere and cannot be replaced; close the server and try again.',
  );
}

function isThere(name: string): boolean {
  const pid = Number(name.split('-')[0]);
  return pid === process.pid ? own.has(name) : isRunning(pid);
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
