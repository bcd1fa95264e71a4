import { createInterface } from 'node:readline/promises';

import { Command, InvalidArgumentError } from 'commander';

import { loadConfig } from '../config/index.js';
import {
  contextLine,
  openMemory,
  type ForgetSelector,
  type StoredTurn,
  type UserMemory,
} from '../memory/memory.js';

/** What the command touches outside of the memory. */
export interface MemoryCommandEdges {
  print(line: string): void;
  /** Asks the person; undefined when nobody is there to answer. */
  confirm(question: string): Promise<boolean | undefined>;
  nowMs(): number;
}

interface CommonOptions {
  readonly dataDir?: string;
  readonly user: string;
  readonly json?: true;
}

interface ForgetOptions extends CommonOptions {
  readonly all?: true;
  readonly turn?: readonly number[];
  readonly containing?: string;
  readonly since?: number;
  readonly until?: number;
  readonly yes?: true;
}

const terminal: MemoryCommandEdges = {
  print: (line) => console.log(line),
  confirm: async (question) => {
    if (!process.stdin.isTTY) return undefined;
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
    } finally {
      prompt.close();
    }
  },
  nowMs: () => Date.now(),
};

/** `slowcat memory`: look at what is remembered, search it, take it with you, forget it. Works while a server runs. */
export function memoryCommand(edges: MemoryCommandEdges = terminal): Command {
  const memory = new Command('memory').description('list, search, export and forget what is remembered');

  common(memory.command('list'))
    .description('the newest turns, newest last')
    .option('--limit <n>', 'how many', positive, 20)
    .action((options: CommonOptions & { limit: number }) =>
      withUser(options, async (user) => {
        const newest: StoredTurn[] = [];
        for await (const turn of user.export()) {
          newest.push(turn);
          if (newest.length > options.limit) newest.shift();
        }
        for (const turn of newest)
          edges.print(options.json ? JSON.stringify(turn) : turnLine(turn, edges.nowMs()));
        if (newest.length === 0 && !options.json) edges.print(`Nothing is remembered of ${user.id}.`);
      }),
    );

  common(memory.command('search'))
    .description('what recall finds for a question, best first')
    .argument('<query...>', 'the question')
    .option('--limit <n>', 'how many', positive, 8)
    .action((query: string[], options: CommonOptions & { limit: number }) =>
      withUser(options, async (user) => {
        const { items } = await user.recall(query.join(' '), {
          depth: 'deep',
          maxItems: options.limit,
          budgetTokens: Infinity,
        });
        for (const item of items) {
          edges.print(
            options.json
              ? JSON.stringify(item)
              : `${item.score.toFixed(2).padStart(6)}  #${item.turnId} ${item.line}`,
          );
        }
        if (items.length === 0 && !options.json) edges.print('Nothing found.');
      }),
    );

  common(memory.command('export'))
    .description('every turn, verbatim, oldest first, one JSON object a line')
    .action((options: CommonOptions) =>
      withUser(options, async (user) => {
        for await (const turn of user.export()) edges.print(JSON.stringify(turn));
      }),
    );

  const forget = common(memory.command('forget'));
  forget
    .description('remove turns, and their bytes from the file; there is no way back')
    .option('--all', 'everything of this user')
    .option('--turn <id...>', 'turns by number, as list shows them', eachPositive)
    .option('--containing <text>', 'turns with this text, upper or lower case')
    .option('--since <date>', 'turns said at or after a date, e.g. 2026-11-21 or 2026-11-21T09:30', date)
    .option('--until <date>', 'turns said at or before a date', date)
    .option('--yes', 'do not ask')
    .action((options: ForgetOptions) => {
      const selector = selectorOf(options);
      if (!selector) {
        return forget.error(
          'error: say what to forget: --all, or one of --turn, --containing, --since/--until',
        );
      }
      return withUser(options, async (user) => {
        if (!options.yes) {
          const answer = await edges.confirm(`Forget ${describe(selector)} of ${user.id} for ever?`);
          if (answer === undefined) forget.error('error: nobody is there to be asked; add --yes to forget');
          if (!answer) {
            edges.print('Nothing was forgotten.');
            return;
          }
        }
        const forgotten = await user.forget(selector);
        edges.print(
          options.json
            ? JSON.stringify({ forgotten })
            : `Forgot ${forgotten} turn${forgotten === 1 ? '' : 's'}.`,
        );
      });
    });

  common(memory.command('stats'))
    .description('how much is remembered')
    .action((options: CommonOptions) =>
      withUser(options, async (user) => {
        const { turns, bytes } = await user.stats();
        edges.print(
          options.json
            ? JSON.stringify({ user: user.id, turns, bytes })
            : `${user.id}: ${turns} turns, ${bytes} bytes`,
        );
      }),
    );

  common(memory.command('users'))
    .description('who has turns')
    .action(async (options: CommonOptions) => {
      const opened = await open(options);
      try {
        const users = await opened.users();
        for (const id of users) edges.print(options.json ? JSON.stringify(id) : id);
        if (users.length === 0 && !options.json) edges.print('Nobody is remembered yet.');
      } finally {
        await opened.close();
      }
    });

  return memory;
}

function common(command: Command): Command {
  return command
    .option('--data-dir <path>', 'folder for memory and settings')
    .option('--user <id>', 'whose memory', 'default')
    .option('--json', 'print JSON, one object a line');
}

function open(options: CommonOptions): ReturnType<typeof openMemory> {
  const { dataDir } = loadConfig({
    flags: options.dataDir === undefined ? {} : { dataDir: options.dataDir },
  });
  return openMemory({ dataDir });
}

async function withUser(options: CommonOptions, work: (user: UserMemory) => Promise<void>): Promise<void> {
  const memory = await open(options);
  try {
    await work(memory.user(options.user));
  } finally {
    await memory.close();
  }
}

function turnLine(turn: StoredTurn, nowMs: number): string {
  return `#${turn.turnId} ${contextLine(turn, nowMs)}${turn.interrupted ? ' (interrupted)' : ''}`;
}

/** What the options name, or undefined unless they name exactly one thing. */
function selectorOf({ all, turn, containing, since, until }: ForgetOptions): ForgetSelector | undefined {
  const selectors: ForgetSelector[] = [];
  if (all) selectors.push({ all: true });
  if (turn) selectors.push({ turnIds: turn });
  if (containing !== undefined && containing !== '') selectors.push({ containing });
  if (since !== undefined || until !== undefined) {
    selectors.push({
      ...(since === undefined ? {} : { fromMs: since }),
      ...(until === undefined ? {} : { untilMs: until }),
    });
  }
  return selectors.length === 1 ? selectors[0] : undefined;
}

function describe(selector: ForgetSelector): string {
  if ('all' in selector) return 'everything';
  if ('turnIds' in selector) return `turn ${selector.turnIds.join(', ')}`;
  if ('containing' in selector) return 'every turn with that text';
  return 'every turn of that time';
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a number from 1.');
  return value;
}

function eachPositive(text: string, previous: readonly number[] | undefined): readonly number[] {
  return [...(previous ?? []), positive(text)];
}

function date(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new InvalidArgumentError('It must be a date like 2026-11-21 or 2026-11-21T09:30.');
  return ms;
}
