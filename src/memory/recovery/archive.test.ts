import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { noise } from '../log/log.test-helper.js';
import { userKey } from '../user-id.js';
import { Archive } from './archive.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slowcat-archive-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const { prefix } = userKey('anna');
const payload = (what: string, length: number): Buffer => Buffer.from(noise(what, length));
const group = (count: number, what = 'a'): (Buffer | undefined)[] =>
  Array.from({ length: 10 }, (_, i) => (i < count ? payload(`${what}${i}`, 900 + 70 * i) : undefined));
const place = (): string => join(folder, 'archive', prefix.toString('hex'));

describe('an archive', () => {
  it('gives back a group when any four of its files are lost or damaged', async () => {
    const archive = new Archive(join(folder, 'archive'));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 10 }),
        fc.uniqueArray(fc.nat(13), { maxLength: 4 }),
        fc.boolean(),
        async (count, hit, isLost) => {
          await archive.write(prefix, 0, group(count));
          const names = (await readdir(place())).sort();
          const hitNames = names.filter((name) => hit.includes(Number(name.slice(7, 9))));
          for (const name of hitNames) {
            const path = join(place(), name);
            const bytes = await readFile(path);
            bytes[bytes.length >> 1]! ^= 4;
            await (isLost ? rm(path) : writeFile(path, bytes));
          }
          const { payloads, lost, badFiles } = await archive.read(prefix, 0);
          expect(payloads).toEqual(group(count));
          expect(lost).toEqual([]);
          expect(badFiles).toHaveLength(hitNames.length);
          expect(await archive.write(prefix, 0, payloads)).toBe(hitNames.length);
          expect((await archive.read(prefix, 0)).badFiles).toEqual([]);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('says what is lost when there is too little left', async () => {
    const archive = new Archive(join(folder, 'archive'));
    await archive.write(prefix, 3, group(10));
    for (const index of ['00', '04', '05', '09', '12']) await rm(join(place(), `000003-${index}.piece`));
    const { payloads, lost } = await archive.read(prefix, 3);
    expect(lost).toEqual([0, 4, 5, 9]);
    expect(payloads[1]).toEqual(group(10)[1]);
  });

  it('survives a write that was cut short, with pieces of two times', async () => {
    const archive = new Archive(join(folder, 'archive'));
    await archive.write(prefix, 0, group(6));
    const old = await Promise.all([11, 12, 13].map((i) => readFile(join(place(), `000000-${i}.piece`))));
    const newer = [...group(6)];
    newer[5] = payload('newer', 2000);
    newer[6] = payload('next', 100);
    await archive.write(prefix, 0, newer);
    await Promise.all([11, 12, 13].map((i) => writeFile(join(place(), `000000-${i}.piece`), old[i - 11]!)));
    await rm(join(place(), '000000-02.piece'));
    const { payloads, badFiles } = await archive.read(prefix, 0);
    expect(payloads).toEqual(newer);
    expect(badFiles).toEqual([2, 11, 12, 13]);
  });

  it('writes only what differs, for its owner alone', async () => {
    const archive = new Archive(join(folder, 'archive'));
    expect(await archive.write(prefix, 0, group(10))).toBe(14);
    expect(await archive.write(prefix, 0, group(10))).toBe(0);
    const changed = group(10);
    changed[3] = payload('changed', 500);
    expect(await archive.write(prefix, 0, changed)).toBe(5);
    expect((await stat(join(place(), '000000-03.piece'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'archive'))).mode & 0o777).toBe(0o700);
    expect(await archive.groups(prefix)).toEqual([0]);
    expect(await archive.users()).toEqual([prefix]);
  });
});
