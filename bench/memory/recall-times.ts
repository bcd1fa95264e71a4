import { setImmediate as immediate } from 'node:timers/promises';

import { openMemory, type Memory, type UserMemory } from '../../src/memory/memory.js';
import type { Embed } from '../../src/memory/options.js';
import { percentiles } from '../bench.js';
import { bytesBelow, fillLog, heldBytes, inFolder, longestBlock, timed } from './fill.js';
import { questioner } from './talk.js';

const warmUps = 150;
const recalls = 500;

export type Percentiles = ReturnType<typeof percentiles>;

export interface TimesAtSize {
  readonly turns: number;
  /** Whole recalls, the query's embedding included; absent where none was asked for. */
  readonly embedded?: Percentiles;
  /** Recalls by words alone. */
  readonly plain: Percentiles;
  /** Mean processor time of a recall by words alone, ms: other programs hardly lengthen it. */
  readonly plainCpuMs: number;
  readonly unembedded: number;
  readonly buildMs: number;
  /** Longest that the event loop stood still while the index was built, and during recalls, ms. */
  readonly buildBlockMs: number;
  readonly recallBlockMs: number;
  readonly diskBytes: number;
  readonly residentBytes: number;
}

/** How long a recall takes among so many memories of one user. Facts are not extracted here: others measure them. */
export async function timesAt(turns: number, embed: Embed | undefined): Promise<TimesAtSize> {
  return inFolder(async (dataDir) => {
    await fillLog(dataDir, 'bench', turns, embed !== undefined);
    const diskBytes = await bytesBelow(dataDir);
    const before = heldBytes();
    let embedded: Percentiles | undefined;
    let unembedded = 0;
    let build = { buildMs: 0, buildBlockMs: 0 };
    let recallBlockMs = 0;
    let residentBytes = 0;
    if (embed) {
      const memory = await openMemory({ dataDir, embed });
      const user = memory.user('bench');
      build = await buildIndex(user);
      residentBytes = heldBytes() - before;
      // The first texts show the model's worker, which takes a second to start.
      await embed(['Hello.']);
      const times: number[] = [];
      const start = (await user.stats()).unembeddedRecalls ?? 0;
      recallBlockMs = await longestBlock(async () => times.push(...(await recallTimes(user, turns))));
      unembedded = ((await user.stats()).unembeddedRecalls ?? 0) - start;
      embedded = percentiles(times);
      await memory.close();
    }
    const memory = await openMemory({ dataDir });
    const user = memory.user('bench');
    const plainBuild = await buildIndex(user);
    if (!embed) {
      build = plainBuild;
      residentBytes = heldBytes() - before;
    }
    await recallTimes(user, turns, warmUps);
    const cpu = process.cpuUsage();
    const plain = await recallTimes(user, turns + 1);
    const { user: own, system } = process.cpuUsage(cpu);
    await memory.close();
    return {
      turns,
      ...(embedded ? { embedded } : {}),
      plain: percentiles(plain),
      plainCpuMs: (own + system) / 1000 / (recalls + warmUps),
      unembedded,
      ...build,
      recallBlockMs,
      diskBytes: diskBytes / turns,
      residentBytes: residentBytes / turns,
    };
  });
}

async function buildIndex(user: UserMemory): Promise<{ buildMs: number; buildBlockMs: number }> {
  let buildMs = 0;
  const buildBlockMs = await longestBlock(async () => {
    buildMs = await timed(() => user.knownNames());
  });
  return { buildMs, buildBlockMs };
}

async function recallTimes(user: UserMemory, seed: number, count = recalls): Promise<number[]> {
  const ask = questioner(seed);
  const times: number[] = [];
  for (let i = 0; i < warmUps + count; i++) {
    const ms = await timed(() => user.recall(ask(), { deadlineMs: 1000 }));
    if (i >= warmUps) times.push(ms);
    await immediate();
  }
  return times;
}

/** p50 of a recall among many turns against one among few, asked by turns, so that both meet the same machine. */
export async function growth(
  memory: Memory,
  few: { readonly id: string; readonly turns: number },
  many: { readonly id: string; readonly turns: number },
): Promise<{ few: Percentiles; many: Percentiles; ratio: number }> {
  const sides = [few, many].map(({ id, turns }) => ({
    user: memory.user(id),
    ask: questioner(turns),
    times: [] as number[],
  }));
  for (let i = 0; i < warmUps + recalls; i++) {
    // Who is first changes from round to round.
    for (const side of i % 2 === 0 ? sides : [...sides].reverse()) {
      const question = side.ask();
      const ms = await timed(() => side.user.recall(question, { deadlineMs: 1000 }));
      if (i >= warmUps) side.times.push(ms);
      await immediate();
    }
  }
  const [first, second] = sides.map(({ times }) => percentiles(times));
  if (!first || !second) throw new Error('two sides');
  return { few: first, many: second, ratio: second.p50 / first.p50 };
}
