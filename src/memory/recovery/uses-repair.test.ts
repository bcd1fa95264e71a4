import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { byHand, LogFolder, noise, sayAll } from '../log/log.test-helper.js';
import type { TurnLog } from '../log/turn-log.js';
import { userKey } from '../user-id.js';
import { repairLog } from './repair.js';

const anna = userKey('anna');
let folder: LogFolder;

beforeEach(async () => (folder = await LogFolder.make()));
afterEach(() => folder.remove());

const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => `${i}: ${noise(`${i}`)}`);
const record = (turnId: number): Buffer => Buffer.from(noise(`use of ${turnId}`).slice(0, 11));
const entries = (turnIds: readonly number[]): [number, Buffer][] => turnIds.map((id) => [id, record(id)]);
const usesOf = (log: TurnLog): [number, Buffer][] =>
  [...log.side('uses').range(anna, 1, Infinity)].map(([id, value]) => [id, Buffer.from(value)]);
const place = (): string => join(folder.path, 'archive', anna.prefix.toString('hex'));
const useFiles = async (): Promise<string[]> =>
  (await readdir(place())).filter((name) => name.endsWith('.uses')).sort();

/** A memory whose database is gone, repaired. */
async function repaired(): Promise<TurnLog> {
  await rm(join(folder.path, 'log.mdb'));
  expect(await repairLog(folder.path, folder.newEpoch, byHand)).toMatchObject({ ok: true });
  return folder.open();
}

describe('uses of turns', () => {
  it('come back with a database that was deleted, as of the last time that it was archived', async () => {
    const log = await folder.open();
    await sayAll(log, anna, texts(3000));
    await log.side('uses').put(anna, entries([1, 256, 2560, 2561, 2999]));
    await log.settle();
    expect(await useFiles()).toEqual(['000000-0.uses', '000000-1.uses', '000001-0.uses', '000001-1.uses']);
    // Of turns that were archived long ago, and nothing else has changed.
    await log.side('uses').put(anna, entries([700]));
    await log.close();
    const again = await repaired();
    expect(usesOf(again)).toEqual(entries([1, 256, 700, 2560, 2561, 2999]));
    expect(await again.verify(anna)).toMatchObject({ ok: true, turns: 3000 });
  });

  it('come back from either of two files, and a look at the archive mends the other', async () => {
    const log = await folder.open();
    await sayAll(log, anna, texts(20));
    await log.side('uses').put(anna, entries([3, 17]));
    await log.close();
    for (const [name, hurt] of [
      ['000000-0.uses', (path: string) => rm(path)],
      ['000000-1.uses', (path: string) => writeFile(path, 'nonsense')],
      ['000000-0.uses', async (path: string) => writeFile(path, (await readFile(path)).subarray(0, 40))],
    ] as const) {
      await hurt(join(place(), name));
      const again = await repaired();
      expect(usesOf(again)).toEqual(entries([3, 17]));
      const [one, other] = await Promise.all((await useFiles()).map((file) => readFile(join(place(), file))));
      expect(one).toEqual(other);
      await again.close();
    }
  });

  it('go with the turn and with the user, from the archive as well', async () => {
    const log = await folder.open();
    await sayAll(log, anna, texts(600));
    await log.side('uses').put(anna, entries([5, 300, 599]));
    await log.settle();
    expect(await folder.filesWith(record(300))).toHaveLength(3);
    await log.remove(anna, [300, 599]);
    expect(await folder.filesWith(record(300))).toEqual([]);
    expect(await folder.filesWith(record(599))).toEqual([]);
    await log.close();
    const again = await repaired();
    expect(usesOf(again)).toEqual(entries([5]));
    await again.removeUser(anna);
    expect(await folder.filesWith(record(5))).toEqual([]);
    expect((await folder.files()).filter((file) => file.startsWith('archive'))).toEqual([]);
  });

  it('do not come back for a turn that was forgotten while a file of them was left behind', async () => {
    const log = await folder.open();
    await sayAll(log, anna, texts(20));
    await log.side('uses').put(anna, entries([3, 17]));
    await log.settle();
    const old = await readFile(join(place(), '000000-0.uses'));
    await log.remove(anna, [3]);
    await log.close();
    await writeFile(join(place(), '000000-0.uses'), old);
    expect(usesOf(await repaired())).toEqual(entries([17]));
  });
});
