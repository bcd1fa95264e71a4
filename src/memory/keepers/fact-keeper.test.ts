import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { LogFolder } from '../log/log.test-helper.js';
import type { SideTable, TurnLog } from '../log/turn-log.js';
import { userKey } from '../user-id.js';
import { FactKeeper } from './fact-keeper.js';

const anna = userKey('anna');
let folder: LogFolder;

beforeEach(async () => (folder = await LogFolder.make()));
afterEach(() => folder.remove());

const never = (): boolean => false;
const keeperOf = (log: TurnLog, restated: number[] = []): FactKeeper =>
  new FactKeeper(anna, { log, slice: () => never, onRestated: (older) => void restated.push(older) });
const lines = (keeper: FactKeeper): string[] => keeper.book.current().map(({ line }) => line);

function said(log: TurnLog, role: 'user' | 'assistant', text: string): Promise<number> {
  return log.append(anna, { role, text, atMs: 1000, session: 's' });
}

/** Side tables, with the turns written to them. */
function watched(log: TurnLog): number[] {
  const written: number[] = [];
  const side = log.side('facts');
  const put: SideTable['put'] = side.put.bind(side);
  side.put = (user, entries, epoch) => {
    written.push(...entries.map(([turnId]) => turnId).filter((turnId) => turnId > 0));
    return put(user, entries, epoch);
  };
  return written;
}

describe('facts that are kept', () => {
  it('survive reopening, and are read out of a turn once', async () => {
    const first = await folder.open();
    await said(first, 'user', "My dog's name is Potola.");
    await said(first, 'user', 'I live in Bergen.');
    const before = keeperOf(first);
    const writtenFirst = watched(first);
    await before.catchUp();
    expect(lines(before)).toEqual(['1|dog|Potola', '1|lives in|Bergen']);
    expect(writtenFirst).toEqual([1, 2]);
    await first.close();

    const second = await folder.open();
    const written = watched(second);
    const restated: number[] = [];
    const after = keeperOf(second, restated);
    await after.catchUp();
    expect(after.book.current()).toEqual(before.book.current());
    expect([written, restated]).toEqual([[], []]);
    await said(second, 'user', 'I moved to Oslo.');
    await said(second, 'user', "My dog's name is Potola.");
    await after.catchUp();
    expect(lines(after)).toEqual(['1|dog|Potola', '1|lives in|Oslo']);
    expect(written).toEqual([3, 4]);
    expect(restated).toEqual([1]);
  });

  it('follow a turn that another process forgets: what it replaced holds again', async () => {
    const [one, two] = [await folder.open(), await folder.open()];
    await said(one, 'user', 'I live in Bergen.');
    await said(one, 'user', 'I moved to Oslo.');
    const keeper = keeperOf(two);
    two.refresh();
    await keeper.catchUp();
    expect(lines(keeper)).toEqual(['1|lives in|Oslo']);
    await one.remove(anna, [2]);
    two.refresh();
    await keeper.catchUp();
    expect(lines(keeper)).toEqual(['1|lives in|Bergen']);
    await one.removeUser(anna);
    two.refresh();
    await keeper.catchUp();
    expect(keeper.book.all()).toEqual([]);
  });

  it('keep no word of a forgotten question in the fact that its answer stated', async () => {
    const log = await folder.open();
    await said(log, 'assistant', 'Is your dog called Zubrowka?');
    await said(log, 'user', 'Yes.');
    await said(log, 'user', "My cat's name is Felix.");
    const keeper = keeperOf(log);
    await keeper.catchUp();
    expect(lines(keeper)).toContain('1|dog|Zubrowka');
    await log.remove(anna, [1]);
    expect(await folder.filesWith('Zubrowka')).toEqual([]);
    await keeper.catchUp();
    expect(lines(keeper)).toEqual(['1|cat|Felix']);
    expect(await folder.filesWith('Zubrowka')).toEqual([]);
    // What was read again is kept: the next process has nothing to do.
    const written = watched(log);
    const next = keeperOf(log);
    await next.catchUp();
    expect([lines(next), written]).toEqual([['1|cat|Felix'], []]);
  });

  it('are not written when the turn they come from is forgotten meanwhile', async () => {
    const log = await folder.open();
    await said(log, 'user', "My dog's name is Zubrowka.");
    const keeper = keeperOf(log);
    const side = log.side('facts');
    const put = side.put.bind(side);
    let forgets: Promise<unknown> | undefined;
    side.put = async (user, entries, epoch) => {
      forgets ??= log.remove(anna, [1]);
      await forgets;
      return put(user, entries, epoch);
    };
    await keeper.catchUp();
    expect(lines(keeper)).toEqual([]);
    expect([...side.range(anna, 1, 10)]).toEqual([]);
    expect(await folder.filesWith('Zubrowka')).toEqual([]);
  });

  it('are read out of the turn again when their record is damaged', async () => {
    const log = await folder.open();
    await said(log, 'user', "My dog's name is Potola.");
    await keeperOf(log).catchUp();
    await log.side('facts').put(anna, [[1, Buffer.from('nonsense')]]);
    const keeper = keeperOf(log);
    await keeper.catchUp();
    expect(lines(keeper)).toEqual(['1|dog|Potola']);
  });
});
