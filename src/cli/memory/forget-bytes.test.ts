import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { CommandBed } from './command-bed.test-helper.js';

/**
 * After each way of forgetting, the raw bytes of every file below the data folder are searched: database, lock files,
 * archive, what tells who has it open.
 */

const dayMs = 86_400_000;
/** Words that are nowhere else, each in one turn of a user: its text, its speaker, its id, and a fact. */
const pets = ['Zubrowka', 'Quetzalo', 'Brimblex', 'Yggdroth'];
const bens = ['Wolpertin', 'Jabberwok', 'Hircocerv', 'Kvikindix'];
/** LZ4 cuts words where they are like others: so many letters of one are looked for. */
const letters = 5;
const begin = new Date(2026, 5, 1).getTime();
let bed: CommandBed;

beforeEach(async () => {
  bed = await CommandBed.make();
  await bed.fill(async (memory) => {
    for (const [id, names] of [
      ['default', pets],
      ['ben', bens],
    ] as const) {
      const user = memory.user(id);
      const said = names.map((name, i) => `My ${['dog', 'cat', 'horse', 'parrot'][i]!} is called ${name}.`);
      const rest = Array.from({ length: 300 }, (_, i) => `Note ${i} of many.`);
      await user.importTurns(
        [...said, ...rest].map((text, i) => ({
          role: 'user',
          text,
          speaker: i < 4 ? `${names[i]!} speaks` : 'someone',
          id: i < 4 ? `${names[i]!} id` : `n${i}`,
          atMs: begin + i * dayMs,
        })),
      );
      await user.facts();
      await user.warmUp();
      await user.reinforce!([1, 2, 3, 4]);
    }
  });
  await slowcat('verify');
});

afterEach(() => bed.remove());

const slowcat = (...args: string[]): Promise<string[]> => bed.run(...args);

/** The files that have some letters of a word in a row. */
async function filesWith(word: string): Promise<string[]> {
  const entries = await readdir(bed.dataDir, { recursive: true, withFileTypes: true });
  const parts = Array.from({ length: word.length - letters + 1 }, (_, i) => word.slice(i, i + letters));
  const found: string[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    if (parts.some((part) => entry.name.includes(part) || bytes.includes(part))) found.push(path);
  }
  return found;
}

async function expectGone(gone: readonly string[], kept: readonly string[]): Promise<void> {
  for (const word of gone) expect([word, await filesWith(word)]).toEqual([word, []]);
  for (const word of kept) expect([word, (await filesWith(word)).length > 0]).toEqual([word, true]);
  expect(await slowcat('verify')).toEqual([expect.stringContaining('all as they were stored')]);
}

const [first, second, third, fourth] = pets as [string, string, string, string];

describe('no file has a byte of', () => {
  it('one turn', async () => {
    await expectGone([], [first, second, third, fourth, ...bens]);
    await slowcat('forget', '--turn', '1', '--yes');
    await expectGone([first], [second, third, fourth, ...bens]);
  });

  it('one fact and the turn that says so', async () => {
    await slowcat('forget', '--fact', second.toLowerCase(), '--yes');
    await expectGone([second], [first, third, fourth, ...bens]);
    expect((await slowcat('facts', '--history')).join()).not.toContain(second);
  });

  it('a period', async () => {
    const until = new Date(begin + 2 * dayMs).toISOString();
    const since = new Date(begin + dayMs).toISOString();
    await slowcat('forget', '--since', since, '--until', until, '--yes');
    await expectGone([second, third], [first, fourth, ...bens]);
  });

  it('turns with a text', async () => {
    await slowcat('forget', '--containing', third.toUpperCase(), '--yes');
    await expectGone([third], [first, second, fourth, ...bens]);
  });

  it('a whole user, export first: the export alone has it, and no folder is left', async () => {
    const file = join(bed.dataDir, 'kept.jsonl');
    await slowcat('forget', '--all', '--export-first', file, '--yes', '--user', 'ben');
    for (const word of bens) expect(await filesWith(word)).toEqual([file]);
    await rm(file);
    await expectGone(bens, [first, second, third, fourth]);
    expect(await readdir(join(bed.dataDir, 'memory', 'archive'))).toHaveLength(1);
    expect(await slowcat('users')).toEqual([expect.stringContaining('default')]);
  });

  it('anything, when every user is forgotten, and a repair brings nothing back', async () => {
    await slowcat('forget', '--all', '--yes');
    await slowcat('forget', '--all', '--yes', '--user', 'ben');
    await slowcat('repair');
    for (const word of [...pets, ...bens, 'Note 7 of', 'speaks', 'is called'])
      expect([word, await filesWith(word)]).toEqual([word, []]);
    await rm(join(bed.dataDir, 'memory', 'log.mdb'));
    expect(await slowcat('repair')).toEqual(['Nobody is remembered yet: nothing was damaged.']);
  });
});
