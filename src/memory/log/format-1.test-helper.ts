import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { open } from 'lmdb';

import { userKey } from '../user-id.js';
import { noise } from './log.test-helper.js';
import { encodeTurn } from './turn-record.js';

export const format1Text = (turnId: number): string => `${turnId} ${noise(String(turnId))}`;

/** Writes what format 1 wrote of a user; turns whose number is divisible by 100 were forgotten. */
export async function writeFormat1(
  folder: string,
  id: string,
  count: number,
  counted = count - Math.floor(count / 100),
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const user = userKey(id);
  const env = open({ path: join(folder, 'log.mdb'), noSubdir: true, overlappingSync: false });
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
    const key = Buffer.concat([user.prefix, Buffer.alloc(4)]);
    key.writeUInt32BE(turnId, 16);
    const record = encodeTurn({ role: 'user', text: format1Text(turnId), atMs: turnId });
    record[0] = 1;
    writes.push(turns.put(key, record));
  }
  writes.push(heads.put(user.prefix, { id, next: count + 1, turns: counted, bytes: 5, epoch: 'e' }, 1));
  await Promise.all(writes);
  await env.close();
}
