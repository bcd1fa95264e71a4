import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { openMemory } from '../../src/memory/memory.js';
import { percentiles, show, type BenchResult } from '../bench.js';
import { cachedEmbedder } from './cached-embedder.js';
import { heldOutModels, locomoLine, locomoRecall } from './locomo-recall.js';
import { readLocomo } from './locomo.js';
import { questioner, talker } from './talk.js';

const sizes = [10, 1_000, 10_000, 100_000] as const;
/** Turns that are written with one commit when a log is filled. */
const fillBatch = 500;
const remembers = 100;
const recalls = 400;
const warmUpRecalls = 100;

type Row = Record<string, string | number>;

/**
 * How fast the memory writes and finds, at growing sizes; what an index costs; how long the event loop stands still;
 * and, where `SLOWCAT_LOCOMO` or `--locomo PATH` names LoCoMo's `locomo10.json`, how much it finds.
 */
export async function run(): Promise<BenchResult> {
  const rows: Row[] = [];
  const notes = [
    'remember: one at a time, until flushed to the disk. recall: fast, on a complete index, 3-word questions.',
    'loop: how long the event loop took to come round meanwhile; all times are by the clock, other programs included.',
  ];
  for (const turns of sizes) rows.push(...(await atSize(turns)));
  const path = locomoPath();
  if (path === undefined) {
    notes.push(
      'LoCoMo is skipped: name its locomo10.json with SLOWCAT_LOCOMO or --locomo (CC BY-NC 4.0, not in here).',
    );
  } else {
    const conversations = await readLocomo(path);
    const embedder = cachedEmbedder(undefined);
    for (const embed of [embedder.embed, undefined]) {
      const scores = await locomoRecall(conversations, await heldOutModels(conversations, embed), embed);
      const how = embed ? 'by words and meaning' : 'by words';
      rows.push({ what: `LoCoMo recall ${how}`, turns: 588, ...percentiles(scores.recallMs) });
      notes.push(
        `LoCoMo, turn level, ${how}, each conversation by weights trained on the nine others: ${locomoLine(scores)}.`,
      );
    }
    await embedder.close();
  }
  return { name: 'memory', unit: 'ms', rows, notes };
}

async function atSize(turns: number): Promise<Row[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'slowcat-memory-bench-'));
  try {
    await fill(dataDir, turns);
    const memory = await openMemory({ dataDir });
    const user = memory.user('bench');
    const fileBytes = (await stat(join(dataDir, 'memory', 'log.mdb'))).size;

    const before = heapBytes();
    const buildStart = performance.now();
    const buildLoop = await loopTimes(() => user.warmUp());
    const buildMs = performance.now() - buildStart;
    const indexBytes = heapBytes() - before;

    const ask = questioner(turns);
    for (let i = 0; i < warmUpRecalls; i++) await user.recall(ask());
    const recallMs: number[] = [];
    const late = (await user.stats()).lateRecalls;
    const recallLoop = await loopTimes(async () => {
      for (let i = 0; i < recalls; i++) {
        recallMs.push(await timed(() => user.recall(ask())));
        await immediate();
      }
    });
    const lateRecalls = (await user.stats()).lateRecalls - late;

    const speak = talker(turns + 1);
    const rememberMs: number[] = [];
    for (let i = 0; i < remembers; i++) {
      rememberMs.push(await timed(() => user.remember({ role: 'user', text: speak() })));
    }
    await memory.close();
    return [
      { what: 'remember', turns, ...percentiles(rememberMs) },
      { what: 'recall', turns, ...percentiles(recallMs), late: lateRecalls, ...recallLoop },
      {
        what: 'build index',
        turns,
        p50: buildMs,
        n: 1,
        ...buildLoop,
        'RAM bytes/turn': Math.round(indexBytes / turns),
        'disk bytes/turn': Math.round(fileBytes / turns),
      },
    ];
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function fill(dataDir: string, turns: number): Promise<void> {
  const memory = await openMemory({ dataDir });
  const user = memory.user('bench');
  const speak = talker(turns);
  for (let done = 0; done < turns; done += fillBatch) {
    const count = Math.min(fillBatch, turns - done);
    await Promise.all(Array.from({ length: count }, () => user.remember({ role: 'user', text: speak() })));
  }
  await memory.close();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** How long the event loop took to come round while the work ran: 99th percentile and longest, in ms. */
async function loopTimes(work: () => Promise<unknown>): Promise<Row> {
  const times: number[] = [];
  let isOver = false;
  let lastMs = performance.now();
  const tick = (): void => {
    const nowMs = performance.now();
    times.push(nowMs - lastMs);
    lastMs = nowMs;
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  isOver = true;
  times.push(performance.now() - lastMs);
  return { 'loop p99': percentiles(times).p99, 'loop longest': Math.max(...times) };
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function locomoPath(): string | undefined {
  const at = process.argv.indexOf('--locomo');
  return at >= 0 ? process.argv[at + 1] : process.env['SLOWCAT_LOCOMO'];
}

if (process.argv[1] === import.meta.filename) show(await run());
