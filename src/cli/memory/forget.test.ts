import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { CommandBed } from './command-bed.test-helper.js';

const dayMs = 86_400_000;
let bed: CommandBed;
const slowcat = (...args: string[]): Promise<string[]> => bed.run('forget', ...args);
const left = async (): Promise<number> => (await bed.run('export')).length;

beforeEach(async () => {
  bed = await CommandBed.make();
  await bed.fill(async (memory) => {
    const user = memory.user('default');
    await user.remember({ role: 'user', text: "My dog's name is Potola.", atMs: bed.nowMs - 2 * dayMs });
    await user.remember({ role: 'user', text: 'I live in Oslo.', atMs: bed.nowMs - dayMs });
    await memory.user('ben').remember({ role: 'user', text: 'I drink tea.', atMs: bed.nowMs });
  });
});

afterEach(() => bed.remove());

describe('slowcat memory forget', () => {
  it('forgets only after a yes', async () => {
    bed.answer = false;
    expect(await slowcat('--all')).toEqual(['Nothing was forgotten.']);
    expect(bed.asked).toEqual(['Forget everything of default for ever?']);
    expect(await left()).toBe(2);
    bed.answer = true;
    expect(await slowcat('--containing', 'POTOLA')).toEqual(['Forgot 1 turn.']);
    expect(await left()).toBe(1);
  });

  it('forgets without asking when it is told so, and nobody else', async () => {
    expect(await slowcat('--turn', '1', '2', '--yes', '--json')).toEqual(['{"forgotten":2}']);
    expect(bed.asked).toEqual([]);
    expect(await slowcat('--all', '--yes')).toEqual(['Forgot 0 turns.']);
    expect(await bed.run('users')).toContain('ben');
  });

  it('forgets by time', async () => {
    const since = new Date(bed.nowMs - 1.5 * dayMs).toISOString();
    expect(await slowcat('--since', since, '--yes')).toEqual(['Forgot 1 turn.']);
    expect(await left()).toBe(1);
  });

  it('forgets a fact with the turns that say so, however faded it is', async () => {
    bed.nowMs += 200 * dayMs;
    expect(await slowcat('--fact', 'nothing like it', '--yes')).toEqual(['Forgot 0 turns.']);
    bed.answer = true;
    expect(await slowcat('--fact', 'potola')).toEqual(['Forgot 1 turn.']);
    expect(bed.asked).toEqual(['Forget turn 1 of default for ever?']);
    expect(await bed.run('search', 'Potola')).toEqual(['Nothing found.']);
    expect(await bed.run('facts', '--history')).toEqual([expect.stringMatching(/#2\)$/)]);
  });

  it('exports first, to a new file of its owner alone, or forgets nothing', async () => {
    const file = join(bed.dataDir, 'kept.jsonl');
    await slowcat('--turn', '1', '--export-first', file, '--yes');
    expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(2);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await left()).toBe(1);
    await expect(slowcat('--all', '--export-first', file, '--yes')).rejects.toMatchObject({
      code: 'SLOWCAT_MEMORY_FILE',
    });
    expect(await left()).toBe(1);
    // What was exported brings back what was forgotten, and nothing twice.
    expect(await bed.run('import', file)).toEqual([
      'Imported 1 turn for default. 1 turn had been there already.',
    ]);
  });

  it('forgets nothing when it is interrupted while it exports', async () => {
    const file = join(bed.dataDir, 'kept.jsonl');
    bed.interruption.abort();
    expect(await slowcat('--all', '--export-first', file, '--yes')).toEqual([]);
    expect(bed.exitCode).toBe(130);
    expect(bed.notes).toEqual(['Interrupted. Nothing was forgotten.']);
    bed.interruption = new AbortController();
    expect(await left()).toBe(2);
    await writeFile(file, '');
  });
});
