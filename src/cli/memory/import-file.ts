import { createHash } from 'node:crypto';

import { SlowcatError } from '../../errors.js';
import type { ImportedTurn, UserMemory, UserMemoryMaintenance } from '../../memory/memory.js';
import { linesOf, type Line } from './lines.js';
import { publicId } from './common.js';
import { BadLine, turnFromJson } from './turn-json.js';

export interface ImportRules {
  /** Leave out lines that are not turns, instead of importing nothing. */
  readonly skipBad: boolean;
  /** Let the turns be numbered anew. */
  readonly newIds: boolean;
}

/** What a file holds, found before anything is written. */
export interface CheckedFile {
  /** Turns to import. */
  readonly turns: number;
  /** Lines whose turn is there already, the same to the letter. */
  readonly known: number;
  readonly bad: number;
  /** The first bad lines, in words; only when they are to be skipped. */
  readonly faults: readonly string[];
  /** Numbers of the lines to pass over. */
  readonly passedOver: ReadonlySet<number>;
}

const faultsTold = 10;
/** Turns that are handed over together, and between which Ctrl-C is looked for. */
const batchTurns = 500;

/**
 * Reads the whole file before anything is imported. A turn that the memory has under the same id, the same to the
 * letter, is passed over, so that an import can be repeated; the same id with other content is a bad line.
 *
 * @throws SlowcatError `SLOWCAT_MEMORY_LINE` with the number of the first bad line, `SLOWCAT_MEMORY_FILE`
 */
export async function checkFile(
  path: string,
  user: Pick<UserMemory, 'export'>,
  { skipBad, newIds }: ImportRules,
  signal: AbortSignal,
): Promise<CheckedFile> {
  const known = new Map<string, string>();
  if (!newIds) for await (const turn of user.export()) known.set(publicId(turn), fingerprint(turn));
  const passedOver = new Set<number>();
  const faults: string[] = [];
  const counts = { turns: 0, known: 0, bad: 0 };
  for await (const line of linesOf(path)) {
    if (signal.aborted) break;
    try {
      const turn = turnOf(line);
      if (turn.id !== undefined && !newIds) {
        const before = known.get(turn.id);
        const mark = fingerprint(turn);
        if (before === mark) {
          counts.known++;
          passedOver.add(line.number);
          continue;
        }
        if (before !== undefined) throw new BadLine('Its `id` is that of another turn; see --new-ids.');
        known.set(turn.id, mark);
      }
      counts.turns++;
    } catch (cause) {
      if (!(cause instanceof BadLine)) throw cause;
      const fault = `Line ${line.number} of ${path}: ${cause.message}`;
      // Without the cause: a parser's message quotes what it read.
      if (!skipBad) throw new SlowcatError('SLOWCAT_MEMORY_LINE', `${fault} Nothing was imported.`);
      counts.bad++;
      passedOver.add(line.number);
      if (faults.length < faultsTold) faults.push(fault);
    }
  }
  return { ...counts, faults, passedOver };
}

/**
 * Imports what {@link checkFile} has found good. When it fails or is aborted, what it wrote is removed again.
 *
 * @returns undefined when it was aborted
 */
export async function importFile(
  path: string,
  { passedOver }: CheckedFile,
  user: Pick<UserMemoryMaintenance, 'importTurns'> & Pick<UserMemory, 'forget'>,
  { newIds }: ImportRules,
  signal: AbortSignal,
  onProgress: (turns: number) => void,
): Promise<{ readonly imported: number; readonly refused: number } | undefined> {
  const written: number[] = [];
  let refused = 0;
  let batch: ImportedTurn[] = [];
  const flush = async (): Promise<void> => {
    for (const done of await user.importTurns(batch)) {
      if (done.stored) written.push(done.turnId);
      else refused++;
    }
    batch = [];
    onProgress(written.length + refused);
  };
  try {
    for await (const line of linesOf(path)) {
      if (signal.aborted) break;
      if (passedOver.has(line.number)) continue;
      const { id, ...turn } = turnOf(line);
      batch.push(id === undefined || newIds ? turn : { ...turn, id });
      if (batch.length >= batchTurns) await flush();
    }
    if (batch.length > 0 && !signal.aborted) await flush();
  } catch (error) {
    await user.forget({ turnIds: written });
    throw error;
  }
  if (!signal.aborted) return { imported: written.length, refused };
  await user.forget({ turnIds: written });
  return undefined;
}

function turnOf(line: Line): ImportedTurn {
  if (line.text === undefined) throw new BadLine('It is not UTF-8.');
  return turnFromJson(line.text);
}

/** Equal for turns that are the same to the letter. */
function fingerprint(turn: ImportedTurn): string {
  const { atMs, role, text, speaker, session, interrupted, importance } = turn;
  const content = JSON.stringify([atMs, role, text, speaker, session, interrupted ?? false, importance]);
  return createHash('sha256').update(content).digest('base64');
}
