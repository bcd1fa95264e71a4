import type { Command } from 'commander';

import type { ForgetSelector } from '../../memory/memory.js';
import {
  common,
  count,
  date,
  eachPositive,
  withUser,
  type CommonOptions,
  type WholeUserMemory,
} from './common.js';
import type { MemoryCommandEdges } from './edges.js';
import { exportToFile } from './export.js';

interface ForgetOptions extends CommonOptions {
  readonly all?: true;
  readonly turn?: readonly number[];
  readonly fact?: string;
  readonly containing?: string;
  readonly since?: number;
  readonly until?: number;
  readonly exportFirst?: string;
  readonly yes?: true;
}

export function addForget(memory: Command, edges: MemoryCommandEdges): void {
  const forget = common(memory.command('forget'));
  forget
    .description('remove turns, and their bytes from the file; there is no way back')
    .option('--all', 'everything of this user')
    .option('--turn <id...>', 'turns by number, as list shows them', eachPositive)
    .option('--fact <text>', 'facts with this text, as facts shows them, and the turns that say so')
    .option('--containing <text>', 'turns with this text, upper or lower case')
    .option('--since <date>', 'turns said at or after a date, e.g. 2026-11-21 or 2026-11-21T09:30', date)
    .option('--until <date>', 'turns said at or before a date', date)
    .option('--export-first <file>', 'write all turns of the user to a new file before')
    .option('--yes', 'do not ask')
    .action((options: ForgetOptions) => {
      if (namedBy(options) !== 1) {
        return forget.error(
          'error: say what to forget: --all, or one of --turn, --fact, --containing, --since/--until',
        );
      }
      return edges.interruptible((signal) =>
        withUser(edges, options, async (user) => {
          const selector = await selectorOf(options, user);
          if (!options.yes) {
            const answer = await edges.confirm(`Forget ${describe(selector)} of ${user.id} for ever?`);
            if (answer === undefined) forget.error('error: nobody is there to be asked; add --yes to forget');
            if (!answer) {
              edges.print('Nothing was forgotten.');
              return;
            }
          }
          if (options.exportFirst !== undefined) await exportToFile(user, options.exportFirst, edges, signal);
          // Half an export is none: who asked for one wants it before anything is gone.
          if (signal.aborted) {
            edges.note('Interrupted. Nothing was forgotten.');
            return;
          }
          const forgotten = await user.forget(selector);
          edges.print(
            options.json
              ? JSON.stringify({ forgotten })
              : `Forgot ${forgotten} turn${forgotten === 1 ? '' : 's'}.`,
          );
        }),
      );
    });
}

function namedBy({ all, turn, fact, containing, since, until }: ForgetOptions): number {
  const named = [all, turn, fact, containing, since ?? until];
  // An empty string is in every text; nobody who types nothing wants to forget everything.
  return named.filter((each) => each !== undefined && each !== '').length;
}

async function selectorOf(options: ForgetOptions, user: WholeUserMemory): Promise<ForgetSelector> {
  const { all, turn, fact, containing, since, until } = options;
  if (all) return { all };
  if (turn) return { turnIds: turn };
  if (fact) return { turnIds: await turnsOfFacts(user, fact.toLowerCase()) };
  if (containing) return { containing };
  return {
    ...(since === undefined ? {} : { fromMs: since }),
    ...(until === undefined ? {} : { untilMs: until }),
  };
}

/** The turns that say a fact: as long as they are there, the fact could be learnt again. */
async function turnsOfFacts(user: WholeUserMemory, wanted: string): Promise<readonly number[]> {
  const facts = await user.facts({ history: true });
  const turns = facts
    .filter(({ line, subject, relation, value }) =>
      [line, `${subject}|${relation}|${value}`].some((text) => text.toLowerCase().includes(wanted)),
    )
    .map(({ sourceTurn }) => sourceTurn);
  return [...new Set(turns)];
}

function describe(selector: ForgetSelector): string {
  if ('all' in selector) return 'everything';
  if ('turnIds' in selector) {
    const { turnIds } = selector;
    return turnIds.length > 10 ? count(turnIds.length, 'turn') : `turn ${turnIds.join(', ') || '(none)'}`;
  }
  if ('containing' in selector) return 'every turn with that text';
  return 'every turn of that time';
}
