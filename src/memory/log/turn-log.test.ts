import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { userKey } from '../user-id.js';
import { TurnLog } from './turn-log.js';

let folder: string;
let logs: TurnLog[];
let epochs = 0;

async function openLog(): Promise<TurnLog> {
  const log = await TurnLog.open(join(folder, 'memory'), () => `epoch ${++epochs}`);
  logs.push(log);
  return log;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slowcat-log-'));
  logs = [];
});

afterEach(async () => {
  await Promise.all(logs.map((log) => log.close()));
  await rm(folder, { recursive: true, force: true });
});

const anna = userKey('anna');
const ben = userKey('ben');
const say = (text: string, atMs = 0) => ({ role: 'user' as const, text, atMs });

describe('TurnLog', () => {
  it('numbers turns from 1 in the order of the calls, each user apart, also when calls overlap', async () => {
    const log = await openLog();
    const calls = Array.from({ length: 2000 }, (_, i) => log.append(i % 2 ? anna : ben, say(`turn ${i}`)));
    const ids = await Promise.all(calls);
    expect(ids).toEqual(Array.from({ length: 2000 }, (_, i) => 1 + Math.floor(i / 2)));
    expect(log.range(anna, 1, Infinity).map(({ text }) => text)).toEqual(
      Array.from({ length: 1000 }, (_, i) => `turn ${2 * i + 1}`),
    );
    expect(log.head(ben)).toMatchObject({ id: 'ben', next: 1001, turns: 1000 });
    expect(log.users()).toEqual(['anna', 'ben']);
  });

  it('keeps everything over closing and opening', async () => {
    const first = await openLog();
    await first.append(anna, say('hello', 5));
    await first.close();
    const second = await openLog();
    expect(second.range(anna, 1, 10)).toEqual([{ turnId: 1, role: 'user', text: 'hello', atMs: 5 }]);
    expect(await second.append(anna, say('again'))).toBe(2);
  });

  it('reads parts of the log', async () => {
    const log = await openLog();
    await Promise.all(['a', 'b', 'c', 'd'].map((text) => log.append(anna, say(text))));
    expect(log.range(anna, 2, 4).map(({ text }) => text)).toEqual(['b', 'c']);
    expect(log.range(anna, 2, Infinity, 1).map(({ text }) => text)).toEqual(['b']);
    expect(log.turn(anna, 4)?.text).toBe('d');
    expect(log.turn(anna, 5)).toBeUndefined();
    expect(log.turn(ben, 1)).toBeUndefined();
  });

  it('lets nobody but the owner read the files', async () => {
    await mkdir(join(folder, 'memory'), { mode: 0o755 });
    await openLog();
    const mode = async (path: string): Promise<number> => (await stat(join(folder, path))).mode & 0o777;
    expect(await mode('memory')).toBe(0o700);
    expect(await mode('memory/log.mdb')).toBe(0o600);
    expect(await mode('memory/log.mdb-lock')).toBe(0o600);
  });

  it('forgets turns without a trace in the file and keeps the others', async () => {
    const log = await openLog();
    // Two users in turn make LMDB split pages, which leaves copies in gaps; long texts go to pages of their own.
    const secret = (i: number): boolean => i % 7 === 0;
    const text = (i: number): string =>
      `${secret(i) ? 'forgetme' : 'keepme'}-${i} ${'lorem ipsum '.repeat(i % 50 === 0 ? 900 : i % 9)}`;
    await Promise.all(Array.from({ length: 1500 }, (_, i) => log.append(i % 2 ? anna : ben, say(text(i)))));
    expect(await bytesOf('forgetme')).toBeGreaterThan(0);

    for (const user of [anna, ben]) {
      const turns = log.range(user, 1, Infinity).filter((turn) => turn.text.startsWith('forgetme'));
      expect(await log.remove(user, [...turns.map(({ turnId }) => turnId), 9999])).toBe(turns.length);
    }
    expect(await bytesOf('forgetme')).toBe(0);
    const left = [...log.range(anna, 1, Infinity), ...log.range(ben, 1, Infinity)];
    expect(left.map((turn) => turn.text).sort()).toEqual(
      Array.from({ length: 1500 }, (_, i) => i)
        .filter((i) => !secret(i))
        .map(text)
        .sort(),
    );
    expect(log.head(anna)?.turns).toBe(log.range(anna, 1, Infinity).length);
  });

  it('forgets a user with id and all, and numbers anew in a new epoch', async () => {
    const log = await openLog();
    await Promise.all(
      Array.from({ length: 300 }, (_, i) => log.append(userKey('carla-the-third'), say(`secret ${i}`))),
    );
    await log.append(ben, say('stays'));
    const epoch = log.head(userKey('carla-the-third'))?.epoch;
    expect(await log.removeUser(userKey('carla-the-third'))).toBe(300);
    expect(log.users()).toEqual(['ben']);
    expect(await bytesOf('carla-the-third')).toBe(0);
    expect(await bytesOf('secret ')).toBe(0);
    expect(await log.append(userKey('carla-the-third'), say('new'))).toBe(1);
    expect(log.head(userKey('carla-the-third'))?.epoch).not.toBe(epoch);
    expect(log.range(ben, 1, Infinity)).toHaveLength(1);
  });

  it('keeps what is said while it forgets', async () => {
    const log = await openLog();
    await Promise.all(Array.from({ length: 200 }, (_, i) => log.append(anna, say(`old ${i}`))));
    const forgetting = log.remove(
      anna,
      Array.from({ length: 200 }, (_, i) => i + 1),
    );
    const ids: number[] = [];
    for (let i = 0; i < 30; i++) ids.push(await log.append(i % 2 ? anna : ben, say(`new ${i}`)));
    expect(await forgetting).toBe(200);
    expect(log.range(anna, 1, Infinity).map(({ text }) => text)).toEqual(
      Array.from({ length: 15 }, (_, i) => `new ${2 * i + 1}`),
    );
    expect(log.range(ben, 1, Infinity)).toHaveLength(15);
    expect(log.head(anna)).toMatchObject({ turns: 15, next: 216 });
  });

  it('changes the epoch when turns are forgotten and only then', async () => {
    const log = await openLog();
    await log.append(anna, say('a'));
    const epoch = log.head(anna)?.epoch;
    await log.append(anna, say('b'));
    expect(log.head(anna)?.epoch).toBe(epoch);
    await log.remove(anna, [1]);
    expect(log.head(anna)).toMatchObject({ next: 3, turns: 1 });
    expect(log.head(anna)?.epoch).not.toBe(epoch);
  });

  it('finishes open writes when it is closed, and refuses later ones', async () => {
    const log = await openLog();
    const write = log.append(anna, say('last words'));
    await Promise.all([log.close(), log.close()]);
    expect(await write).toBe(1);
    await expect(log.append(anna, say('too late'))).rejects.toMatchObject({ code: 'SLOWCAT_MEMORY_CLOSED' });
    await expect(log.remove(anna, [1])).rejects.toMatchObject({ code: 'SLOWCAT_MEMORY_CLOSED' });
    expect(() => log.users()).toThrow(expect.objectContaining({ code: 'SLOWCAT_MEMORY_CLOSED' }));
    expect((await openLog()).range(anna, 1, 2)).toHaveLength(1);
  });

  it('says that the store is at fault when the folder cannot be made', async () => {
    await writeFile(join(folder, 'memory'), 'in the way');
    await expect(openLog()).rejects.toMatchObject({ code: 'SLOWCAT_MEMORY_STORE' });
  });
});

/** How often a text stands in the raw file. */
async function bytesOf(text: string): Promise<number> {
  const file = await readFile(join(folder, 'memory', 'log.mdb'));
  let count = 0;
  for (let at = file.indexOf(text); at >= 0; at = file.indexOf(text, at + 1)) count++;
  return count;
}
