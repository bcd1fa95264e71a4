import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { TurnLog } from '../../src/memory/log/turn-log.js';
import { userKey } from '../../src/memory/user-id.js';
import { dimensions } from '../../src/memory/vectors/kernel.js';
import { generator } from './form-measures.js';
import { talker } from './talk.js';

export const turnChars = 200;
const batch = 2000;
const factEvery = 10;

/** Runs some work in a folder that is gone afterwards. */
export async function inFolder<T>(work: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'slowcat-bench-'));
  try {
    return await work(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Turns of 200 characters of made-up talk; every tenth states a fact that is kept. */
export function talkOf200(seed: number): () => string {
  const speak = talker(seed);
  const facts = [
    (word: string): string => `I like ${word}.`,
    (word: string): string => `My friend's name is ${word.charAt(0).toUpperCase()}${word.slice(1)}.`,
    (word: string): string => `I have a ${word}.`,
  ];
  let count = 0;
  return () => {
    let text = speak();
    if (++count % factEvery === 0) {
      const word = text.split(' ')[2]?.replace('.', '') ?? 'tea';
      text = `${facts[count % facts.length]?.(word) ?? ''} ${text}`;
    }
    while (text.length < turnChars) text += ` ${speak()}`;
    return text.slice(0, turnChars);
  };
}

/** Writes turns and, on wish, vectors of no meaning straight into a log, so that a hundred thousand take seconds. */
export async function fillLog(
  dataDir: string,
  userId: string,
  turns: number,
  withVectors: boolean,
): Promise<void> {
  const log = await TurnLog.open(join(dataDir, 'memory'), () => crypto.randomUUID());
  try {
    const user = userKey(userId);
    const speak = talkOf200(turns);
    const random = generator(turns);
    const startMs = Date.now() - turns * 4000;
    for (let done = 0; done < turns; done += batch) {
      const count = Math.min(batch, turns - done);
      const stored = Array.from({ length: count }, (_, i) =>
        log.append(user, { role: 'user', text: speak(), atMs: startMs + 4000 * (done + i) }),
      );
      const turnIds = await Promise.all(stored);
      if (!withVectors) continue;
      const vectors = turnIds.map((turnId): [number, Buffer] => {
        const vector = Buffer.allocUnsafe(dimensions);
        for (let i = 0; i < dimensions; i++) vector.writeInt8(Math.round(254 * random() - 127), i);
        return [turnId, vector];
      });
      await log.side('vectors').put(user, vectors);
    }
  } finally {
    await log.close();
  }
}

/** Bytes of all files below a folder. */
export async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What the process holds in its heap and beside it. */
export function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What the first round finds dead frees what it held outside the heap only in the next.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Times one piece of work: by the clock, ms. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** The longest that the event loop stood still while the work ran, ms. */
export async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let isOver = false;
  let lastMs = performance.now();
  const tick = (): void => {
    const nowMs = performance.now();
    longest = Math.max(longest, nowMs - lastMs);
    lastMs = nowMs;
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  isOver = true;
  return Math.max(longest, performance.now() - lastMs);
}
