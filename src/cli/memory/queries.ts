import { SlowcatError } from '../../errors.js';
import { linesOf } from './lines.js';
import { BadLine, objectFromJson, timeFrom } from './turn-json.js';

export interface Query {
  /** As the file has it: it comes back with the answer. */
  readonly id: unknown;
  readonly query: string;
  /** When it is asked, Unix milliseconds. */
  readonly atMs?: number;
}

/**
 * Reads a file of `{ id, query, at }`, one a line; `at` may be missing.
 *
 * @throws SlowcatError `SLOWCAT_MEMORY_LINE` with the number of the first bad line, `SLOWCAT_MEMORY_FILE`
 */
export async function queriesOf(path: string): Promise<readonly Query[]> {
  const queries: Query[] = [];
  for await (const { number, text } of linesOf(path)) {
    try {
      if (text === undefined) throw new BadLine('It is not UTF-8.');
      const { id, query, at } = objectFromJson(text);
      if (typeof query !== 'string') throw new BadLine('`query` must be a string.');
      const atMs = at === undefined || at === null ? undefined : timeFrom(at);
      queries.push({ id: id ?? null, query, ...(atMs === undefined ? {} : { atMs }) });
    } catch (cause) {
      if (!(cause instanceof BadLine)) throw cause;
      throw new SlowcatError('SLOWCAT_MEMORY_LINE', `Line ${number} of ${path}: ${cause.message}`);
    }
  }
  return queries;
}
