import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startChild, type Child } from './log/child.test-helper.js';
import { format1Text, writeFormat1 } from './log/format-1.test-helper.js';
import { noise } from './log/log.test-helper.js';
import { openMemory, type StoredTurn, type UserMemory } from './memory.js';

/** What a disk and an operating system may refuse, met through the door, by processes of their own. */

const door = new URL('./memory.ts', import.meta.url).href;
let dataDir: string;
const folder = (): string => join(dataDir, 'memory');
const database = (): string => join(folder(), 'log.mdb');

beforeEach(async () => (dataDir = await mkdtemp(join(tmpdir(), 'slowcat-bad-'))));
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** Runs a script with `openDoor` and `memory` of the folder; what throws is printed by its code. */
function child(script: string, limit?: string): Child {
  const whole = `
    process.on('SIGXFSZ', () => undefined);
    const { openMemory } = await import(${JSON.stringify(door)});
    const openDoor = () => openMemory({ dataDir: ${JSON.stringify(dataDir)} });
    try { ${script} } catch (error) { coded(error); }
    // LMDB's native part is not to be trusted to end in peace after a commit that failed.
    process.kill(process.pid, 'SIGKILL');
  `;
  return startChild(folder(), whole, limit);
}

async function all(user: UserMemory): Promise<StoredTurn[]> {
  const turns: StoredTurn[] = [];
  for await (const turn of user.export()) turns.push(turn);
  return turns;
}

/** A memory of so many turns, closed. */
async function fill(count: number): Promise<void> {
  const memory = await openMemory({ dataDir });
  const texts = Array.from({ length: count }, (_, i) => `${i} ${noise(`turn ${i}`, 1500)}`);
  await memory.user('anna').importTurns(texts.map((text) => ({ role: 'user', text })));
  await memory.close();
}

/** Bytes that a file may have, for `ulimit -f`, which counts in 1024. */
const upTo = (bytes: number): string => `ulimit -f ${Math.ceil(bytes / 1024)}`;

async function bytesOfAll(): Promise<Map<string, Buffer>> {
  const names = (await readdir(folder(), { recursive: true })).sort();
  const files = new Map<string, Buffer>();
  for (const name of names) {
    const path = join(folder(), name);
    if ((await stat(path)).isFile() && !name.endsWith('-lock')) files.set(name, await readFile(path));
  }
  return files;
}

/** A disk of so many MiB at the data folder, where this process may have one. */
function mountSmall(mebibytes: number): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'none', dataDir]).status === 0;
}

describe('a disk that fills up', () => {
  afterEach(() => void spawnSync('umount', [dataDir]));

  it('refuses turns by a code of its own; all else goes on, and so do turns when there is room', async (context) => {
    if (!mountSmall(24)) context.skip();
    const running = startChild(
      folder(),
      `
      const { openMemory } = await import(${JSON.stringify(door)});
      const memory = await openMemory({ dataDir: ${JSON.stringify(dataDir)} });
      const user = memory.user('anna');
      try {
        for (let i = 0; ; i++) {
          await user.remember({ role: 'user', text: 'My boat ' + i + ' is called ' + 'x'.repeat(30_000) });
          print('said ' + i);
        }
      } catch (error) { coded(error); }
      const { items } = await user.recall('boat', { deadlineMs: 1e6, depth: 'deep' });
      print('recalled ' + (items.length > 0));
      await user.facts().catch(coded);
      await user.reinforce([1]).catch(coded);
      await user.forget({ turnIds: [2] }).catch(coded);
      let turns = 0;
      for await (const turn of user.export()) turns += turn.text.startsWith('My boat') ? 1 : 0;
      print('exported ' + turns);
      await memory.close();
      print('closed');
      `,
    );
    expect(await running.over).toBe(0);
    const said = running.lines.filter((line) => line.startsWith('said ')).length;
    expect(said).toBeGreaterThan(10);
    const errors = running.lines.filter((line) => line.startsWith('error '));
    expect(new Set(errors)).toEqual(new Set(['error SLOWCAT_MEMORY_FULL']));
    expect(running.lines).toEqual(expect.arrayContaining(['recalled true', `exported ${said}`, 'closed']));
    spawnSync('mount', ['-o', 'remount,size=100m', dataDir]);
    const memory = await openMemory({ dataDir });
    const user = memory.user('anna');
    expect(await all(user)).toHaveLength(said);
    expect(await user.remember({ role: 'user', text: 'goes on' })).toMatchObject({ turnId: said + 1 });
    expect(await user.forget({ turnIds: [2] })).toBe(1);
    expect(await user.verify()).toMatchObject({ ok: true, turns: said });
    await memory.close();
  });
});

