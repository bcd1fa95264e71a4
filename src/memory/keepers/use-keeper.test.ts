import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { LogFolder, sayAll } from '../log/log.test-helper.js';
import { userKey } from '../user-id.js';
import { UseKeeper } from './use-keeper.js';

const anna = userKey('anna');
let folder: LogFolder;

beforeEach(async () => (folder = await LogFolder.make()));
afterEach(() => folder.remove());

describe('uses that are kept', () => {
  it('survive reopening, and go with the turn', async () => {
    const first = await folder.open();
    await sayAll(first, anna, ['one', 'two', 'three']);
    const before = new UseKeeper(anna, first);
    before.uses.reinforce([1, 2, 2], 5000);
    before.uses.restore([3], 6000);
    await Promise.all([before.flush(), before.flush()]);
    await first.close();

    const second = await folder.open();
    const after = new UseKeeper(anna, second);
    expect([1, 2, 3].map((turnId) => after.uses.of(turnId))).toEqual([
      { uses: 1, lastUsedMs: 5000 },
      { uses: 2, lastUsedMs: 5000 },
      { uses: 1, lastUsedMs: 6000, restoredMs: 6000 },
    ]);
    await second.remove(anna, [2]);
    expect([1, 2].map((turnId) => after.uses.of(turnId).uses)).toEqual([1, 0]);
    await second.removeUser(anna);
    await sayAll(second, anna, ['another']);
    expect(after.uses.of(1)).toEqual({ uses: 0 });
  });

  it('are not written when there are none', async () => {
    const log = await folder.open();
    await sayAll(log, anna, ['one']);
    const keeper = new UseKeeper(anna, log);
    await keeper.flush();
    expect([...log.side('uses').range(anna, 0, 10)]).toEqual([]);
  });
});
