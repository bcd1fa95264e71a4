import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { userKey } from '../user-id.js';
import { byHand, everything, LogFolder, say } from './log.test-helper.js';
import { freeBytes, reservedBytes, Room } from './room.js';

let folder: LogFolder;

beforeEach(async () => (folder = await LogFolder.make()));
afterEach(() => folder.remove());

const full = expect.objectContaining({ code: 'SLOWCAT_MEMORY_FULL' }) as Error;

describe('room on a disk', () => {
  it('is asked for now and then, and at every try while there is none', () => {
    let [nowMs, asked, free] = [0, 0, reservedBytes];
    const room = new Room(
      () => (asked++, free),
      () => nowMs,
    );
    for (; nowMs < 99; nowMs++) room.require();
    expect(asked).toBe(1);
    free--;
    nowMs = 100;
    for (let i = 0; i < 3; i++) expect(() => room.require()).toThrow(full);
    expect(asked).toBe(4);
    free++;
    room.require();
  });

  it('is told by the system, and taken for endless where there is no such folder', () => {
    expect(freeBytes('/')).toBeGreaterThan(0);
    expect(freeBytes(`${folder.path}/nowhere`)).toBe(Infinity);
  });

  it('is needed to write and not to read; what was refused can be said again', async () => {
    const anna = userKey('anna');
    let free = Infinity;
    const log = await folder.open({ ...byHand, freeBytes: () => free });
    await log.append(anna, say('one'));
    free = reservedBytes - 1;
    // Past the time for which an answer is good.
    await expect.poll(() => log.append(anna, say('two')).then(String, () => 'refused')).toBe('refused');
    const before = everything(log, anna).length;
    await expect(log.append(anna, say('three'))).rejects.toThrow(full);
    await expect(log.remove(anna, [1])).rejects.toThrow(full);
    await expect(log.side('uses').put(anna, [[1, Buffer.of(1)]])).rejects.toThrow(full);
    expect(everything(log, anna)).toHaveLength(before);
    expect(await log.verify(anna)).toMatchObject({ ok: true, turns: before });
    free = Infinity;
    expect(await log.append(anna, say('four'))).toBe(before + 1);
    expect(await log.remove(anna, [1])).toBe(1);
  });
});
