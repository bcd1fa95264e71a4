import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { open } from 'lmdb';

import { TurnLog } from '../../src/memory/log/turn-log.js';
import { userKey } from '../../src/memory/user-id.js';
import { percentiles, type BenchResult } from '../bench.js';
import { talker } from './talk.js';

const singles = 300;
const bulk = 20_000;
const reads = 20_000;
const turnChars = 200;

/**
 * How fast the log takes turns, proofs included, how fast it gives them back out of sealed segments, and what a turn
 * of 200 characters takes on disk, archive and all.
 */
export async function store(): Promise<BenchResult> {
  return (await storeTimes()).result;
}

export async function storeTimes(): Promise<{
  readonly result: BenchResult;
  readonly ack: ReturnType<typeof percentiles>;
  readonly durable: ReturnType<typeof percentiles>;
  /** Turns taken in a second where many come at once, without facts and indexes. */
  readonly perSecond: number;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'slowcat-store-bench-'));
  const user = userKey('bench');
  const byHand = { idleMs: Infinity, scrubEveryMs: Infinity };
  try {
    const log = await TurnLog.open(folder, () => crypto.randomUUID(), byHand);
    const speak = turnsOf(talker(bulk));
    const ackMs: number[] = [];
    const durableMs: number[] = [];
    for (let i = 0; i < singles; i++) {
      const turn = { role: 'user' as const, text: speak(), atMs: 1.7e12 + 4000 * i };
      const startMs = performance.now();
      const { stored } = log.enqueue(user, turn);
      ackMs.push(performance.now() - startMs);
      await stored;
      durableMs.push(performance.now() - startMs);
    }
    const bareMs = await bareWrites(join(folder, 'bare.mdb'));
    const bulkStart = performance.now();
    await Promise.all(
      Array.from({ length: bulk }, (_, i) =>
        log.append(user, { role: 'user', text: speak(), atMs: 1.7e12 + 4000 * (singles + i) }),
      ),
    );
    const bulkMs = performance.now() - bulkStart;
    const settleStart = performance.now();
    await log.settle();
    const settleMs = performance.now() - settleStart;
    const turns = singles + bulk;
    const readMs: number[] = [];
    for (let i = 0; i < reads; i++) {
      const startMs = performance.now();
      log.turn(user, 1 + ((i * 7_919) % turns));
      readMs.push(performance.now() - startMs);
    }
    const proofStart = performance.now();
    for (let i = 0; i < 100; i++) log.proofOf(user, 1 + ((i * 7_919) % turns));
    const proofMs = (performance.now() - proofStart) / 100;
    await log.close();
    const logBytes = (await stat(join(folder, 'log.mdb'))).size;
    const archiveBytes = await bytesBelow(join(folder, 'archive'));
    const result: BenchResult = {
      name: 'store',
      unit: 'ms',
      rows: [
        { what: 'accepted', ...percentiles(ackMs) },
        { what: 'durable', ...percentiles(durableMs) },
        { what: 'durable, LMDB alone', ...percentiles(bareMs) },
        { what: 'turn() of a sealed segment', ...percentiles(readMs) },
        { what: 'proof of a turn', p50: proofMs, n: 100 },
      ],
      notes: [
        `${Math.round((bulk / bulkMs) * 1000)} turns/s in bulk, proofs included; sealing and archiving the rest took ${Math.round(settleMs)} ms.`,
        `Bytes per turn of ${turnChars} characters on disk: log ${Math.round(logBytes / turns)}, archive ${Math.round(archiveBytes / turns)}.`,
      ],
    };
    const perSecond = (bulk / bulkMs) * 1000;
    return { result, ack: percentiles(ackMs), durable: percentiles(durableMs), perSecond };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the same machine takes at the same time to flush one value, with nothing around it. */
async function bareWrites(path: string): Promise<number[]> {
  const env = open<Buffer, number>({ path, noSubdir: true, overlappingSync: false, encoding: 'binary' });
  const times: number[] = [];
  for (let i = 0; i < singles; i++) {
    const startMs = performance.now();
    await env.put(i, Buffer.alloc(turnChars));
    times.push(performance.now() - startMs);
  }
  await env.close();
  return times;
}

/** Turns of 200 characters, of the talk's sentences. */
function turnsOf(speak: () => string): () => string {
  return () => {
    let text = speak();
    while (text.length < turnChars) text += ` ${speak()}`;
    return text.slice(0, turnChars);
  };
}

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
