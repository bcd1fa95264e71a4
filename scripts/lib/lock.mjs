/**
 * A lock between processes: a file that holds the owner's pid. Shared by set-up (plain Node, before anything is
 * installed) and by the model store.
 *
 * The file appears atomically with its content (link of a finished file). An owner that died leaves it behind; it is
 * then taken over. A pid counts as dead when no process has it, when the lock is older than this boot, or when it is our
 * own and we did not lock (pids repeat, in containers at every start).
 */
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Locks of this process, so that its own pid in a file can be told from a pid that came round again. */
const held = new Set();
let counter = 0;

/**
 * Waits for the lock.
 *
 * @param {string} path the lock file; its folder is made when missing
 * @param {object} [options]
 * @param {(pid: number) => void} [options.onWait] called once, when somebody else holds it
 * @param {AbortSignal} [options.signal] ends the waiting with the signal's reason
 * @param {(pid: number) => boolean} [options.isAlive]
 * @param {(ms: number) => Promise<unknown>} [options.sleep]
 * @param {number} [options.pollMs] 200 by default
 * @returns {Promise<{ release(): Promise<void> }>}
 */
export async function acquireLock(path, options = {}) {
  const { onWait, signal, isAlive = processAlive, sleep = (ms) => delay(ms), pollMs = 200 } = options;
  await mkdir(dirname(path), { recursive: true });
  const mine = `${path}.${process.pid}.${(counter += 1)}`;
  let announced = false;
  for (;;) {
    signal?.throwIfAborted();
    if (await tryCreate(path, mine)) {
      held.add(path);
      return { release: () => release(path) };
    }
    const owner = await readOwner(path);
    if (owner === undefined) continue;
    if (!ownerLives(path, owner, isAlive)) {
      await takeOver(path, isAlive);
      continue;
    }
    if (!announced) onWait?.(owner.pid);
    announced = true;
    await sleep(pollMs);
  }
}

async function tryCreate(path, mine) {
  await writeFile(mine, `${process.pid}\n`);
  try {
    await link(mine, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(mine);
  }
}

async function release(path) {
  if (!held.delete(path)) return;
  await unlink(path).catch(ignoreMissing);
}

/** @returns {Promise<{ pid: number, mtimeMs: number } | undefined>} undefined when the file went away */
async function readOwner(path) {
  try {
    const pid = Number.parseInt(await readFile(path, 'utf8'), 10);
    return { pid, mtimeMs: (await stat(path)).mtimeMs };
  } catch (error) {
    ignoreMissing(error);
    return undefined;
  }
}

function ownerLives(path, owner, isAlive) {
  const bootMs = Date.now() - uptime() * 1000;
  // Ten seconds of slack: both clocks are coarse.
  if (!(owner.pid > 0) || owner.mtimeMs < bootMs - 10_000) return false;
  if (owner.pid === process.pid) return held.has(path);
  return isAlive(owner.pid);
}

/** Two waiters may see the same dead owner; the guard lets one of them look again and remove the file. */
async function takeOver(path, isAlive) {
  const guard = `${path}.takeover`;
  try {
    await writeFile(guard, `${process.pid}\n`, { flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const left = await stat(guard).catch(ignoreMissing);
    // Removing a lock takes milliseconds: a guard that old has lost its owner.
    if (left && Date.now() - left.mtimeMs > 10_000) await unlink(guard).catch(ignoreMissing);
    await delay(20);
    return;
  }
  try {
    const owner = await readOwner(path);
    if (owner && !ownerLives(path, owner, isAlive)) await unlink(path).catch(ignoreMissing);
  } finally {
    await unlink(guard).catch(ignoreMissing);
  }
}

function processAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  return !isZombie(pid);
}

/** A killed process whose parent never asks for it keeps its pid; containers without an init are full of them. */
function isZombie(pid) {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function ignoreMissing(error) {
  if (error.code !== 'ENOENT') throw error;
}
