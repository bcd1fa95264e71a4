import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { LogFolder, sayAll } from '../log/log.test-helper.js';
import { userKey } from '../user-id.js';
import { dimensions, vectorWords } from '../vectors/kernel.js';
import { blockBytes } from '../vectors/vector-block.js';
import { VectorKeeper } from './vector-keeper.js';

const anna = userKey('anna');
const block = blockBytes;
let folder: LogFolder;

beforeEach(async () => (folder = await LogFolder.make()));
afterEach(() => folder.remove());

const vector = (turnId: number): Int8Array =>
  Int8Array.from({ length: dimensions }, (_, i) => ((turnId * 31 + i * 7) % 255) - 127);
/** A turn's vector, copied behind a word that stays as it is. */
function copied(keeper: VectorKeeper, turnId: number): Int8Array | undefined {
  const target = new Int32Array(1 + vectorWords);
  const isThere = keeper.copy(turnId, target, 1);
  expect(target[0]).toBe(0);
  return isThere ? new Int8Array(target.buffer, 4) : undefined;
}
const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => `turn ${i}`);

describe('vectors that are kept', () => {
  it('survive reopening, and are found before and after they are written', async () => {
    const first = await folder.open();
    await sayAll(first, anna, texts(3));
    const before = new VectorKeeper(anna, first, block);
    before.set(1, vector(1));
    before.set(3, vector(3));
    expect(copied(before, 1)).toEqual(vector(1));
    expect(copied(before, 2)).toBeUndefined();
    await before.flush();
    await first.close();
    const after = new VectorKeeper(anna, await folder.open(), block);
    expect(copied(after, 3)).toEqual(vector(3));
    expect([...after.load(1, 4)]).toEqual([
      [1, vector(1)],
      [3, vector(3)],
    ]);
    expect(copied(after, 3)).toEqual(vector(3));
    expect(copied(after, 2)).toBeUndefined();
  });

  it('go with their turn, and with the turn before, whose words may be in them', async () => {
    const log = await folder.open();
    await sayAll(log, anna, texts(6));
    const keeper = new VectorKeeper(anna, log, block);
    for (const turnId of [1, 2, 3, 4, 5, 6]) keeper.set(turnId, vector(turnId));
    await keeper.flush();
    await log.remove(anna, [2]);
    const after = new VectorKeeper(anna, log, block);
    expect([...after.load(1, 7)].map(([turnId]) => turnId)).toEqual([1, 5, 6]);
    expect(copied(after, 3)).toBeUndefined();
    expect(await folder.filesWith(Buffer.from(vector(2).buffer))).toEqual([]);
    expect(await folder.filesWith(Buffer.from(vector(3).buffer))).toEqual([]);
    expect(await folder.filesWith(Buffer.from(vector(5).buffer))).not.toEqual([]);
    // Those of before are of another log.
    keeper.set(3, vector(3));
    await keeper.flush();
    expect(copied(new VectorKeeper(anna, log, block), 3)).toBeUndefined();
  });

  it('hold the newest turns in memory as far as there is room, and read the others from the disk', async () => {
    const log = await folder.open();
    await sayAll(log, anna, texts(1024));
    const keeper = new VectorKeeper(anna, log, 2 * block);
    const read: number[] = [];
    const side = log.side('vectors');
    const get = side.get.bind(side);
    side.get = (user, turnId) => (read.push(turnId), get(user, turnId));
    // Newest first, as an index loads them, then one that comes later.
    for (const turnId of [1000, 700, 400, 100, 1024]) keeper.set(turnId, vector(turnId));
    await keeper.flush();
    for (const turnId of [1000, 700, 400, 100, 1024]) expect(copied(keeper, turnId)).toEqual(vector(turnId));
    expect(read).toEqual([700, 400, 100]);
  });
});
