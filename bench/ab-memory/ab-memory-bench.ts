/**
 * Stateless memory against traditional memory, on the embedded model: fifty turns in sessions of ten, both in one run,
 * turn by turn. Stateless: the session so far and what is recalled. Traditional: all that was ever said.
 *
 * `npm run bench -- ab-memory` prints it; both see the same words.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { createLlama, type LlamaCallStats } from '../../src/engines/llama/index.js';
import { percentiles, show, type BenchResult } from '../bench.js';
import { talk } from './talk.js';
import { Variant, type TurnFigures } from './variant.js';

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const modelPath = root('models/fetched/smollm2-135m-instruct-q4_1/SmolLM2-135M-Instruct.Q4_1.gguf');
const systemText =
  'You are Slowcat, a friendly voice assistant. Answer in one short spoken sentence, using what you remember about the user.';

const turns = 50;
const turnsOfSession = 10;
/** The first token is what is timed. Only the last session asks, and its answers are as long as it takes to judge them. */
const answerTokens = 1;
const judgedAnswerTokens = 12;
/** After this much time no further turn is begun, so that a busy machine gets through a run of all benches. */
const budgetMs = 75_000;
/** Turns that are compared with as many at the end. */
const edge = 10;

type Name = 'stateless' | 'traditional';

export async function run(): Promise<BenchResult> {
  const name = 'Stateless against traditional memory';
  const unit = 'ms to the first token, unless a column says tokens';
  if (!existsSync(modelPath))
    return { name, unit, rows: [], notes: ['No figures: the model is not there. Fetch the models first.'] };
  let last: LlamaCallStats | undefined;
  const llama = createLlama({
    modelPath,
    sequences: 2,
    tuningFile: root('.slowcat/bench-threads.json'),
    onStats: (stats) => (last = stats),
  });
  await llama.warmUp();
  const common = { llama, systemText, lastCall: () => last };
  const variants: Readonly<Record<Name, Variant>> = {
    stateless: await Variant.open({ ...common, useStatelessMemory: true }),
    traditional: await Variant.open({ ...common, useStatelessMemory: false }),
  };
  const figures: Readonly<Record<Name, TurnFigures[]>> = { stateless: [], traditional: [] };
  const right: Record<Name, number> = { stateless: 0, traditional: 0 };
  let questions = 0;
  const startMs = performance.now();
  try {
    for (const [i, said] of talk(turns).entries()) {
      if (performance.now() - startMs > budgetMs) break;
      // Who goes first alternates, so that neither always meets the other's warm processor.
      const order: readonly Name[] =
        i % 2 === 0 ? ['stateless', 'traditional'] : ['traditional', 'stateless'];
      if (said.needs !== undefined) questions++;
      for (const each of order) {
        if (i % turnsOfSession === 0) {
          const isLast = i + turnsOfSession >= turns;
          await variants[each].nextSession(isLast ? judgedAnswerTokens : answerTokens);
        }
        const taken = await variants[each].say(said);
        figures[each].push(taken);
        if (said.needs !== undefined && taken.answer.toLowerCase().includes(said.needs)) right[each]++;
      }
    }
  } finally {
    await variants.stateless.close();
    await variants.traditional.close();
    await llama.close();
  }
  const rows = (['stateless', 'traditional'] as const).flatMap((each) => rowsOf(each, figures[each]));
  const p95Of = (each: Name): number =>
    percentiles(figures[each].map(({ firstTokenMs }) => firstTokenMs)).p95;
  return {
    name,
    unit,
    rows,
    notes: [
      ...(figures.traditional.length === turns
        ? []
        : [`The machine is too busy: only the first ${figures.traditional.length} turns were taken.`]),
      `${turns} turns in sessions of ${turnsOfSession}; the same words for both, the same model (without its adapter), turn by turn.`,
      `Answers right: stateless ${right.stateless}, traditional ${right.traditional} of ${questions} questions about facts of earlier sessions.`,
      `p95 to the first token: stateless takes ${(p95Of('stateless') / p95Of('traditional')).toFixed(2)} of traditional.`,
      'Both keep what the model has computed of the prompt so far, so a prompt that only grows is evaluated from its end. ' +
        'Without that cache (another user in between, a restart) all prompt tokens are evaluated.',
      "Traditional memory's injection is the reading of the log, at a session's first turn.",
    ],
  };
}

function rowsOf(memory: Name, all: readonly TurnFigures[]) {
  const tokens = (list: readonly TurnFigures[]): number =>
    Math.round(mean(list, (each) => each.promptTokens));
  return [
    {
      what: `first token, ${memory}`,
      ...edges(all, ({ firstTokenMs }) => firstTokenMs),
      'prompt tokens, first 10': tokens(all.slice(0, edge)),
      'last 10': tokens(all.slice(-edge)),
      most: Math.max(...all.map(({ promptTokens }) => promptTokens)),
      'evaluated a turn': Math.round(mean(all, ({ evaluatedTokens }) => evaluatedTokens)),
    },
    { what: `injection, ${memory}`, ...edges(all, ({ injectionMs }) => injectionMs) },
  ];
}

/** Percentiles, and the last turns against the first. */
function edges(all: readonly TurnFigures[], of: (each: TurnFigures) => number) {
  const first = mean(all.slice(0, edge), of);
  const last = mean(all.slice(-edge), of);
  return {
    ...percentiles(all.map(of)),
    'first 10, ms': first,
    'last 10, ms': last,
    'last/first': last / first,
  };
}

function mean(list: readonly TurnFigures[], of: (each: TurnFigures) => number): number {
  return list.reduce((sum, each) => sum + of(each), 0) / Math.max(1, list.length);
}

if (import.meta.filename === process.argv[1]) show(await run());
