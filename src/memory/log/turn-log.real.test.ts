import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openMemory, type StoredTurn, type UserMemory } from '../memory.js';

/** Other processes on the same log: killed while they write, or writing at the same time. */

const door = new URL('../memory.ts', import.meta.url).href;
/** Remembers turn after turn and prints each one's text when it is acknowledged. */
const writer = (prefix: string, count: number): string => `
  const { openMemory } = await import(${JSON.stringify(door)});
  const memory = await openMemory({ dataDir: process.env.DATA_DIR });
  const user = memory.user('default');
  for (let i = 0; i < ${count}; i++) {
    const text = '${prefix} ' + i;
    await user.remember({ role: 'user', text });
    process.stdout.write(text + '\\n');
  }
  await memory.close();
`;

let dataDir: string;
let children: ChildProcess[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'slowcat-kill-'));
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

/** Starts a writer; `lines` fills with what it has acknowledged. */
function start(
  prefix: string,
  count: number,
): { child: ChildProcess; lines: string[]; over: Promise<unknown> } {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', writer(prefix, count)],
    {
      cwd: join(import.meta.dirname, '../../..'),
      env: { ...process.env, DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  children.push(child);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  return { child, lines, over: Promise.all([once(child, 'exit'), once(reader, 'close')]) };
}

async function all(user: UserMemory): Promise<StoredTurn[]> {
  const turns: StoredTurn[] = [];
  for await (const turn of user.export()) turns.push(turn);
  return turns;
}

describe('the log and other processes', () => {
  it('loses nothing acknowledged when its process is killed, 20 times over', async () => {
    const acknowledged: string[] = [];
    for (let kill = 0; kill < 20; kill++) {
      const { child, lines, over } = start(`run ${kill}`, 1e9);
      // Killed after a different number of acknowledgements each time, at whatever the writer is doing then.
      const wanted = 1 + ((kill * 7) % 23);
      while (lines.length < wanted) await once(child.stdout!, 'data');
      child.kill('SIGKILL');
      await over;
      acknowledged.push(...lines);
    }
    const memory = await openMemory({ dataDir });
    const turns = await all(memory.user('default'));
    const texts = turns.map(({ text }) => text);
    // A turn may be stored whose acknowledgement was still on its way: at most one a kill.
    expect(texts.filter((text) => acknowledged.includes(text))).toEqual(acknowledged);
    expect(texts.length - acknowledged.length).toBeLessThanOrEqual(20);
    expect(turns.map(({ turnId }) => turnId)).toEqual(turns.map((_, i) => i + 1));
    expect(await memory.user('default').remember({ role: 'user', text: 'still writable' })).toMatchObject({
      stored: true,
      turnId: turns.length + 1,
    });
    await memory.close();
  });

  it('keeps every turn of three processes that write for one user at once, and sees them at once', async () => {
    const memory = await openMemory({ dataDir });
    const user = memory.user('default');
    const writers = [start('left', 60), start('right', 60)];
    const ours = (async () => {
      for (let i = 0; i < 60; i++) await user.remember({ role: 'user', text: `ours ${i}` });
    })();
    await Promise.all([ours, ...writers.map(({ over }) => over)]);
    const turns = await all(user);
    expect(turns.map(({ turnId }) => turnId)).toEqual(Array.from({ length: 180 }, (_, i) => i + 1));
    for (const who of ['ours', 'left', 'right']) {
      const texts = turns.map(({ text }) => text).filter((text) => text.startsWith(who));
      expect(texts).toEqual(Array.from({ length: 60 }, (_, i) => `${who} ${i}`));
    }
    const { items } = await user.recall('What did left 59 say?', { deadlineMs: 10_000 });
    expect(items.map(({ text }) => text)).toContain('left 59');
    await memory.close();
  });
});
