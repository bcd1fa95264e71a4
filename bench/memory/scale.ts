import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';

import { openMemory, type Memory } from '../../src/memory/memory.js';
import { Postings } from '../../src/memory/recall/postings.js';
import { contentWords } from '../../src/memory/recall/words.js';
import { AskedVector } from '../../src/memory/vectors/asked-vector.js';
import { VectorIndex } from '../../src/memory/vectors/vector-index.js';
import { percentiles, show, type BenchResult } from '../bench.js';
import { heldBytes } from './fill.js';
import { madeUpVectors } from './made-up-vectors.js';
import { questioner, talker } from './talk.js';

type Row = Record<string, string | number>;

/** Sizes at which the indexes are measured by themselves, and through the memory's door. */
export interface ScaleSizes {
  readonly indexes: readonly number[];
  readonly door: readonly number[];
}

export const defaultScaleSizes: ScaleSizes = {
  indexes: [10, 10_000, 100_000, 1_000_000],
  door: [10, 10_000, 100_000],
};

const warmUps = 200;
const searches = 500;
const fillBatch = 500;

/**
 * How recall grows with the number of turns: the two indexes by themselves, the whole recall without a model, and the
 * price of turn 10,000 against that of turn 10, asked by turns, so that both meet the same machine.
 */
export async function scale(sizes: ScaleSizes = defaultScaleSizes): Promise<BenchResult> {
  const rows: Row[] = [];
  for (const turns of sizes.indexes) rows.push(...indexesAt(turns));
  rows.push(...(await doorAt(sizes.door)));
  return {
    name: 'memory-scale',
    unit: 'ms',
    rows,
    notes: [
      'cpu: mean processor time of one, which other programs on the machine do not lengthen as they do the clock.',
      'questions: 3 to 9 words, as rare and as frequent as they come. vectors: made up; the int8 ones are not counted as RAM.',
      'ratio: medians, each size asked by turns with the smallest.',
    ],
  };
}

function indexesAt(turns: number): Row[] {
  const speak = talker(turns);
  for (let i = 0; i < 40_000; i++) contentWords(speak());
  const vectors = madeUpVectors(turns);
  const before = heldBytes();
  const postings = new Postings();
  const adding = newestFirst(turns, (doc) => {
    const terms = weightsOf(speak());
    return () => postings.add(doc, terms);
  });
  const between = heldBytes();
  const index = new VectorIndex((doc) => vectors.vectorOf(doc));
  const addingVectors = newestFirst(turns, (doc) => {
    const vector = vectors.vectorOf(doc);
    return () => index.add(doc, vector);
  });
  const after = heldBytes();

  const ask = questioner(turns);
  const questions = Array.from({ length: warmUps + searches }, (_, i) =>
    weightsOf(Array.from({ length: 1 + (i % 3) }, ask).join(' ')),
  );
  const never = (): boolean => false;
  const byWords = timedEach(questions, (question) => postings.search(question, never));
  const queries = questions.map((_, i) => vectors.queryLike(1 + ((i * 7_919) % turns)));
  const byMeaning = timedEach(queries, (query) => index.search(new AskedVector(query), 80, never));
  const bytes = (from: number, to: number): number => Math.round((to - from) / turns);
  return [
    { what: 'postings: search', turns, ...byWords, 'RAM bytes/turn': bytes(before, between) },
    { what: 'postings: add', turns, ...adding },
    { what: 'vectors: search', turns, ...byMeaning, 'RAM bytes/turn': bytes(between, after) },
    { what: 'vectors: add', turns, ...addingVectors },
  ];
}

async function doorAt(sizes: readonly number[]): Promise<Row[]> {
  const opened: {
    readonly turns: number;
    readonly memory: Memory;
    readonly dataDir: string;
    readonly row: Row;
  }[] = [];
  try {
    for (const turns of sizes) {
      const dataDir = await mkdtemp(join(tmpdir(), 'slowcat-memory-scale-'));
      const memory = await filled(dataDir, turns);
      const before = heldBytes();
      await memory.user('bench').warmUp();
      const row = {
        'RAM bytes/turn': Math.round((heldBytes() - before) / turns),
        'disk bytes/turn': Math.round((await stat(join(dataDir, 'memory', 'log.mdb'))).size / turns),
      };
      opened.push({ turns, memory, dataDir, row });
    }
    const asks = opened.map(({ turns }) => questioner(turns));
    const samples = opened.map((): number[] => []);
    for (let i = 0; i < warmUps + searches; i++) {
      for (const [at, { memory }] of opened.entries()) {
        const question = asks[at]?.() ?? '';
        const startMs = performance.now();
        await memory.user('bench').recall(question);
        if (i >= warmUps) samples[at]?.push(performance.now() - startMs);
      }
      await immediate();
    }
    const first = percentiles(samples[0] ?? []).p50;
    return opened.map(({ turns, row }, at) => {
      const times = percentiles(samples[at] ?? []);
      return { what: 'recall', turns, ...times, [`ratio to ${sizes[0] ?? 0}`]: times.p50 / first, ...row };
    });
  } finally {
    for (const { memory, dataDir } of opened) {
      await memory.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  }
}

async function filled(dataDir: string, turns: number): Promise<Memory> {
  const memory = await openMemory({ dataDir });
  const user = memory.user('bench');
  const speak = talker(turns);
  for (let done = 0; done < turns; done += fillBatch) {
    const count = Math.min(fillBatch, turns - done);
    await Promise.all(Array.from({ length: count }, () => user.remember({ role: 'user', text: speak() })));
  }
  return memory;
}

function weightsOf(text: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const { stem } of contentWords(text)) weights.set(stem, (weights.get(stem) ?? 0) + 1);
  return weights;
}

/** Adds the turns as an index is filled, the newest first, and times each by itself. */
function newestFirst(turns: number, prepare: (doc: number) => () => void): Row {
  const times: number[] = [];
  for (let doc = turns; doc >= 1; doc--) {
    const add = prepare(doc);
    const startMs = performance.now();
    add();
    times.push(performance.now() - startMs);
  }
  const mean = times.reduce((sum, ms) => sum + ms, 0) / turns;
  return { ...percentiles(times), mean, longest: times.reduce((a, b) => Math.max(a, b), 0) };
}

function timedEach<T>(inputs: readonly T[], work: (input: T) => unknown): Row {
  for (const input of inputs.slice(0, warmUps)) work(input);
  const times: number[] = [];
  const cpu = process.cpuUsage();
  for (const input of inputs.slice(warmUps)) {
    const startMs = performance.now();
    work(input);
    times.push(performance.now() - startMs);
  }
  const { user, system } = process.cpuUsage(cpu);
  return { ...percentiles(times), cpu: (user + system) / 1000 / times.length };
}

if (process.argv[1] === import.meta.filename) {
  const most = Number(process.argv[2] ?? Infinity);
  const upTo = (sizes: readonly number[]): number[] => sizes.filter((turns) => turns <= most);
  show(await scale({ indexes: upTo(defaultScaleSizes.indexes), door: upTo(defaultScaleSizes.door) }));
}
