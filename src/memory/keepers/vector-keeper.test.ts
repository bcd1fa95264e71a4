import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { LogFolder, sayAll } from '../log/log.test-helper.js';
import { userKey } from '../user-id.js';
import { dimensions } from '../vectors/kernel.js';
import { VectorKeeper } from './vector-keeper.js';

const anna = userKey('anna');
let folder: LogFolder;

beforeEach(async () => (folder = await LogFolder.make()));
afterEach(() => folder.remove());

const vector = (turnId: number): Int8Array =>
  Int8Array.from({ length: dimensions }, (_, i) => ((turnId * 31 + i * 7) % 255) - 127);
const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => `turn ${i}`);

describe('vectors that are kept', () => {
  it('survive reopening, and are found before and after they are written', async () => {
    const first = await folder.open();
    await sayAll(first, anna, texts(3));
    const before = new VectorKeeper(anna, first);
    before.set(1, vector(1));
    before.set(3, vector(3));
    expect(before.get(1)).toEqual(vector(1));
    expect(before.get(2)).toBeUndefined();
    await before.flush();
    await first.close();
    const after = new VectorKeeper(anna, await folder.open());
    expect(after.get(3)).toEqual(vector(3));
    expect([...after.load(1, 4)]).toEqual([
      [1, vector(1)],
      [3, vector(3)],
    ]);
    expect(after.get(3)).toEqual(vector(3));
    expect(after.get(2)).toBeUndefined();
  });

  it('go with their turn, and with the turn before, whose words may be in them', async () => {
    const log = await folder.open();
    await sayAll(log, anna, texts(6));
    const keeper = new VectorKeeper(anna, log);
    for (const turnId of [1, 2, 3, 4, 5, 6]) keeper.set(turnId, vector(turnId));
    await keeper.flush();
    await log.remove(anna, [2]);
    const after = new VectorKeeper(anna, log);
    expect([...after.load(1, 7)].map(([turnId]) => turnId)).toEqual([1, 5, 6]);
    expect(after.get(3)).toBeUndefined();
    expect(await folder.filesWith(Buffer.from(vector(2).buffer))).toEqual([]);
    expect(await folder.filesWith(Buffer.from(vector(3).buffer))).toEqual([]);
    expect(await folder.filesWith(Buffer.from(vector(5).buffer))).not.toEqual([]);
    // Those of before are of another log.
    keeper.set(3, vector(3));
    await keeper.flush();
    expect(new VectorKeeper(anna, log).get(3)).toBeUndefined();
  });
});
