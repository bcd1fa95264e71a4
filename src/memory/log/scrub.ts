import type { RootDatabase } from 'lmdb';

/** Two such values fill a 4 KiB page, and none is so large that LMDB would want neighbouring pages for it. */
const fillerBytes = 1900;
const fillersPerCommit = 64;
/** LMDB frees pages in later transactions than those that emptied them, so that one round does not meet them all. */
const rounds = 3;

/**
 * Overwrites the free pages of a database: writes filler until the file has to grow, which means that no free page
 * is left, then removes the filler. Pages that a reader of another process still sees are not free.
 */
export async function overwriteFreePages(env: RootDatabase): Promise<void> {
  const filler = env.openDB<Buffer, number>({ name: 'filler', encoding: 'binary', keyEncoding: 'uint32' });
  const zeros = Buffer.alloc(fillerBytes);
  for (let round = 0; round < rounds; round++) {
    let key = 0;
    const pages = lastPage(env);
    do {
      env.resetReadTxn();
      const parts: Promise<boolean>[] = [];
      for (let i = 0; i < fillersPerCommit; i++) parts.push(filler.put(key++, zeros));
      await Promise.all(parts);
    } while (lastPage(env) === pages);
    await filler.clearAsync();
    env.resetReadTxn();
  }
}

/** NaN, which ends the loop, if LMDB should stop telling. */
function lastPage(env: RootDatabase): number {
  env.resetReadTxn();
  const stats: { lastPageNumber?: number } = env.getStats();
  return stats.lastPageNumber ?? NaN;
}
