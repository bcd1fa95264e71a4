import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { SlowcatError } from '../../errors.js';

/**
 * Who has the log open: a file each, named by the process. A database is never replaced under somebody's feet; LMDB
 * itself cannot tell.
 */
let names = 0;

/** Resolves to what takes the own file away again. */
export async function announce(folder: string): Promise<() => Promise<void>> {
  const place = join(folder, 'open');
  await mkdir(place, { recursive: true, mode: 0o700 });
  for (const other of await readdir(place)) {
    if (!isRunning(pidOf(other))) await rm(join(place, other), { force: true });
  }
  const name = join(place, `${process.pid}-${++names}`);
  await writeFile(name, '', { mode: 0o600 });
  return () => rm(name, { force: true });
}

/** @throws SlowcatError `SLOWCAT_MEMORY_STORE` when anybody who runs has the log open */
export async function checkNobodyElse(folder: string): Promise<void> {
  for (const name of await readdir(join(folder, 'open')).catch(() => [])) {
    if (isRunning(pidOf(name))) {
      throw new SlowcatError(
        'SLOWCAT_MEMORY_STORE',
        'It is open elsewhere and cannot be replaced; close the server and try again.',
      );
    }
    await rm(join(folder, 'open', name), { force: true });
  }
}

function pidOf(name: string): number {
  return Number(name.split('-')[0]);
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
