import { stat } from 'node:fs/promises';

import { checkPages } from './check-pages.js';
import { corrupt, databaseFormat, unknownFormat } from './format.js';
import { PageFault } from './page-file.js';

/**
 * Looks at a database before LMDB does: `none` when there is no file or an empty one, `old` for one of format 1,
 * `current` for one of today's. Nothing is written.
 * @throws SlowcatError `SLOWCAT_MEMORY_CORRUPT`, `SLOWCAT_MEMORY_FORMAT`
 */
export async function examine(path: string): Promise<'none' | 'old' | 'current'> {
  try {
    if ((await stat(path)).size === 0) return 'none';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'none';
    throw error;
  }
  try {
    const { tables, format } = await checkPages(path);
    if (format) {
      if (format.length !== 1 || format[0] !== databaseFormat) throw unknownFormat(format[0] ?? 0);
      return 'current';
    }
    // A process that was killed right after it made the file has left it without tables.
    return tables.has('users') ? 'old' : 'current';
  } catch (error) {
    throw error instanceof PageFault || error instanceof RangeError ? corrupt('the database', error) : error;
  }
}
