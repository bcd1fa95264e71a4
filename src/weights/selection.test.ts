import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from './catalog.js';
import { temporaryFolder } from './fake-python.test-helper.js';
import { chooseModels, loadSavedChoices, saveChoice } from './selection.js';

const catalog = loadCatalog();
const small = { catalog, totalMemoryBytes: 2e9 };
const large = { catalog, totalMemoryBytes: 32e9 };
const idOf = (choices: ReturnType<typeof chooseModels>, part: string) =>
  choices.find((choice) => choice.part === part)?.model.id;

describe('chooseModels', () => {
  it('plays every part with its default', () => {
    const choices = chooseModels(large);
    expect(choices.map(({ part, chosenBy }) => [part, chosenBy])).toEqual([
      ['llm', 'default'],
      ['adapter', 'default'],
      ['stt', 'default'],
      ['tts', 'default'],
      ['vad', 'default'],
      ['embeddings', 'default'],
      ['turn', 'default'],
    ]);
    expect(choices.every(({ reason }) => reason.length > 0)).toBe(true);
  });

  it('prefers the flag to the saved choice to the default', () => {
    const saved = { stt: 'whisper-base.en', tts: 'kokoro-82m-fp32' };
    const choices = chooseModels({ ...large, saved, flags: { stt: 'whisper-small.en' } });
    expect(idOf(choices, 'stt')).toBe('whisper-small.en');
    expect(idOf(choices, 'tts')).toBe('kokoro-82m-fp32');
    expect(choices.find(({ part }) => part === 'stt')?.chosenBy).toBe('flag');
  });

  it('uses an adapter only with the model it was trained for', () => {
    const other = chooseModels({ ...large, flags: { llm: 'qwen3-4b-q4_k_m' } });
    expect(idOf(other, 'adapter')).toBeUndefined();
    expect(() =>
      chooseModels({ ...large, flags: { llm: 'qwen3-4b-q4_k_m', adapter: 'slowcat-memory-lora' } }),
    ).toThrow('fits smollm2-135m-instruct-q4_1');
  });

  it('leaves out parts that something else plays', () => {
    const choices = chooseModels({ ...large, without: ['llm', 'adapter'] });
    expect(choices.map(({ part }) => part)).toEqual(['stt', 'tts', 'vad', 'embeddings', 'turn']);
  });

  it('names the next better model and judges it against the memory', () => {
    const better = (choices: ReturnType<typeof chooseModels>) => choices[0]?.better;
    expect(better(chooseModels(large))).toMatchObject({
      model: { id: 'qwen2.5-1.5b-instruct-q4_k_m' },
      fits: true,
      needs: expect.stringContaining('slowcat models use llm qwen2.5-1.5b-instruct-q4_k_m') as string,
    });
    expect(better(chooseModels(small))).toMatchObject({
      fits: false,
      needs: expect.stringContaining('2.0 GB in all') as string,
    });
    expect(better(chooseModels({ ...large, flags: { llm: 'qwen3-8b-q4_k_m' } }))).toBeUndefined();
  });

  it('refuses a model of another part', () => {
    expect(() => chooseModels({ ...large, flags: { llm: 'whisper-tiny.en' } })).toThrow(
      'Choose one of: smollm2',
    );
  });
});

describe('saved choices', () => {
  it('are kept per part and forgotten on demand', async () => {
    await using folder = await temporaryFolder();
    const dataDir = join(folder.path, 'data');
    expect(await loadSavedChoices(dataDir)).toEqual({});
    await saveChoice(dataDir, 'stt', 'whisper-base.en');
    await saveChoice(dataDir, 'llm', 'qwen3-4b-q4_k_m');
    expect(await loadSavedChoices(dataDir)).toEqual({ stt: 'whisper-base.en', llm: 'qwen3-4b-q4_k_m' });
    await saveChoice(dataDir, 'stt', undefined);
    expect(JSON.parse(await readFile(join(dataDir, 'models.json'), 'utf8'))).toEqual({
      llm: 'qwen3-4b-q4_k_m',
    });
  });

  it.each(['{', '{"nose":"x"}'])('are refused with the file named when it holds %s', async (text) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'models.json'), text);
    await expect(loadSavedChoices(folder.path)).rejects.toMatchObject({
      code: 'SLOWCAT_CONFIG_INVALID',
      message: expect.stringContaining('models.json') as string,
    });
  });
});
