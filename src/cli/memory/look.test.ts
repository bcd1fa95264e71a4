import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { FactView } from '../../memory/memory.js';
import { CommandBed } from './command-bed.test-helper.js';

const dayMs = 86_400_000;
let bed: CommandBed;
let facts: FactView[];
const slowcat = (...args: string[]): Promise<string[]> => bed.run(...args);

beforeEach(async () => {
  bed = await CommandBed.make();
  await bed.fill(async (memory) => {
    const user = memory.user('default');
    await user.remember({
      role: 'user',
      text: "My dog's name is Potola.",
      atMs: bed.nowMs - 2 * dayMs,
      session: 's',
    });
    await user.remember({ role: 'user', text: 'I live in Oslo.', atMs: bed.nowMs });
    await user.remember({ role: 'user', text: 'The moon is far.', atMs: bed.nowMs });
  });
  const dog = { subject: 'dog', relation: 'name', value: 'Potola', line: '1|dog|Potola' };
  const town = { subject: 'user', relation: 'lives in', value: 'Rome', line: 'user|li\u202ees|R' };
  facts = [
    { ...dog, sourceTurn: 1, validFromMs: bed.nowMs - 2 * dayMs, rung: 'full' },
    { ...town, sourceTurn: 2, validFromMs: bed.nowMs - dayMs, validToMs: bed.nowMs, rung: 'half' },
  ];
  bed.script = { facts };
});

afterEach(() => bed.remove());

describe('slowcat memory facts', () => {
  it('lists what holds, and what no longer does when asked', async () => {
    expect(await slowcat('facts')).toEqual(['1|dog|Potola  (full, 2 days ago, #1)']);
    expect(await slowcat('facts', '--history')).toEqual([
      '1|dog|Potola  (full, 2 days ago, #1)',
      expect.stringMatching(/^user\|lies\|R {2}\(half, yesterday, until .*, #2\)$/),
    ]);
    expect(await slowcat('facts', '--json')).toEqual([JSON.stringify(facts[0])]);
    bed.script = {};
    expect(await slowcat('facts')).toEqual(['No facts are known of default.']);
  });
});

describe('slowcat memory show', () => {
  it('tells of one turn its words, facts, state and proof', async () => {
    const said = new Date(bed.nowMs - 2 * dayMs).toISOString();
    expect(await slowcat('show', '1')).toEqual([
      "#1 - 2 days ago, user: My dog's name is Potola.",
      `  said ${said}, in session s`,
      '  fact 1|dog|Potola  (full, 2 days ago, #1)',
      '  proven by head ab',
    ]);
    const [json] = await slowcat('show', '1', '--json');
    expect(JSON.parse(json!)).toMatchObject({
      turnId: 1,
      id: '1',
      at: said,
      facts: [facts[0]],
      proof: { head: 'ab' },
    });
    expect(await slowcat('show', '2')).toHaveLength(4);
  });

  it('fails for a turn that is not there', async () => {
    expect(await slowcat('show', '9')).toEqual(['There is no turn #9 of default.']);
    expect(bed.exitCode).toBe(1);
  });
});

describe('slowcat memory proof', () => {
  it('writes the proof as JSON', async () => {
    const proof = { turnId: 1, head: 'ab', path: ['cd'] };
    expect(JSON.parse((await slowcat('proof', '1')).join('\n'))).toEqual(proof);
    const out = join(bed.dataDir, 'proof.json');
    expect(await slowcat('proof', '1', '--out', out)).toEqual([]);
    expect(JSON.parse(await readFile(out, 'utf8'))).toEqual(proof);
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    await slowcat('proof', '3');
    expect(bed.exitCode).toBe(1);
    await expect(slowcat('proof', '1', '--out', bed.dataDir)).rejects.toMatchObject({
      code: 'SLOWCAT_MEMORY_FILE',
    });
  });
});

describe('slowcat memory verify', () => {
  it('says that all is well, with the head', async () => {
    bed.script = { verify: () => Promise.resolve({ ok: true, turns: 1200, head: 'ab', damaged: [] }) };
    expect(await slowcat('verify')).toEqual(['default: 1,200 turns, all as they were stored. Head ab.']);
    expect(bed.exitCode).toBe(0);
    expect(await slowcat('verify', '--json')).toEqual([
      '{"user":"default","ok":true,"turns":1200,"head":"ab","damaged":[]}',
    ]);
  });

  it('fails for damage, names it and what mends it, and tells how far it is', async () => {
    const damaged = Array.from({ length: 12 }, (_, i) => i + 1);
    bed.script = {
      verify: (onProgress) => {
        for (let done = 1000; done <= 8000; done += 1000) onProgress?.(done, 8000);
        return Promise.resolve({ ok: false, turns: 8000, head: 'ab', damaged });
      },
    };
    const [line] = await slowcat('verify');
    expect(line).toContain('12 of 8,000 turns damaged: #1, #2, #3, #4, #5, #6, #7, #8, #9, #10, ….');
    expect(line).toContain('slowcat memory repair');
    expect(bed.exitCode).toBe(1);
    expect(bed.notes).toHaveLength(4);
  });
});

describe('slowcat memory repair', () => {
  it.each([
    [{ ok: true, rebuiltPieces: 0, rebuiltTurns: 0, lost: [] }, ['default: nothing was damaged.'], 0],
    [
      { ok: true, rebuiltPieces: 2, rebuiltTurns: 1, lost: [] },
      ['default: rebuilt 2 pieces with 1 turn.'],
      0,
    ],
    [
      { ok: false, rebuiltPieces: 0, rebuiltTurns: 0, lost: [7] },
      ['default: rebuilt 0 pieces with 0 turns.', '1 turn cannot be rebuilt: #7.'],
      1,
    ],
  ])('tells of %j', async (report, lines, exitCode) => {
    bed.script = { repair: () => Promise.resolve(report) };
    expect(await slowcat('repair')).toEqual(lines);
    expect(bed.exitCode).toBe(exitCode);
    expect(await slowcat('repair', '--json')).toEqual([JSON.stringify({ user: 'default', ...report })]);
  });
});
