import { copyFile, mkdir, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { byHand, everything, LogFolder, noise, say, sayAll } from '../log/log.test-helper.js';
import type { TurnLog } from '../log/turn-log.js';
import type { StoredTurn } from '../types.js';
import { userKey } from '../user-id.js';
import { repairLog } from './repair.js';

let folder: LogFolder;

beforeEach(async () => {
  folder = await LogFolder.make();
});

afterEach(async () => {
  await folder.remove();
});

const anna = userKey('anna');
const ben = userKey('ben');
const texts = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => `${i + from}: ${noise(`talk ${i + from}`)}`);

interface State {
  readonly turns: readonly (readonly StoredTurn[])[];
  readonly heads: readonly string[];
}

const stateOf = (log: TurnLog): State => ({
  turns: [everything(log, anna), everything(log, ben)],
  heads: [anna, ben].map((user) => log.proofHead(user).toString('hex')),
});

/** A closed memory of two users, a few turns forgotten; what it holds. */
async function filled(count = 3000): Promise<State> {
  const log = await folder.open();
  await sayAll(log, anna, texts(count));
  await sayAll(log, ben, texts(50, 9000));
  await log.settle();
  await log.remove(anna, [7, 600, count - 1]);
  const state = stateOf(log);
  await log.close();
  return state;
}

const database = (): string => join(folder.path, 'log.mdb');
const repair = () => repairLog(folder.path, folder.newEpoch, byHand);

async function expectSame(state: State): Promise<void> {
  const log = await folder.open();
  expect(stateOf(log)).toEqual(state);
  for (const user of [anna, ben]) expect(await log.verify(user)).toMatchObject({ ok: true, damaged: [] });
  await log.close();
}

const corrupt = expect.objectContaining({ code: 'SLOWCAT_MEMORY_CORRUPT' }) as Error;

describe('repair', () => {
  it('finds nothing to do on a sound memory', async () => {
    const state = await filled(600);
    const report = await repair();
    expect(report).toMatchObject({ ok: true, rebuiltDatabase: false });
    expect(report.users.get('anna')).toEqual({ ok: true, rebuiltPieces: 0, rebuiltTurns: 0, lost: [] });
    await expectSame(state);
  });

  it('builds a database that was deleted, also when four files of each group are gone', async () => {
    const state = await filled();
    await rm(database());
    await expect(folder.open()).rejects.toThrow(corrupt);
    for (const user of [anna, ben]) {
      const place = join(folder.path, 'archive', user.prefix.toString('hex'));
      for (const name of await readdir(place)) {
        if (/-(00|10|11|13)\.piece$/.test(name)) await rm(join(place, name));
      }
    }
    const report = await repair();
    expect(report).toMatchObject({ ok: true, rebuiltDatabase: true });
    expect(report.users.get('anna')).toMatchObject({ rebuiltTurns: 2997, lost: [] });
    expect(report.users.get('anna')?.rebuiltPieces).toBeGreaterThan(4);
    await expectSame(state);
  });

  it('builds one that was cut short', async () => {
    const state = await filled();
    for (const part of [0, 0.001, 0.3, 0.6]) {
      const { size } = await stat(database());
      await truncate(database(), Math.floor(size * part));
      await expect(folder.open()).rejects.toThrow(corrupt);
      expect(await repair()).toMatchObject({ ok: true, rebuiltDatabase: true });
      await expectSame(state);
    }
  });

  it('keeps what the archive does not have yet, out of the pages of a broken database', async () => {
    const log = await folder.open();
    await sayAll(log, anna, texts(400));
    await log.settle();
    await sayAll(log, anna, [...texts(200, 400), noise('long', 20_000)]);
    await log.append(ben, say('never archived'));
    const state = stateOf(log);
    // As if the process had been killed here.
    await copyFile(database(), `${database()}.copy`);
    await rm(join(folder.path, 'open'), { recursive: true });
    const archive = join(folder.path, 'archive', anna.prefix.toString('hex'));
    const before = await Promise.all(
      (await readdir(archive)).map(async (name) => [name, await readFile(join(archive, name))] as const),
    );
    await log.close();
    await rm(join(folder.path, 'archive'), { recursive: true });
    await mkdir(archive, { recursive: true });
    for (const [name, bytes] of before) await writeFile(join(archive, name), bytes);
    await copyFile(`${database()}.copy`, database());
    // The tree's root is unreadable; what hangs on it is still there.
    const file = await open(database(), 'r+');
    await file.write(Buffer.alloc(16, 255), 0, 16, 4096 + 24 + 72 + 40);
    await file.write(Buffer.alloc(16, 255), 0, 16, 24 + 72 + 40);
    await file.close();
    await expect(folder.open()).rejects.toThrow(corrupt);
    expect(await repair()).toMatchObject({ ok: true, rebuiltDatabase: true });
    await expectSame(state);
  });

  it('says by number what is lost, and keeps the rest', async () => {
    await filled(700);
    await rm(database());
    const place = join(folder.path, 'archive', anna.prefix.toString('hex'));
    for (const index of ['01', '10', '11', '12', '13']) await rm(join(place, `000000-${index}.piece`));
    const report = await repair();
    const lost = Array.from({ length: 256 }, (_, i) => 257 + i);
    expect(report).toMatchObject({ ok: false, rebuiltDatabase: true });
    expect(report.users.get('anna')?.lost).toEqual(lost);
    const log = await folder.open();
    const left = texts(700).filter((_, i) => ![6, 599, 698].includes(i) && !lost.includes(i + 1));
    expect(everything(log, anna).map(({ text }) => text)).toEqual(left);
    expect(await log.verify(anna)).toMatchObject({ ok: false, damaged: lost });
    expect(await log.append(anna, say('goes on'))).toBe(701);
  });

  it('refuses while somebody has the memory open', async () => {
    await folder.open();
    await expect(repair()).rejects.toMatchObject({ code: 'SLOWCAT_MEMORY_STORE' });
  });

  it('is done bit by bit in quiet times', async () => {
    await filled(3000);
    const log = await folder.open();
    const place = join(folder.path, 'archive', anna.prefix.toString('hex'));
    const damaged = ['000000-03', '000000-12', '000001-00'].map((name) => join(place, `${name}.piece`));
    const good = await Promise.all(damaged.map((path) => readFile(path)));
    await writeFile(damaged[0]!, 'nonsense');
    await rm(damaged[1]!);
    await truncate(damaged[2]!, 1000);
    const mended = [await log.scrub(0), await log.scrub(0), await log.scrub(0)];
    expect(mended.reduce((sum, { rebuiltPieces }) => sum + rebuiltPieces, 0)).toBe(3);
    expect(await Promise.all(damaged.map((path) => readFile(path)))).toEqual(good);
    await log.close();
  });
});
