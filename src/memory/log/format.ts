import { SlowcatError } from '../../errors.js';

/**
 * The formats of the database as a whole. Each part of it (records, heads, segments, pieces) begins with a format
 * byte of its own.
 *
 * | format | what |
 * |---|---|
 * | 1 | every turn a record of its own; no `meta` |
 * | 2 | salted records with leaf hashes, sealed segments, checksums throughout, `meta` |
 */
export const databaseFormat = 2;
export const oldestDatabaseFormat = 1;

export const formatKey = Buffer.from('format');

export function unknownFormat(found: number): SlowcatError {
  return new SlowcatError(
    'SLOWCAT_MEMORY_FORMAT',
    `It has format ${found} and this version knows ${oldestDatabaseFormat} to ${databaseFormat}. ` +
      'Use a newer version; the files were left as they are.',
  );
}

/** @param where which part, told by numbers and never by words of a user */
export function corrupt(where: string, cause?: unknown): SlowcatError {
  return new SlowcatError(
    'SLOWCAT_MEMORY_CORRUPT',
    `It is ${where}. Run \`slowcat memory repair\`.`,
    cause === undefined ? undefined : { cause },
  );
}
