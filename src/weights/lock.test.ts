import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { acquireLock } from '../../scripts/lib/lock.mjs';
import { temporaryFolder } from './fake-python.test-helper.js';
import { withLock } from './lock.js';

describe('acquireLock', () => {
  it('lets one in at a time, in no matter how many hands', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'deep', 'lock');
    let inside = 0;
    let most = 0;
    const visits = Array.from({ length: 8 }, async () => {
      const lock = await acquireLock(path, { pollMs: 1 });
      inside += 1;
      most = Math.max(most, inside);
      await new Promise(setImmediate);
      inside -= 1;
      await lock.release();
      await lock.release();
    });
    await Promise.all(visits);
    expect(most).toBe(1);
    expect(await readdir(join(folder.path, 'deep'))).toEqual([]);
  });

  it('takes over from a process that died, one waiter only', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    await writeFile(path, '12345\n');
    let inside = 0;
    await Promise.all(
      [1, 2, 3].map(async () => {
        const lock = await acquireLock(path, { isAlive: () => false, pollMs: 1 });
        expect((inside += 1)).toBe(1);
        await new Promise(setImmediate);
        inside -= 1;
        await lock.release();
      }),
    );
  });

  it('finds out by itself that the owner died', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    const gone = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => gone.on('close', resolve));
    await writeFile(path, `${gone.pid}\n`);
    const lock = await acquireLock(path);
    expect(await readFile(path, 'utf8')).toBe(`${process.pid}\n`);
    await lock.release();
  });

  it.skipIf(process.platform !== 'linux')('does not wait for a zombie (Linux only)', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    // The shell becomes a program that never asks how its child ended.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 30'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const pid = await new Promise<string>((resolve) =>
        parent.stdout.once('data', (text: Buffer) => resolve(text.toString().trim())),
      );
      await vi.waitFor(async () => expect(await readFile(`/proc/${pid}/stat`, 'utf8')).toContain(') Z'), {
        timeout: 5000,
      });
      await writeFile(path, `${pid}\n`);
      await (await acquireLock(path)).release();
    } finally {
      parent.kill();
    }
  });

  it('does not take its own pid in an old file for itself', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    await writeFile(path, `${process.pid}\n`);
    const lock = await acquireLock(path);
    await lock.release();
    expect(existsSync(path)).toBe(false);
  });

  it('does not wait for a lock from before this boot, or one that is not a lock', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    await writeFile(path, '1\n');
    await utimes(path, 1000, 1000);
    await (await acquireLock(path)).release();
    await writeFile(path, 'garbage');
    await (await acquireLock(path)).release();
  });

  it('says once whom it waits for, and gets the lock when that one is done', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    await writeFile(path, '12345\n');
    const waits: number[] = [];
    let alive = 3;
    const lock = await acquireLock(path, {
      isAlive: () => (alive -= 1) > 0,
      onWait: (pid) => waits.push(pid),
      pollMs: 1,
    });
    expect(waits).toEqual([12345]);
    await lock.release();
  });

  it('stops waiting when aborted', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    await writeFile(path, '12345\n');
    const abort = new AbortController();
    const why = new Error('enough');
    const waiting = acquireLock(path, {
      isAlive: () => true,
      signal: abort.signal,
      pollMs: 1,
      onWait: () => abort.abort(why),
    });
    await expect(waiting).rejects.toBe(why);
    expect(await readFile(path, 'utf8')).toBe('12345\n');
  });
});

describe('withLock', () => {
  it('gives the lock back when the work fails', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lock');
    const fault = new Error('no');
    await expect(withLock(path, () => Promise.reject(fault))).rejects.toBe(fault);
    expect(await withLock(path, () => Promise.resolve('yes'))).toBe('yes');
  });

  it('says where the lock was to be when it cannot be made', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'a'));
    await writeFile(join(folder.path, 'a', 'file'), '');
    await expect(
      withLock(join(folder.path, 'a', 'file', 'lock'), () => Promise.resolve()),
    ).rejects.toMatchObject({
      code: 'SLOWCAT_SETUP_LOCKED',
    });
  });
});
