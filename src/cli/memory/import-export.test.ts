import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { StoredTurn } from '../../memory/memory.js';
import { CommandBed } from './command-bed.test-helper.js';

let bed: CommandBed;
const slowcat = (...args: string[]): Promise<string[]> => bed.run(...args);
const turns = [
  { id: 'D1:1', at: '2026-11-19T10:00:00.000Z', speaker: 'Anna', role: 'user', text: 'My dog is Potola.' },
  { id: '', at: '2026-11-19T10:00:05.000Z', speaker: null, role: 'assistant', text: 'a\ud800b \0 🐈 \u2028' },
  { id: 'x\ny', at: 5.5, speaker: 'Ben', role: 'user', text: 'שלום', session: 's', interrupted: true },
];

beforeEach(async () => (bed = await CommandBed.make()));
afterEach(() => bed.remove());

async function file(lines: readonly unknown[]): Promise<string> {
  const path = join(bed.dataDir, 'turns.jsonl');
  await writeFile(
    path,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
  return path;
}

describe('slowcat memory import and export', () => {
  it('lose nothing on a round trip, ids least of all', async () => {
    expect(await slowcat('import', await file(turns))).toEqual(['Imported 3 turns for default.']);
    const lines = await slowcat('export');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(turns);
    const out = join(bed.dataDir, 'out.jsonl');
    expect(await slowcat('export', '--out', out)).toEqual([`Exported 3 turns to ${out}.`]);
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    await slowcat('import', out, '--user', 'copy');
    expect(await slowcat('export', '--user', 'copy')).toEqual(lines);
    expect(await readFile(out, 'utf8')).toBe(lines.map((line) => `${line}\n`).join(''));
  });

  it('lose nothing of 2,000 turns of any kind', async () => {
    const turn = fc.record(
      {
        at: fc.oneof(
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
          fc.double({ noNaN: true, noDefaultInfinity: true, min: 1e-3, max: 1e15 }).map((ms) => ms + 0.5),
        ),
        speaker: fc.option(fc.string({ unit: 'grapheme', maxLength: 8 })),
        role: fc.constantFrom('user', 'assistant'),
        text: fc.string({ unit: 'binary', maxLength: 60 }).map((text) => `.${text}\ud800\0🐈‍⬛`),
        session: fc.string({ unit: 'binary', maxLength: 8 }),
        interrupted: fc.constant(true),
        importance: fc.double({ min: 0, max: 1, noNaN: true }).map((value) => (value === 0 ? 0 : value)),
      },
      { requiredKeys: ['at', 'speaker', 'role', 'text'], noNullPrototype: true },
    );
    const many = fc
      .sample(turn, { numRuns: 2000, seed: 4 })
      .map((each, i) => ({ id: `${i}\udc00\n`, ...each }));
    await slowcat('import', await file(many));
    const lines = await slowcat('export');
    const back = lines.map((line) => JSON.parse(line) as (typeof many)[number]);
    const timed = (each: (typeof many)[number]): object => ({ ...each, at: new Date(each.at).getTime() });
    expect(back.map(timed)).toEqual(many.map(timed));
    const out = join(bed.dataDir, 'out.jsonl');
    await slowcat('export', '--out', out);
    await slowcat('import', out, '--user', 'copy');
    expect(await slowcat('export', '--user', 'copy')).toEqual(lines);
  });

  it('give turns that were said here their number as id', async () => {
    await bed.fill(async (memory) => {
      await memory.user('default').remember({ role: 'user', text: 'hi', atMs: 0 });
    });
    expect(await slowcat('export')).toEqual([
      '{"id":"1","at":"1970-01-01T00:00:00.000Z","speaker":null,"role":"user","text":"hi"}',
    ]);
  });

  it('can be repeated: what is there already is passed over', async () => {
    const path = await file(turns);
    await slowcat('import', path);
    expect(await slowcat('import', path, '--json')).toEqual(['{"imported":0,"refused":0,"known":3,"bad":0}']);
    expect(await slowcat('export')).toHaveLength(3);
    await slowcat('import', path, '--new-ids');
    expect((await slowcat('export')).map((line) => (JSON.parse(line) as { id: string }).id)).toEqual([
      'D1:1',
      '',
      'x\ny',
      '4',
      '5',
      '6',
    ]);
  });

  it.each([
    ['not JSON', '{"text":"secret'],
    ['a wrong field', { ...turns[0], role: 'secret' }],
    ['an id that is taken', { ...turns[0], text: 'secret' }],
  ])('import nothing of a file with %s, and name the line', async (_what, bad) => {
    const path = await file([...turns, '', bad]);
    const error: unknown = await slowcat('import', path).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'SLOWCAT_MEMORY_LINE' });
    expect(String(error)).toContain('Line 5 of ');
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('secret');
    expect((error as Error).cause).toBeUndefined();
    expect(await slowcat('export')).toEqual([]);
    expect(await slowcat('import', path, '--skip-bad')).toEqual([
      'Imported 3 turns for default. 1 bad line skipped.',
    ]);
    expect(bed.notes).toEqual([expect.stringContaining('Line 5 of ')]);
    expect(await slowcat('export')).toHaveLength(3);
  });

  it('count what holds no words', async () => {
    expect(await slowcat('import', await file([turns[0], { ...turns[1], text: ' ' }]), '--json')).toEqual([
      '{"imported":1,"refused":1,"known":0,"bad":0}',
    ]);
  });

  it('leave nothing behind when they are interrupted, or fail on the way', async () => {
    const many = Array.from({ length: 1200 }, (_, i) => ({ ...turns[0], id: `${i}` }));
    const path = await file(many);
    let batches = 0;
    bed.onImport = () => {
      if (++batches === 2) bed.interruption.abort();
    };
    expect(await slowcat('import', path)).toEqual([]);
    expect(bed.exitCode).toBe(130);
    expect(bed.notes).toContain('Interrupted. Nothing was imported.');
    bed.interruption = new AbortController();
    expect(await slowcat('export')).toEqual([]);
    batches = 0;
    bed.onImport = () => {
      if (++batches === 3) throw new Error('disk');
    };
    await expect(slowcat('import', path)).rejects.toThrow('disk');
    expect(await slowcat('export')).toEqual([]);
  });

  it('tell how far they are', async () => {
    const many = Array.from({ length: 6000 }, (_, i) => ({ ...turns[0], id: `${i}` }));
    await slowcat('import', await file(many));
    expect(bed.notes.at(-1)).toBe('  importing: 100 % of 6000');
    expect(bed.notes).toHaveLength(4);
    await slowcat('export');
    expect(bed.notes).toEqual([25, 50, 75, 100].map((share) => `  exporting: ${share} % of 6000`));
  });

  it('take no file for granted', async () => {
    const missing = slowcat('import', join(bed.dataDir, 'missing'));
    await expect(missing).rejects.toMatchObject({ code: 'SLOWCAT_MEMORY_FILE' });
    const inTheWay = slowcat('export', '--out', await file(turns));
    await expect(inTheWay).rejects.toMatchObject({ code: 'SLOWCAT_MEMORY_FILE' });
  });
});

describe('a turn that list prints as JSON', () => {
  it('is the turn as the log has it', async () => {
    await slowcat('import', await file([turns[2]]));
    const [line] = await slowcat('list', '--json');
    const expected: StoredTurn = {
      turnId: 1,
      id: 'x\ny',
      role: 'user',
      text: 'שלום',
      atMs: 5.5,
      speaker: 'Ben',
      session: 's',
      interrupted: true,
    };
    expect(JSON.parse(line!)).toEqual(expected);
  });
});
