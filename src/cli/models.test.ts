import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { modelsCommand } from './models.js';
import { megabytes } from './models-text.js';

let folder = '';
let printed: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slowcat-cli-'));
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});

afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<void> {
  const places = ['--data-dir', join(folder, 'data'), '--models-dir', join(folder, 'models')];
  await modelsCommand()
    .exitOverride()
    .parseAsync([...args, ...places], { from: 'user' });
}

interface Listed {
  models: { id: string; part: string; chosen: boolean; onDisk: boolean }[];
  choices: { part: string; id: string; chosenBy: string; better?: { id: string } }[];
}

describe('slowcat models', () => {
  it('lists what is chosen, what is here and what would be better', async () => {
    await run('list', '--json');
    const { models, choices } = JSON.parse(printed.join('')) as Listed;
    expect(models.find(({ id }) => id === 'silero-vad-v5')).toMatchObject({ chosen: true, onDisk: true });
    expect(models.find(({ id }) => id === 'whisper-tiny.en')).toMatchObject({ chosen: true, onDisk: false });
    expect(choices.find(({ part }) => part === 'stt')).toMatchObject({
      id: 'whisper-tiny.en',
      better: { id: 'whisper-base.en' },
    });
  });

  it('lists one part for a person, with an estimate that says so', async () => {
    await run('list', '--part', 'stt');
    const text = printed.join('\n');
    expect(text).toContain('memory (estimate)');
    expect(text).toMatch(/^\* +stt +whisper-tiny\.en/m);
    expect(text).not.toContain('smollm2');
  });

  it('keeps a choice, says what it will fetch, and goes back to the default', async () => {
    await run('use', 'stt', 'whisper-base.en');
    expect(printed.join('\n')).toContain('148 MB are fetched at the next start');
    expect(JSON.parse(await readFile(join(folder, 'data', 'models.json'), 'utf8'))).toEqual({
      stt: 'whisper-base.en',
    });
    await run('use', 'stt', 'default');
    expect(JSON.parse(await readFile(join(folder, 'data', 'models.json'), 'utf8'))).toEqual({});
  });

  it('refuses a model of another part', async () => {
    await expect(run('use', 'stt', 'kokoro-82m-int8')).rejects.toMatchObject({
      code: 'SLOWCAT_MODEL_UNKNOWN',
    });
  });

  it('verifies files and fails when one is missing', async () => {
    await run('verify', 'silero-vad-v5');
    expect(printed.join('\n')).toMatch(/^verified +silero-vad-v5/);
    expect(process.exitCode).toBe(0);
    await run('verify', 'whisper-tiny.en');
    expect(process.exitCode).toBe(1);
  });

  it('fetches nothing when everything named is there', async () => {
    await run('fetch', 'silero-vad-v5', '--json');
    expect(JSON.parse(printed.join(''))).toMatchObject({ models: [{ id: 'silero-vad-v5', part: 'vad' }] });
    printed = [];
    await run('fetch', 'silero-vad-v5', '--quiet');
    expect(printed).toEqual([]);
  });
});

describe('megabytes', () => {
  it.each([
    [1, '1 MB'],
    [98_362_432, '99 MB'],
    [5_027_783_488, '5.0 GB'],
  ])('writes %i as %s', (bytes, text) => {
    expect(megabytes(bytes)).toBe(text);
  });
});
