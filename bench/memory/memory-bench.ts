import { createMiniLm } from '../../src/engines/minilm/index.js';
import { openMemory } from '../../src/memory/memory.js';
import type { Embed } from '../../src/memory/options.js';
import { show, type BenchResult } from '../bench.js';
import { cachedEmbedder } from './cached-embedder.js';
import { fillLog, inFolder, talkOf200, timed } from './fill.js';
import { formVectors } from './form-vectors.js';
import { compactLosses } from './forms.js';
import { injectionTimes } from './injection.js';
import { heldOutModels, locomoRecall, type LocomoScores } from './locomo-recall.js';
import { readLocomo } from './locomo.js';
import { growth, timesAt, type Percentiles, type TimesAtSize } from './recall-times.js';
import { scoresOfAll } from './recall-scores.js';
import { storeTimes } from './store.js';

type Row = Record<string, string | number>;

const most = 100_000;
const large = 1_000_000;
const few = { id: 'few', turns: 10 };
const many = { id: 'many', turns: 10_000 };
/** Turns that are stored with every index. */
const storedTurns = 5_000;
const storedAtOnce = 500;
const gib = 2 ** 30;

/**
 * Everything that is promised of the memory in one table, with floor, aim and what was measured, in one run.
 *
 * LoCoMo is measured where `SLOWCAT_LOCOMO` or `--locomo PATH` names its `locomo10.json`, a million memories with
 * `--large`; what is left out is said. `--vectors FILE` keeps LoCoMo's vectors for the next run.
 */
export async function run(): Promise<BenchResult> {
  const rows: Row[] = [];
  const details: Row[] = [];
  const notes = [
    'By the clock, other programs included; recall is asked fast, without a deadline that could cut it short.',
    'Recall among 100,000: vectors of no meaning from disk, the query embedded by MiniLM; facts are measured among 10,000.',
  ];
  const row = (what: string, floor: string, aim: string, measured: string): void =>
    void rows.push({ what, floor, aim, measured });

  const minilm = createMiniLm();
  const embed: Embed = (texts) => minilm.embed(texts);
  try {
    await minilm.embed(['Hello.']);
    say('recall among 100,000');
    const big = await timesAt(most, embed);
    await addStores(row, details, big);
    addRecall(row, details, big);
    if (process.argv.includes('--large')) {
      say('recall among 1,000,000');
      const huge = await timesAt(large, undefined);
      row('recall p99 without embedding, 1,000,000 memories', '10 ms', '5 ms', ms(huge.plain.p99));
      details.push(detailOf(huge));
    } else {
      notes.push('A million memories are skipped: ask with --large.');
    }
    say('turn 10,000 against turn 10');
    await addGrowth(row, details, embed);
  } finally {
    await minilm.close();
  }
  say('forms of vectors');
  await addForms(row);
  await addLocomo(row, notes);
  return { name: 'memory', unit: 'as told', rows, details, notes };
}

function addRecall(row: AddRow, details: Row[], big: TimesAtSize): void {
  const embedded = big.embedded ?? big.plain;
  row('recall p99, 100,000 memories, query embedding included', '15 ms', '6 ms', ms(embedded.p99));
  row('recall p99 without embedding, 100,000 memories', '2 ms', '1 ms', ms(big.plain.p99));
  row('longest stop of the event loop: index of 100,000 built', '5 ms', '5 ms', ms(big.buildBlockMs));
  row('longest stop of the event loop: recalls among 100,000', '5 ms', '5 ms', ms(big.recallBlockMs));
  row(
    'bytes per memory of 200 characters, on disk, indexes, vectors and archive',
    '5 KB',
    '1 KB',
    bytes(big.diskBytes),
  );
  row('bytes per memory, resident, vectors held too', '1 KB', '500 B', bytes(big.residentBytes));
  row('memories per GB', '209,715', '1,000,000', count(gib / big.diskBytes));
  details.push(detailOf(big));
}

async function addStores(row: AddRow, details: Row[], big: TimesAtSize): Promise<void> {
  say('stores');
  const { ack, durable, perSecond } = await storeTimes();
  const all = await inFolder(async (dataDir) => {
    const memory = await openMemory({ dataDir });
    const user = memory.user('bench');
    const speak = talkOf200(storedTurns);
    // The facts' grammar is loaded once.
    await user.remember({ role: 'user', text: 'I like tea.' });
    await user.warmUp();
    const tookMs = await timed(async () => {
      for (let done = 0; done < storedTurns; done += storedAtOnce) {
        const turns = Array.from({ length: storedAtOnce }, () => ({ role: 'user' as const, text: speak() }));
        await user.importTurns(turns);
      }
      await user.warmUp();
    });
    const facts = (await user.facts()).length;
    await memory.close();
    return { perSecond: (1000 * storedTurns) / tookMs, facts };
  });
  row('stores per second with all indexes and facts', '500', '20,000', count(all.perSecond));
  row('stores per second, durable, indexes behind', '500', '20,000', count(perSecond));
  row('store acknowledged, p50', '50 us', '50 us', `${(1000 * ack.p50).toFixed(1)} us`);
  row('store durable, p50', '0.5 ms', '0.5 ms', ms(durable.p50));
  details.push(
    { what: 'store acknowledged', unit: 'ms', ...ack },
    { what: 'store durable', unit: 'ms', ...durable },
    { what: 'index built', unit: 'ms', turns: big.turns, p50: big.buildMs, n: 1 },
    { what: 'facts found', unit: 'facts', turns: storedTurns, p50: all.facts, n: 1 },
  );
}

