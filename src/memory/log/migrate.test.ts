import { randomBytes } from 'node:crypto';
import { access, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { repairLog } from '../recovery/repair.js';
import { userKey } from '../user-id.js';
import { format1Text, writeFormat1 } from './format-1.test-helper.js';
import { rollBack } from './migrate.js';
import { byHand, everything, LogFolder, noise, sayAll } from './log.test-helper.js';

let folder: LogFolder;

beforeEach(async () => {
  folder = await LogFolder.make();
});

afterEach(async () => {
  await folder.remove();
});

const anna = userKey('anna');
const database = (): string => join(folder.path, 'log.mdb');

describe('a database of format 1', () => {
  it('is brought to today’s format with every turn and number', async () => {
    await writeFormat1(folder.path, 'anna', 1234);
    const log = await folder.open();
    const turns = everything(log, anna);
    expect(turns.map(({ turnId, text }) => [turnId, text])).toEqual(
      Array.from({ length: 1234 }, (_, i) => i + 1)
        .filter((id) => id % 100 !== 0)
        .map((id) => [id, format1Text(id)]),
    );
    expect(log.head(anna)).toMatchObject({ next: 1235, turns: 1222, sealed: 1024 });
    expect(await log.verify(anna)).toMatchObject({ ok: true });
    expect(await log.append(anna, { role: 'user', text: 'new', atMs: 0 })).toBe(1235);
  });

  it('is kept until something is forgotten, and can be put back', async () => {
    await writeFormat1(folder.path, 'anna', 300);
    const before = await readFile(database());
    const log = await folder.open();
    await log.close();
    await rollBack(folder.path);
    expect(await readFile(database())).toEqual(before);
    const again = await folder.open();
    await again.remove(anna, [5]);
    await expect(access(`${database()}.format-1`)).rejects.toThrow();
    expect(await folder.filesWith(noise('5').slice(0, 20))).toEqual([]);
  });

  it('takes along, when it is put back, what was said since, in the archive as well', async () => {
    await writeFormat1(folder.path, 'anna', 300);
    const log = await folder.open();
    await sayAll(log, anna, [`later ${noise('later')}`]);
    await sayAll(log, userKey('carl'), ['somebody new']);
    await log.close();
    await rollBack(folder.path);
    expect(await folder.filesWith(noise('later').slice(0, 20))).toEqual([]);
    await (await folder.open()).close();
    await rm(database());
    expect(await repairLog(folder.path, folder.newEpoch, byHand)).toMatchObject({ ok: true });
    const again = await folder.open();
    expect(again.users()).toEqual(['anna']);
    expect(everything(again, anna)).toHaveLength(297);
  });

  it('is put back by one who is alone, and only where there is one', async () => {
    await writeFormat1(folder.path, 'anna', 30);
    // Not migrated yet: what stands there is what is wanted.
    await writeFile(`${database()}.format-1`, 'a copy that was cut short');
    const before = await readFile(database());
    await rollBack(folder.path);
    expect(await readFile(database())).toEqual(before);
    const log = await folder.open();
    await expect(rollBack(folder.path)).rejects.toMatchObject({ code: 'SLOWCAT_MEMORY_STORE' });
    await log.remove(anna, [5]);
    await log.close();
    await expect(rollBack(folder.path)).rejects.toMatchObject({ code: 'SLOWCAT_MEMORY_STORE' });
    expect(everything(await folder.open(), anna)).toHaveLength(29);
  });

  it('is brought up by one of those who open it at once, whole', async () => {
    await writeFormat1(folder.path, 'anna', 1500);
    const opened = await Promise.allSettled(Array.from({ length: 4 }, () => folder.open()));
    for (const result of opened)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'SLOWCAT_MEMORY_STORE' });
    const log = await folder.open();
    expect(everything(log, anna)).toHaveLength(1485);
    expect(await log.verify(anna)).toMatchObject({ ok: true });
  });

  it('leaves nothing of what a killed process was building', async () => {
    await writeFormat1(folder.path, 'anna', 300);
    const log = await folder.open();
    await log.close();
    await copyFile(database(), `${database()}.new`);
    await copyFile(database(), `${database()}.format-1.part`);
    const again = await folder.open();
    await again.remove(anna, [5]);
    expect(await folder.filesWith(noise('5').slice(0, 20))).toEqual([]);
  });

  it('stays as it is when its turns are not what it counts', async () => {
    await writeFormat1(folder.path, 'anna', 300, 7);
    const before = await readFile(database());
    await expect(folder.open()).rejects.toMatchObject({ code: 'SLOWCAT_MEMORY_CORRUPT' });
    expect(await readFile(database())).toEqual(before);
    expect((await folder.files()).filter((file) => file.includes('.new'))).toEqual([]);
  });
});

describe('a database of a newer format', () => {
  it('is refused and left untouched', async () => {
    await mkdir(folder.path, { recursive: true });
    const env = open({ path: database(), noSubdir: true });
    const meta = env.openDB<Buffer, Buffer>({ name: 'meta', encoding: 'binary', keyEncoding: 'binary' });
    await meta.put(Buffer.from('format'), Buffer.of(3));
    await env.openDB({ name: 'turns' }).put('x', randomBytes(9000));
    await env.close();
    const before = await readFile(database());
    await expect(folder.open()).rejects.toMatchObject({ code: 'SLOWCAT_MEMORY_FORMAT' });
    expect(await readFile(database())).toEqual(before);
  });
});
