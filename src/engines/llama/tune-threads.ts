import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { LlamaThreads } from './runtime.js';

/** Milliseconds for one fixed piece of work in each phase, with that many threads. */
export type TimeThreads = (
  threads: number,
) => Promise<{ readonly promptMs: number; readonly answerMs: number }>;

export interface TuneOptions {
  /** Thread counts from 1 up to this are tried. */
  readonly mostThreads: number;
  /** Runs for each count; the median counts. @defaultValue 3 */
  readonly runs?: number;
  /** Stop trying more threads when this much time is gone. @defaultValue 4000 */
  readonly budgetMs?: number;
  readonly now: () => number;
}

/** More threads than this help no model that a voice answers with: memory bandwidth is used up. */
export const mostThreadsTried = 8;
/** A count must be this much faster than a smaller one: the rest of the pipeline needs its cores too. */
const worthwhile = 0.93;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.POSITIVE_INFINITY;
}

/**
 * Finds the fastest thread counts by trying them. Core counts mislead: on shared or hybrid cores one thread
 * more can be many times slower, and prompts gain from threads where single tokens do not.
 */
export async function tuneThreads(time: TimeThreads, options: TuneOptions): Promise<LlamaThreads> {
  const runs = options.runs ?? 3;
  const deadline = options.now() + (options.budgetMs ?? 4000);
  const best = { prompt: 1, answer: 1 };
  let promptMs = Number.POSITIVE_INFINITY;
  let answerMs = Number.POSITIVE_INFINITY;
  for (let threads = 1; threads <= Math.min(options.mostThreads, mostThreadsTried); threads += 1) {
    const samples: { promptMs: number; answerMs: number }[] = [];
    while (samples.length < runs && (samples.length === 0 || options.now() < deadline)) {
      samples.push(await time(threads));
    }
    const prompt = median(samples.map((sample) => sample.promptMs));
    const answer = median(samples.map((sample) => sample.answerMs));
    if (prompt < promptMs * worthwhile) [best.prompt, promptMs] = [threads, prompt];
    if (answer < answerMs * worthwhile) [best.answer, answerMs] = [threads, answer];
    if (options.now() >= deadline) break;
  }
  return best;
}

const count = z.int().min(1).max(1024);
const tuningSchema = z.record(z.string(), z.object({ prompt: count, answer: count }));

/** Reads what was measured for `key`. A missing, unreadable or damaged file is the same as none. */
export async function readTuning(path: string, key: string): Promise<LlamaThreads | undefined> {
  return (await readAll(path))[key];
}

/** Adds what was measured for `key`. A file that cannot be written costs the next start a measurement, no more. */
export async function writeTuning(path: string, key: string, threads: LlamaThreads): Promise<void> {
  try {
    const all = { ...(await readAll(path)), [key]: threads };
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${JSON.stringify(all, null, 2)}\n`);
  } catch {
    // See above: nothing depends on it.
  }
}

async function readAll(path: string): Promise<Record<string, LlamaThreads>> {
  try {
    return tuningSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return {};
  }
}