/**
 * Writes that fail in the middle, by a limit on the size of files. LMDB may end the process that meets one, or say
 * that it failed without the reason; what counts is what is there afterwards.
 */
const refused = /^error SLOWCAT_MEMORY_(FULL|STORE)$/;

describe('a write that fails in the middle', () => {
  it('stops a forgetting half-way by a code, and the next process ends it', async () => {
    await fill(600);
    const secret = noise('turn 70', 1500).slice(100, 130);
    const running = child(
      `
      const user = (await openDoor()).user('anna');
      print('forgot ' + (await user.forget({ turnIds: [71] })));
      `,
      upTo((await stat(database())).size),
    );
    await running.over;
    for (const line of running.lines) expect(line).toMatch(refused);
    const memory = await openMemory({ dataDir });
    const user = memory.user('anna');
    // Whether or not its commit went through: it is asked for again, and then gone.
    expect(await user.forget({ turnIds: [71] })).toBeLessThanOrEqual(1);
    expect((await all(user)).map(({ turnId }) => turnId)).toEqual(
      Array.from({ length: 600 }, (_, i) => i + 1).filter((turnId) => turnId !== 71),
    );
    expect(await user.verify()).toMatchObject({ ok: true, turns: 599 });
    await memory.close();
    for (const [name, bytes] of await bytesOfAll())
      expect([name, bytes.includes(secret)]).toEqual([name, false]);
  });

  it('leaves an old database as it was when there is no room for the new one', async () => {
    await writeFormat1(folder(), 'anna', 1500);
    const before = await readFile(database());
    const running = child(`await openDoor(); print('opened');`, 'ulimit -f 60');
    await running.over;
    for (const line of running.lines) expect(line).toMatch(refused);
    expect((await readFile(database())).equals(before)).toBe(true);
    const memory = await openMemory({ dataDir });
    expect((await all(memory.user('anna'))).map(({ text }) => text)).toEqual(
      Array.from({ length: 1500 }, (_, i) => i + 1)
        .filter((turnId) => turnId % 100 !== 0)
        .map(format1Text),
    );
    await memory.close();
  });

  it('leaves a memory that is repaired repairable', async () => {
    await fill(900);
    await rm(database());
    const repair = `
      const { repairMemory } = await import(${JSON.stringify(door)});
      print('repaired ' + (await repairMemory({ dataDir: ${JSON.stringify(dataDir)} })).ok);
    `;
    const running = child(repair, 'ulimit -f 400');
    await running.over;
    for (const line of running.lines) expect(line).toMatch(refused);
    const again = child(repair);
    await again.over;
    expect(again.lines).toEqual(['repaired true']);
    const memory = await openMemory({ dataDir });
    expect(await memory.user('anna').verify()).toMatchObject({ ok: true, turns: 900 });
    await memory.close();
  });
});

describe('a folder of somebody else', () => {
  it('is refused by a code, to open and to repair, and left as it is', async () => {
    await fill(30);
    const before = await bytesOfAll();
    // Everybody may read, the owner alone may write; nobody is who root becomes, and who is not root makes it read-only.
    await chmod(dirname(folder()), 0o755);
    await chmod(folder(), 0o555);
    await chmod(database(), 0o444);
    const running = child(`
      if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
      const { repairMemory } = await import(${JSON.stringify(door)});
      await openDoor().then(() => print('opened'), coded);
      await repairMemory({ dataDir: ${JSON.stringify(dataDir)} }).then(() => print('repaired'), coded);
    `);
    await running.over;
    expect(running.lines[0]).toBe('error SLOWCAT_MEMORY_STORE');
    if (process.getuid?.() === 0) expect(running.lines[1]).toBe('error SLOWCAT_MEMORY_STORE');
    await chmod(folder(), 0o700);
    await chmod(database(), 0o600);
    expect(await bytesOfAll()).toEqual(before);
    const memory = await openMemory({ dataDir });
    expect(await memory.user('anna').verify()).toMatchObject({ ok: true, turns: 30 });
    await memory.close();
  });
});
