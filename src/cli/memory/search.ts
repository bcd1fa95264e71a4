import { InvalidArgumentError, Option, type Command } from 'commander';

import type { RecallDepth, RecallOptions, UserMemory } from '../../memory/memory.js';
import { common, date, positive, publicId, withUser, type CommonOptions } from './common.js';
import type { MemoryCommandEdges } from './edges.js';
import { interruptedExitCode } from './export.js';
import { progress } from './progress.js';
import { queriesOf, type Query } from './queries.js';
import { ready } from './ready.js';
import { tokenKinds, type TokenKind } from './tokens.js';

interface SearchOptions extends CommonOptions {
  readonly limit?: number;
  readonly depth: RecallDepth;
  readonly budget?: number;
  readonly at?: number;
  readonly queries?: string;
  readonly tokens: TokenKind;
  readonly form: NonNullable<RecallOptions['form']>;
  readonly embed: boolean;
}

const defaultLimit = 8;
const defaultLimitOfFiles = 50;
/** A block takes what fits its budget: more than this fits none. */
const mostPacked = 200;
/** Nobody waits for a spoken answer here. */
const patientMs = 60_000;

export function addSearch(memory: Command, edges: MemoryCommandEdges): void {
  const search = common(memory.command('search'));
  search
    .description('what is found for a question, best first; or, for a file of questions, one line each')
    .argument('[query...]', 'the question')
    .option(
      '--limit <n>',
      `how many turns (default: ${defaultLimit}, ${defaultLimitOfFiles} with --queries)`,
      positive,
    )
    .addOption(
      new Option('--depth <depth>', 'fast and medium look at what has not faded, deep at all that was said')
        .choices(['fast', 'medium', 'deep'])
        .default('deep'),
    )
    .option('--at <date>', 'as if asked then', date)
    .option('--queries <file>', 'JSON objects { id, query, at }, one a line')
    .option('--budget <tokens>', 'the block for a prompt of so many tokens as well', tokens)
    .addOption(
      new Option('--tokens <kind>', 'how tokens are counted: as GPT-4o does, or one a byte')
        .choices(tokenKinds)
        .default('o200k'),
    )
    .addOption(
      new Option('--form <form>', 'how the block is written: grouped by day, or as prompts have it')
        .choices(['compact', 'lines'])
        .default('compact'),
    )
    .option('--no-embed', 'find by words alone')
    .action((words: readonly string[], options: SearchOptions) => {
      const { queries: file } = options;
      if ((file === undefined) === (words.length === 0))
        return search.error('error: give a question, or a file of questions with --queries');
      const open = { tokens: options.tokens, embed: options.embed };
      return edges.interruptible((signal) =>
        withUser(
          edges,
          options,
          async (user) => {
            if (!(await ready(user, edges, signal))) return;
            if (file === undefined) await answerPerson(user, words.join(' '), options, edges);
            else await answerFile(user, await queriesOf(file), options, edges, signal);
          },
          open,
        ),
      );
    });
}

async function answerPerson(
  user: UserMemory,
  query: string,
  options: SearchOptions,
  edges: MemoryCommandEdges,
): Promise<void> {
  const asked = { id: null, query, ...(options.at === undefined ? {} : { atMs: options.at }) };
  if (options.json && options.budget !== undefined) {
    edges.print(JSON.stringify(await answer(user, asked, options)));
    return;
  }
  if (options.budget !== undefined) {
    const { block } = await user.recall(
      query,
      recallOptions(asked, { ...options, limit: mostPacked }, options.budget),
    );
    edges.print(block === '' ? 'Nothing found.' : block);
    return;
  }
  const { items } = await user.recall(query, recallOptions(asked, options, Infinity));
  for (const item of items) {
    edges.print(
      options.json
        ? JSON.stringify(item)
        : `${item.score.toFixed(2).padStart(6)}  #${item.turnId} ${item.line}`,
    );
  }
  if (items.length === 0 && !options.json) edges.print('Nothing found.');
}

async function answerFile(
  user: UserMemory,
  queries: readonly Query[],
  options: SearchOptions,
  edges: MemoryCommandEdges,
  signal: AbortSignal,
): Promise<void> {
  const shown = progress('searching', edges);
  const limited = { ...options, limit: options.limit ?? defaultLimitOfFiles };
  try {
    for (const [done, query] of queries.entries()) {
      if (signal.aborted) break;
      edges.print(JSON.stringify(await answer(user, query, limited)));
      shown.report(done + 1, queries.length);
    }
  } finally {
    shown.end();
  }
  if (signal.aborted) edges.fail(interruptedExitCode);
}

/** `{ id, turns: [{ id, score }] }`, and with a budget `block`, `tokens` and the ids `inside` it. */
async function answer(user: UserMemory, query: Query, options: SearchOptions): Promise<object> {
  const { items } = await user.recall(query.query, recallOptions(query, options, Infinity));
  const ranked = { id: query.id, turns: items.map((item) => ({ id: publicId(item), score: item.score })) };
  if (options.budget === undefined) return ranked;
  const packed = await user.recall(
    query.query,
    recallOptions(query, { ...options, limit: mostPacked }, options.budget),
  );
  return { ...ranked, block: packed.block, tokens: packed.tokens, inside: packed.items.map(publicId) };
}

function recallOptions(query: Query, options: SearchOptions, budgetTokens: number): RecallOptions {
  const { limit = defaultLimit, depth, form } = options;
  const atMs = query.atMs ?? options.at;
  return {
    depth,
    maxItems: limit,
    // A search finds; what is always told belongs into prompts.
    maxAlways: 0,
    budgetTokens,
    // Without a budget there is no block to write, and what is printed is each item's own line.
    form: budgetTokens === Infinity ? 'lines' : form,
    deadlineMs: patientMs,
    ...(atMs === undefined ? {} : { atMs }),
  };
}

function tokens(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a number of tokens.');
  return value;
}
