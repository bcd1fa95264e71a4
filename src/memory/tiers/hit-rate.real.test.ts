import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openMemory, type StoredTurn, type Turn } from '../memory.js';
import { TieredTurns, tierPresets } from './tiered-turns.js';

/**
 * Replays a talk: each turn is recalled for, what recall brings is read through the tiers, then the turn is stored.
 * `SLOWCAT_LOCOMO=…/locomo10.json` replays human talk as well, all its conversations as one user's.
 */
let dataDir = '';
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** Turns are stored some at a time, so that a disk's flush is waited for less often. */
const storedAtOnce = 32;

async function replay(name: string, talk: readonly Turn[], maxItems: number, all: Record<string, object>) {
  dataDir = await mkdtemp(join(tmpdir(), 'slowcat-tiers-'));
  let nowMs = 1_800_000_000_000;
  const memory = await openMemory({ dataDir, nowMs: () => nowMs });
  const user = memory.user('anna');
  const tiers = Object.values(all).map(
    (sizes) => new TieredTurns<StoredTurn>({ nowMs: () => nowMs, ...sizes }),
  );
  let wrong = 0;
  for (let from = 0; from < talk.length; from += storedAtOnce) {
    const said = talk.slice(from, from + storedAtOnce);
    for (const { role, text } of said) {
      nowMs += 6000;
      if (role !== 'user') continue;
      const { items } = await user.recall(text, { maxItems, budgetTokens: 32_768, deadlineMs: 1000 });
      for (const { turnId, role, text, atMs } of items) {
        for (const tier of tiers) {
          if (tier.get(turnId, () => ({ turnId, role, text, atMs }))?.text !== text) wrong++;
        }
      }
    }
    const stored = await Promise.all(said.map((turn) => user.remember({ ...turn, atMs: nowMs })));
    stored.forEach((result, i) => {
      const turn = said[i];
      if (!result.stored || !turn) return;
      for (const tier of tiers)
        tier.add(result.turnId, { ...turn, turnId: result.turnId, atMs: nowMs } as StoredTurn);
    });
  }
  await memory.close();
  expect(wrong).toBe(0);
  const rates = Object.keys(all).map((sizes, i) => [sizes, tiers[i]?.stats().hitRate ?? 0] as const);
  process.stdout.write(
    `${name}, ${talk.length} turns, ${maxItems} read a turn: ` +
      `${rates.map(([sizes, rate]) => `${sizes} ${(100 * rate).toFixed(1)} %`).join(', ')}\n`,
  );
  return Object.fromEntries(rates);
}

/** A year of talk in small: a few subjects that come back again and again, and details that do not. */
function scripted(turns: number): Turn[] {
  const subjects = [
    'Potola and the park',
    'my sister Anna',
    'the new job',
    'the garden',
    'a trip to Oslo',
    'cooking pasta',
  ];
  const details = [
    'squirrels',
    'rain',
    'a train',
    'the neighbour',
    'breakfast',
    'music',
    'a letter',
    'the stairs',
    'money',
  ];
  return Array.from({ length: turns }, (_, i): Turn => {
    const subject = subjects[(i * 31 + (i >> 4)) % subjects.length] ?? '';
    const detail = details[(i * 17 + (i >> 3)) % details.length] ?? '';
    return i % 2 === 0
      ? { role: 'user', text: `About ${subject}: on day ${i} there was ${detail}, number ${(i * 7) % 50}.` }
      : { role: 'assistant', text: `I see, ${detail} again. How did that go with ${subject}?` };
  });
}

interface Locomo {
  readonly conversation: Readonly<Record<string, unknown>>;
}

async function locomo(path: string): Promise<Turn[]> {
  const samples = JSON.parse(await readFile(path, 'utf8')) as Locomo[];
  return samples.flatMap(({ conversation }) =>
    Object.keys(conversation)
      .filter((key) => /^session_\d+$/u.test(key))
      .sort((a, b) => Number(a.slice(8)) - Number(b.slice(8)))
      .flatMap((key) => conversation[key] as { text: string }[])
      .map(({ text }, i): Turn => ({ role: i % 2 === 0 ? 'user' : 'assistant', text })),
  );
}

const sizes = { processor: tierPresets.processor, assistant: tierPresets.assistant };

describe('hit rate of the tiers', () => {
  it('is 80 % and more on a scripted talk of 1,000 turns', async () => {
    const rates = await replay('scripted', scripted(1000), 48, sizes);
    expect(rates['processor']).toBeGreaterThanOrEqual(0.8);
  });

  const path = process.env['SLOWCAT_LOCOMO'];
  it.skipIf(path === undefined)('is 80 % and more on human talk', async () => {
    const talk = await locomo(path ?? '');
    const rates = await replay('LoCoMo, one conversation', talk.slice(0, 419), 48, sizes);
    expect(rates['processor']).toBeGreaterThanOrEqual(0.8);
    // Ten lives in a row are no conversation: it shows what a past much larger than the tiers does.
    const larger = { ...sizes, 'warm of 4000': { ...tierPresets.processor, warmTurns: 4000 } };
    await replay('LoCoMo, ten conversations in a row', talk, 8, larger);
  });
});
