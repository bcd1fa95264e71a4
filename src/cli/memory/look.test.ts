import { execFile } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { FactView } from '../../memory/memory.js';
import { CommandBed } from './command-bed.test-helper.js';

const dayMs = 86_400_000;
const verifier = join(import.meta.dirname, '../../../docs/verify-proof.mjs');
let bed: CommandBed;
const slowcat = (...args: string[]): Promise<string[]> => bed.run(...args);

beforeEach(async () => {
  bed = await CommandBed.make();
  await bed.fill(async (memory) => {
    const user = memory.user('default');
    const atMs = bed.nowMs - 2 * dayMs;
    await user.remember({ role: 'user', text: "My dog's name is Potola.", atMs, session: 's' });
    await user.remember({ role: 'user', text: 'I live in Bergen.', atMs });
    await user.remember({ role: 'user', text: 'I moved to Oslo.', atMs: bed.nowMs });
  });
});

afterEach(() => bed.remove());

describe('slowcat memory facts', () => {
  it('lists what holds, and what no longer does when asked', async () => {
    expect(await slowcat('facts')).toEqual([
      '1|dog|Potola  (full, 2 days ago, #1)',
      '1|lives in|Oslo  (full, just now, #3)',
    ]);
    const history = await slowcat('facts', '--history');
    expect(history).toHaveLength(3);
    expect(history[1]).toMatch(/^1\|lives in\|B\w* {2}\(\w+, 2 days ago, until .*, #2\)$/);
    const [json] = await slowcat('facts', '--json');
    expect(JSON.parse(json!)).toEqual({
      line: '1|dog|Potola',
      subject: '1',
      relation: 'dog',
      value: 'Potola',
      sourceTurn: 1,
      validFromMs: bed.nowMs - 2 * dayMs,
      rung: 'full',
    });
    expect(await slowcat('facts', '--user', 'ben')).toEqual(['No facts are known of ben.']);
  });

  it('shows how they have faded', async () => {
    bed.nowMs += 30 * dayMs;
    const facts = (await slowcat('facts', '--json')).map((line) => JSON.parse(line) as FactView);
    const town = facts.find(({ relation }) => relation === 'lives in');
    expect(town?.line).not.toContain('Oslo');
    expect(town?.rung).not.toBe('full');
  });
});

describe('slowcat memory show', () => {
  it('tells of one turn its words, facts, state and proof', async () => {
    const said = new Date(bed.nowMs - 2 * dayMs).toISOString();
    expect(await slowcat('show', '1')).toEqual([
      "#1 - 2 days ago, user: My dog's name is Potola.",
      `  said ${said}, in session s`,
      '  fact 1|dog|Potola  (full, 2 days ago, #1)',
      expect.stringMatching(/^ {2}proven by head [0-9a-f]{64}$/),
    ]);
    const [json] = await slowcat('show', '1', '--json');
    expect(JSON.parse(json!)).toMatchObject({
      turnId: 1,
      id: '1',
      at: said,
      facts: [{ line: '1|dog|Potola' }],
      proof: { turnId: 1, head: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    });
  });

  it('fails for a turn that is not there', async () => {
    expect(await slowcat('show', '9')).toEqual(['There is no turn #9 of default.']);
    expect(bed.exitCode).toBe(1);
  });
});

describe('slowcat memory proof', () => {
  it('writes what the separate verifier takes for the head that verify tells, and for no other', async () => {
    const out = join(bed.dataDir, 'proof.json');
    expect(await slowcat('proof', '2', '--out', out)).toEqual([]);
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    const { head } = JSON.parse((await slowcat('verify', '--json'))[0]!) as { head: string };
    const proven = await promisify(execFile)(process.execPath, [verifier, out, head]);
    expect(proven.stdout).toBe('valid\n');
    const other = promisify(execFile)(process.execPath, [verifier, out, head.replace(/^./, 'x')]);
    await expect(other).rejects.toMatchObject({ stdout: 'invalid\n' });
    expect(JSON.parse((await slowcat('proof', '2')).join('\n'))).toEqual(
      JSON.parse(await readFile(out, 'utf8')),
    );
    await slowcat('proof', '4');
    expect(bed.exitCode).toBe(1);
    await expect(slowcat('proof', '1', '--out', bed.dataDir)).rejects.toMatchObject({
      code: 'SLOWCAT_MEMORY_FILE',
    });
  });
});

describe('slowcat memory verify', () => {
  it('says that all is well, with the head', async () => {
    expect(await slowcat('verify')).toEqual([
      expect.stringMatching(/^default: 3 turns, all as they were stored\. Head [0-9a-f]{64}\.$/),
    ]);
    expect(bed.exitCode).toBe(0);
    const [json] = await slowcat('verify', '--json');
    expect(JSON.parse(json!)).toMatchObject({ user: 'default', ok: true, turns: 3, damaged: [] });
  });

  it('fails for damage, names it and what mends it', async () => {
    const damaged = Array.from({ length: 12 }, (_, i) => i + 1);
    const memory = await bed.open();
    await memory.close();
    const user = Object.assign(memory, {
      user: () => ({
        id: 'default',
        verify: () => Promise.resolve({ ok: false, turns: 8000, head: 'ab', damaged }),
      }),
    });
    bed.opened = user;
    const [line] = await slowcat('verify');
    expect(line).toContain('12 of 8,000 turns damaged: #1, #2, #3, #4, #5, #6, #7, #8, #9, #10, ….');
    expect(line).toContain('run "slowcat memory repair"');
    expect(bed.exitCode).toBe(1);
  });
});

describe('slowcat memory repair', () => {
  it('says that nothing was damaged', async () => {
    expect(await slowcat('repair')).toEqual(['default: nothing was damaged.']);
    expect(bed.exitCode).toBe(0);
    await rm(bed.dataDir, { recursive: true });
    expect(await slowcat('repair')).toEqual(['Nobody is remembered yet: nothing was damaged.']);
  });

  it('builds a database again that is gone and that no command could open, of every user', async () => {
    await bed.fill(async (memory) => {
      await memory.user('ben').remember({ role: 'user', text: 'I drink tea.' });
    });
    const before = await slowcat('export');
    const verified = await slowcat('verify');
    await rm(join(bed.dataDir, 'memory', 'log.mdb'));
    for (const verb of ['verify', 'list', 'facts']) {
      const refused = slowcat(verb);
      await expect(refused).rejects.toMatchObject({ code: 'SLOWCAT_MEMORY_CORRUPT' });
      await expect(refused).rejects.toThrow('slowcat memory repair');
    }
    const lines = (await slowcat('repair', '--json')).map((line) => JSON.parse(line) as unknown);
    expect(lines).toHaveLength(2);
    expect(lines).toContainEqual(
      expect.objectContaining({ user: 'default', ok: true, rebuiltTurns: 3, lost: [] }),
    );
    expect(bed.exitCode).toBe(0);
    expect(await slowcat('export')).toEqual(before);
    expect(await slowcat('verify')).toEqual(verified);
    expect(await slowcat('facts')).toHaveLength(2);
  });

  it('mends one user beside a server that has the memory open', async () => {
    await bed.fill(async () => {
      expect(await slowcat('repair')).toEqual(['default: nothing was damaged.']);
    });
  });
});