async function addGrowth(row: AddRow, details: Row[], embed: Embed): Promise<void> {
  await inFolder(async (dataDir) => {
    for (const { id, turns } of [few, many]) await fillLog(dataDir, id, turns, true);
    for (const kind of ['with', 'without'] as const) {
      const memory = await openMemory({ dataDir, ...(kind === 'with' ? { embed } : {}) });
      await Promise.all([few, many].map(({ id }) => memory.user(id).warmUp()));
      const recall = await growth(memory, few, many);
      row(`turn 10,000 against turn 10, recall ${kind} embedding`, '<= 1.10', '<= 1.03', ratio(recall.ratio));
      details.push(sample(`recall ${kind} embedding`, few.turns, recall.few));
      details.push(sample(`recall ${kind} embedding`, many.turns, recall.many));
      const [first, second] = await injectionTimes(memory, [few, many]);
      await memory.close();
      if (!first || !second) throw new Error('two sessions');
      const grown = ratio(second.p50 / first.p50);
      row(`turn 10,000 against turn 10, whole processor ${kind} embedding`, '<= 1.10', '<= 1.03', grown);
      if (kind === 'with')
        row('injection p99 in a pipeline, 10,000 turns, embedding', '15 ms', '8 ms', ms(second.p99));
      details.push(sample(`injection ${kind} embedding`, few.turns, first));
      details.push(sample(`injection ${kind} embedding`, many.turns, second));
    }
  });
}

async function addForms(row: AddRow): Promise<void> {
  const losses = await compactLosses(await formVectors(undefined));
  row('int8 similarity loss', '< 1 %', '< 1 %', percent(losses.int8Percent, 3));
  row(
    'PCA-64 recall@10 loss (its best 200 compared exactly)',
    'told',
    'told',
    `${percent(losses.pcaRecall)} (${percent(losses.pcaRescored)})`,
  );
}

async function addLocomo(row: AddRow, notes: string[]): Promise<void> {
  const path = value('--locomo') ?? process.env['SLOWCAT_LOCOMO'];
  if (path === undefined) {
    notes.push(
      'LoCoMo is skipped: name its locomo10.json with SLOWCAT_LOCOMO or --locomo (CC BY-NC 4.0, not in here).',
    );
    return;
  }
  say('LoCoMo');
  const conversations = await readLocomo(path);
  const embedder = cachedEmbedder(value('--vectors'));
  let scores: LocomoScores;
  try {
    const models = await heldOutModels(conversations, embedder.embed);
    scores = await locomoRecall(conversations, models, embedder.embed, { budgets: [1024], lines: false });
  } finally {
    await embedder.close();
  }
  const { questions, recall, mrr } = scoresOfAll(scores.rankings);
  row('LoCoMo R@10, turn level, held-out weights', '82.8', '86', percent(recall[1] ?? 0));
  row('LoCoMo R@5', '75.7', '79', percent(recall[0] ?? 0));
  row('LoCoMo MRR', '.656', '.70', (mrr / 100).toFixed(3));
  row(
    'LoCoMo evidence inside a block of 1024 o200k tokens',
    '87.4 %',
    '92 %',
    percent(scores.inBlock[0] ?? 0),
  );
  notes.push(
    `LoCoMo: ${questions} questions; each conversation ranked by weights trained on the nine others.`,
  );
}

type AddRow = (what: string, floor: string, aim: string, measured: string) => void;

function detailOf(one: TimesAtSize): Row {
  return {
    what: 'recall without embedding',
    unit: 'ms',
    turns: one.turns,
    ...one.plain,
    'cpu ms': one.plainCpuMs,
    ...(one.embedded ? { 'embedded p50': one.embedded.p50, 'embedded p95': one.embedded.p95 } : {}),
    unembedded: one.unembedded,
    'bytes on disk': Math.round(one.diskBytes),
    'bytes resident': Math.round(one.residentBytes),
  };
}

function sample(what: string, turns: number, times: Percentiles): Row {
  return { what, unit: 'ms', turns, ...times };
}

const ms = (time: number): string => `${time.toFixed(2)} ms`;
const ratio = (times: number): string => times.toFixed(3);
const bytes = (size: number): string => `${Math.round(size)} B`;
const count = (number: number): string => Math.round(number).toLocaleString('en');
const percent = (part: number, digits = 1): string => `${part.toFixed(digits)} %`;

function value(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at >= 0 ? process.argv[at + 1] : undefined;
}

/** Says on the error stream what is measured now: the whole takes minutes. */
function say(what: string): void {
  process.stderr.write(`  memory: ${what} …\n`);
}

if (process.argv[1] === import.meta.filename) show(await run());
