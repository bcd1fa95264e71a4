import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTuning, tuneThreads, writeTuning } from './tune-threads.js';

/** A machine whose clock moves by what the work takes. */
function machine(promptMs: readonly number[], answerMs: readonly number[]) {
  let time = 0;
  const tried: number[] = [];
  return {
    tried,
    now: () => time,
    time: (threads: number) => {
      tried.push(threads);
      const took = { promptMs: promptMs[threads - 1]!, answerMs: answerMs[threads - 1]! };
      time += took.promptMs + took.answerMs;
      return Promise.resolve(took);
    },
  };
}

describe('tuneThreads', () => {
  it('chooses for prompts and answers apart', async () => {
    const { time, now } = machine([100, 55, 40, 38.5], [50, 48, 60, 900]);
    expect(await tuneThreads(time, { mostThreads: 4, now })).toEqual({ prompt: 3, answer: 1 });
  });

  it('is not misled by one disturbed run', async () => {
    const calm = machine([100, 60], [50, 30]);
    let calls = 0;
    const time = async (threads: number) => {
      calls += 1;
      const took = await calm.time(threads);
      return calls === 5 ? { promptMs: 5000, answerMs: 5000 } : took;
    };
    expect(await tuneThreads(time, { mostThreads: 2, now: calm.now })).toEqual({ prompt: 2, answer: 2 });
  });

  it('tries no more than eight, and stops when its time is gone', async () => {
    const many = machine(Array<number>(64).fill(1), Array<number>(64).fill(1));
    await tuneThreads(many.time, { mostThreads: 64, now: many.now });
    expect(Math.max(...many.tried)).toBe(8);
    const slow = machine([3000, 1000], [3000, 1000]);
    expect(await tuneThreads(slow.time, { mostThreads: 2, now: slow.now })).toEqual({ prompt: 1, answer: 1 });
    expect(slow.tried).toEqual([1]);
  });
});

describe('the tuning file', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slowcat-tuning-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('keeps what was measured, model by model', async () => {
    const path = join(folder, 'new', 'tuning.json');
    expect(await readTuning(path, 'a')).toBeUndefined();
    await writeTuning(path, 'a', { prompt: 2, answer: 1 });
    await writeTuning(path, 'b', { prompt: 4, answer: 3 });
    expect(await readTuning(path, 'a')).toEqual({ prompt: 2, answer: 1 });
    expect(await readTuning(path, 'b')).toEqual({ prompt: 4, answer: 3 });
  });

  it.each(['', 'not json', '[]', '{"a":{"prompt":0,"answer":1}}', '{"a":{"prompt":"many"}}'])(
    'ignores a damaged file and replaces it: %s',
    async (damaged) => {
      const path = join(folder, 'tuning.json');
      await writeFile(path, damaged);
      expect(await readTuning(path, 'a')).toBeUndefined();
      await writeTuning(path, 'a', { prompt: 2, answer: 1 });
      expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ a: { prompt: 2, answer: 1 } });
    },
  );

  it('does without a file that cannot be written', async () => {
    const inTheWay = join(folder, 'file');
    await writeFile(inTheWay, '');
    await expect(
      writeTuning(join(inTheWay, 'tuning.json'), 'a', { prompt: 2, answer: 1 }),
    ).resolves.toBeUndefined();
  });
});
