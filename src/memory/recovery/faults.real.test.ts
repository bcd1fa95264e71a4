import { chmod, copyFile, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startChild } from '../log/child.test-helper.js';
import { byHand, everything, LogFolder, noise, sayAll } from '../log/log.test-helper.js';
import { userKey } from '../user-id.js';
import { repairLog } from './repair.js';

/** Damage of all kinds, met by processes of their own, because LMDB may end the process that meets it. */

const flips = Number(process.env['SLOWCAT_FLIPS'] ?? 8);
const anna = userKey('anna');
let folder: LogFolder;

beforeEach(async () => {
  folder = await LogFolder.make();
});

afterEach(async () => {
  await chmod(folder.path, 0o700).catch(() => undefined);
  await folder.remove();
});

async function fill(count: number): Promise<{ texts: string[]; head: string }> {
  const log = await folder.open();
  await sayAll(
    log,
    anna,
    Array.from({ length: count }, (_, i) => `${i} ${noise(String(i))}`),
  );
  await log.settle();
  const state = {
    texts: everything(log, anna).map(({ text }) => text),
    head: log.proofHead(anna).toString('hex'),
  };
  await log.close();
  return state;
}

/** Reads everything; what it finds or the code of the error. */
const reader = `
  try {
    const log = await open();
    for (const id of log.users()) print('user ' + id);
    for (const { text } of log.range(anna, 1, Infinity)) print('text ' + text);
    print('verified ' + (await log.verify(anna)).ok);
    await log.append(anna, { role: 'user', text: 'one more', atMs: 0 });
    await log.close();
  } catch (error) { coded(error); process.exit(0); }
`;

describe('a memory on bad hardware', () => {
  it(
    'answers right or says that it is damaged, wherever bytes have flipped, and is repaired',
    { timeout: 600_000 },
    async () => {
      const state = await fill(700);
      const database = join(folder.path, 'log.mdb');
      const good = await readFile(database);
      const path = `${database}.good`;
      await copyFile(database, path);
      const archive = join(folder.path, 'archive');
      const goodArchive = join(folder.path, 'archive.good');
      await cp(archive, goodArchive, { recursive: true });
      let found = 0;
      for (let flip = 0; flip < flips; flip++) {
        const bytes = Buffer.from(good);
        // The first pages have most of the structure; the rest is met now and then.
        const region = flip % 2 === 0 ? Math.min(bytes.length, 12 * 4096) : bytes.length;
        for (let i = 0; i < 1 + (flip % 8); i++) {
          const at = (flip * 7_919 + i * 104_729 + ((flip * 2_654_435_761) % 4096)) % region;
          bytes[at]! ^= 1 << ((flip + i) % 8);
        }
        await writeFile(database, bytes);
        const child = startChild(folder.path, reader);
        expect([flip, await child.over]).toEqual([flip, 0]);
        const error = child.lines.find((line) => line.startsWith('error '));
        if (error === undefined) {
          expect(child.lines.filter((line) => line.startsWith('text '))).toEqual(
            state.texts.map((text) => `text ${text}`),
          );
        } else {
          expect(error).toBe('error SLOWCAT_MEMORY_CORRUPT');
          found++;
        }
        // The reader has stored and archived one more turn, which belongs to no database that is left.
        await writeFile(database, bytes);
        await rm(archive, { recursive: true });
        await cp(goodArchive, archive, { recursive: true });
        const report = await repairLog(folder.path, folder.newEpoch, byHand);
        const log = await folder.open();
        const texts = everything(log, anna).map(({ text }) => text);
        expect([flip, report.ok, texts.length]).toEqual([flip, true, state.texts.length]);
        expect(texts).toEqual(state.texts);
        expect(await log.verify(anna)).toMatchObject({ ok: true });
        await log.close();
      }
      expect(found).toBeGreaterThan(0);
    },
  );

  it('says so when the disk is full, and loses nothing', async () => {
    const child = startChild(
      folder.path,
      `
      process.on('SIGXFSZ', () => undefined);
      const log = await open();
      for (let i = 0; ; i++) {
        try {
          await log.append(anna, { role: 'user', text: 'said ' + i + ' ' + 'x'.repeat(3000), atMs: i });
          print('said ' + i);
        } catch (error) { coded(error); break; }
      }
      print('still ' + log.range(anna, 1, Infinity).length);
      // LMDB's native part is not to be trusted to end in peace after a commit that failed.
      process.kill(process.pid, 'SIGKILL');
      `,
      'ulimit -f 1000',
    );
    await child.over;
    const said = child.lines.filter((line) => line.startsWith('said '));
    expect(said.length).toBeGreaterThan(10);
    expect(child.lines).toContain('error SLOWCAT_MEMORY_FULL');
    expect(child.lines.at(-1)).toBe(`still ${said.length}`);
    const log = await folder.open();
    expect(everything(log, anna).map(({ text }) => text.split(' x')[0])).toEqual(said);
    expect(await log.append(anna, { role: 'user', text: 'goes on', atMs: 0 })).toBe(said.length + 1);
    await log.close();
  });

  it.skipIf(process.getuid?.() === 0)('says so when the folder is read-only', async () => {
    await fill(10);
    await rm(join(folder.path, 'open'), { recursive: true });
    await chmod(folder.path, 0o500);
    await chmod(join(folder.path, 'log.mdb'), 0o400);
    await expect(folder.open()).rejects.toMatchObject({ code: 'SLOWCAT_MEMORY_STORE' });
  });
});
