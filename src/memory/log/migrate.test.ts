import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { rollBack } from './migrate.js';
import { userKey } from '../user-id.js';
import { everything, LogFolder, noise } from './log.test-helper.js';
import { encodeTurn } from './turn-record.js';

let folder: LogFolder;

beforeEach(async () => {
  folder = await LogFolder.make();
});

afterEach(async () => {
  await folder.remove();
});

const anna = userKey('anna');
const database = (): string => join(folder.path, 'log.mdb');

/** Writes what format 1 wrote; turns whose number is divisible by 100 were forgotten. */
async function writeFormat1(count: number, counted = count - Math.floor(count / 100)): Promise<void> {
  await mkdir(folder.path, { recursive: true });
  const env = open({ path: database(), noSubdir: true, overlappingSync: false });
  const heads = env.openDB<object, Buffer>({
    name: 'users',
    encoding: 'msgpack',
    keyEncoding: 'binary',
    useVersions: true,
  });
  const turns = env.openDB<Buffer, Buffer>({ name: 'turns', encoding: 'binary', keyEncoding: 'binary' });
  const writes: Promise<boolean>[] = [];
  for (let turnId = 1; turnId <= count; turnId++) {
    if (turnId % 100 === 0) continue;
    const key = Buffer.concat([anna.prefix, Buffer.alloc(4)]);
    key.writeUInt32BE(turnId, 16);
    const record = encodeTurn({ role: 'user', text: `${turnId} ${noise(String(turnId))}`, atMs: turnId });
    record[0] = 1;
    writes.push(turns.put(key, record));
  }
  writes.push(
    heads.put(anna.prefix, { id: 'anna', next: count + 1, turns: counted, bytes: 5, epoch: 'e' }, 1),
  );
  await Promise.all(writes);
  await env.close();
}

describe('a database of format 1', () => {
  it('is brought to today’s format with every turn and number', async () => {
    await writeFormat1(1234);
    const log = await folder.open();
    const turns = everything(log, anna);
    expect(turns.map(({ turnId, text }) => [turnId, text])).toEqual(
      Array.from({ length: 1234 }, (_, i) => i + 1)
        .filter((id) => id % 100 !== 0)
        .map((id) => [id, `${id} ${noise(String(id))}`]),
    );
    expect(log.head(anna)).toMatchObject({ next: 1235, turns: 1222, sealed: 1024 });
    expect(await log.verify(anna)).toMatchObject({ ok: true });
    expect(await log.append(anna, { role: 'user', text: 'new', atMs: 0 })).toBe(1235);
  });

  it('is kept until something is forgotten, and can be put back', async () => {
    await writeFormat1(300);
    const before = await readFile(database());
    const log = await folder.open();
    await log.close();
    await rollBack(database());
    expect(await readFile(database())).toEqual(before);
    const again = await folder.open();
    await again.remove(anna, [5]);
    await expect(access(`${database()}.format-1`)).rejects.toThrow();
    expect(await folder.filesWith(noise('5').slice(0, 20))).toEqual([]);
  });

  it('stays as it is when its turns are not what it counts', async () => {
    await writeFormat1(300, 7);
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
