import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { CommandBed } from './command-bed.test-helper.js';

let bed: CommandBed;
const slowcat = (...args: string[]): Promise<string[]> => bed.run('search', ...args);

async function file(lines: readonly unknown[]): Promise<string> {
  const path = join(bed.dataDir, 'lines.jsonl');
  await writeFile(path, lines.map((line) => JSON.stringify(line)).join('\n'));
  return path;
}

beforeEach(async () => {
  bed = await CommandBed.make();
  const turns = [
    { id: 'D1:1', text: "My dog's name is Potola." },
    { id: 'D1:2', text: 'The boiler is broken.' },
    { id: 'D1:3', text: 'The dog barks at the postman.' },
  ];
  const stored = turns.map((turn, i) => ({ ...turn, role: 'user', speaker: 'Anna', at: i }));
  await bed.run('import', await file(stored));
});

afterEach(() => bed.remove());

describe('slowcat memory search', () => {
  it('searches as recall does', async () => {
    const found = await slowcat('what', 'is', 'my', "dog's", 'name');
    expect(found[0]).toMatch(/^ +\d+\.\d\d {2}#1 - .*: My dog's name is Potola\.$/);
    expect(await slowcat('xylophone')).toEqual(['Nothing found.']);
    const [json] = await slowcat('dog name', '--json');
    expect(JSON.parse(json!)).toMatchObject({ turnId: 1, id: 'D1:1' });
    expect(await slowcat('dog', '--limit', '1')).toHaveLength(1);
  });

  it('gives the block that a prompt would get', async () => {
    const [block] = await slowcat('boiler', '--budget', '1024', '--depth', 'fast', '--form', 'lines');
    expect(block).toMatch(/^\[Memory Context - 1 item\]:\n- .*Anna: The boiler is broken\.$/);
    const [json] = await slowcat(
      'boiler',
      '--budget',
      '1024',
      '--depth',
      'fast',
      '--form',
      'lines',
      '--json',
    );
    expect(JSON.parse(json!)).toMatchObject({ id: null, block, inside: ['D1:2'] });
    const [compact] = await slowcat('boiler', '--budget', '1024', '--depth', 'fast');
    expect(compact).not.toBe(block);
    expect(compact).toContain('The boiler is broken.');
    expect(await slowcat('xylophone', '--budget', '10')).toEqual(['Nothing found.']);
  });

  it('answers a file of questions with a line each, ids as they were', async () => {
    const queries = await file([
      { id: 'q1', query: 'boiler', at: '2026-11-21' },
      { id: 2, query: 'xylophone' },
      { query: 'dog name Potola', at: 5 },
    ]);
    const lines = (await slowcat('--queries', queries, '--depth', 'fast', '--json')).map(
      (line) => JSON.parse(line) as { id: unknown; turns: { id: string; score: number }[] },
    );
    expect(lines.map(({ id }) => id)).toEqual(['q1', 2, null]);
    expect(lines.map(({ turns }) => turns[0]?.id)).toEqual(['D1:2', undefined, 'D1:1']);
    expect(Object.keys(lines[0]!)).toEqual(['id', 'turns']);
    for (const { turns } of lines) {
      const scores = turns.map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
    }
  });

  it('packs a block of at most the budget for each question of a file', async () => {
    const queries = await file([{ id: 'q1', query: 'dog name' }]);
    for (const budget of [40, 60, 1024]) {
      const [line] = await slowcat('--queries', queries, '--budget', String(budget));
      const { block, tokens, inside, turns } = JSON.parse(line!) as {
        block: string;
        tokens: number;
        inside: string[];
        turns: { id: string }[];
      };
      expect(tokens).toBe(Buffer.byteLength(block));
      expect(tokens).toBeLessThanOrEqual(budget);
      expect(block === '').toBe(inside.length === 0);
      expect(turns.length).toBeGreaterThan(0);
    }
  });

  it('packs as many turns as the tokens allow, however few are listed', async () => {
    const many = Array.from({ length: 60 }, (_, i) => ({
      id: `m${i}`,
      role: 'user',
      text: `The garden has ${i} kinds of roses.`,
      at: i * 60_000,
    }));
    await bed.run('import', await file(many));
    const queries = await file([{ id: 'q', query: 'roses in the garden' }]);
    const [line] = await slowcat('--queries', queries, '--limit', '2', '--budget', '100000', '--json');
    const { inside, turns } = JSON.parse(line!) as { inside: string[]; turns: unknown[] };
    expect(turns).toHaveLength(2);
    expect(inside.length).toBeGreaterThanOrEqual(50);
    const [block] = await slowcat('roses in the garden', '--budget', '100000', '--form', 'lines');
    expect(block!.split('\n').length).toBeGreaterThanOrEqual(50);
  });

  it('computes what imported turns mean once, and keeps it for the next time', async () => {
    let embedded = 0;
    bed.embed = (texts) => {
      embedded += texts.length;
      return Promise.resolve(texts.map(() => new Float32Array(384).fill(384 ** -0.5)));
    };
    expect(await slowcat('boiler', '--limit', '1')).toHaveLength(1);
    const turnsAndQuery = 4;
    expect(embedded).toBe(turnsAndQuery);
    expect(await slowcat('boiler', '--limit', '1')).toHaveLength(1);
    expect(embedded).toBe(turnsAndQuery + 1);
  });

  it('names a bad line of a file and answers nothing', async () => {
    for (const bad of [{ id: 1 }, [], { query: 'x', at: 'secret' }]) {
      const asked = slowcat('--queries', await file([{ query: 'dog' }, bad]));
      await expect(asked).rejects.toMatchObject({
        code: 'SLOWCAT_MEMORY_LINE',
        message: expect.stringMatching(/Line 2 of (?!.*secret)/) as string,
      });
    }
  });

  it('ends between two questions when it is interrupted', async () => {
    const queries = await file([{ query: 'dog' }]);
    bed.interruption.abort();
    expect(await slowcat('--queries', queries)).toEqual([]);
    expect(bed.exitCode).toBe(130);
  });
});
