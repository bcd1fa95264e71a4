import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogSchema } from './catalog.js';
import { ensureModels, inspectModels, locateModels, type EnsureProgress } from './ensure.js';
import { fakePython, temporaryFolder, zipFile } from './fake-python.test-helper.js';
import { startHub } from './hub-server.test-helper.js';
import { openStore } from './store.js';

const sum = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
const llm = randomBytes(40_000);
const ct2 = randomBytes(30_000);
const vocabulary = Buffer.from('a\nb\n');
const converted = Buffer.concat([Buffer.from('ggml'), ct2, vocabulary]);
const vad = Buffer.from('bundled weights');
const llmWheel = zipFile({ 'llm/model.gguf': llm });
const sttWheel = zipFile({ 'stt/model.bin': ct2, 'stt/vocabulary.txt': vocabulary });

const sttInput = { package: 'stt-pack', version: '1.0', wheelBytes: sttWheel.length };
const base = {
  default: true,
  quality: 1,
  description: 'x',
  licence: 'MIT',
  ramBytesEstimate: 1e6,
  engine: 'x',
};
const catalog = catalogSchema.parse({
  version: 1,
  models: [
    {
      ...base,
      id: 'small-llm',
      part: 'llm',
      sizeBytes: llm.length,
      files: [
        {
          role: 'model',
          name: 'model.gguf',
          bytes: llm.length,
          sha256: sum(llm),
          sources: [
            {
              kind: 'wheel',
              wheels: [
                {
                  package: 'llm-pack',
                  version: '1.0',
                  wheelBytes: llmWheel.length,
                  member: 'llm/model.gguf',
                },
              ],
            },
            { kind: 'hub', repo: 'org/llm', revision: 'main', path: 'model.gguf' },
          ],
        },
      ],
    },
    {
      ...base,
      id: 'small-stt',
      part: 'stt',
      sizeBytes: converted.length,
      files: [
        {
          role: 'model',
          name: 'ggml.bin',
          bytes: 5,
          sha256: sum(Buffer.from('other')),
          sources: [
            {
              kind: 'converted',
              converter: 'ct2-to-ggml',
              bytes: converted.length,
              sha256: sum(converted),
              inputs: {
                modelBin: { ...sttInput, member: 'stt/model.bin', bytes: ct2.length, sha256: sum(ct2) },
                vocabularyTxt: {
                  ...sttInput,
                  member: 'stt/vocabulary.txt',
                  bytes: vocabulary.length,
                  sha256: sum(vocabulary),
                },
              },
            },
          ],
        },
      ],
    },
    {
      ...base,
      id: 'small-vad',
      part: 'vad',
      sizeBytes: vad.length,
      files: [
        {
          role: 'model',
          name: 'vad.onnx',
          bytes: vad.length,
          sha256: sum(vad),
          sources: [{ kind: 'bundled', path: 'models/vad.onnx' }],
        },
      ],
    },
  ],
});

async function scene() {
  const folder = await temporaryFolder();
  const hub = await startHub(llm);
  const python = await fakePython(folder.path, { 'llm-pack==1.0': llmWheel, 'stt-pack==1.0': sttWheel });
  const bundleRoot = join(folder.path, 'package');
  await mkdir(join(bundleRoot, 'models'), { recursive: true });
  await writeFile(join(bundleRoot, 'models', 'vad.onnx'), vad);
  const store = openStore({ modelsDir: join(folder.path, 'fetched'), bundleRoot });
  const events: EnsureProgress[] = [];
  const options = {
    catalog,
    store,
    hubUrl: hub.url,
    pip: { env: python.env, pollMs: 5 },
    hub: { resumeDelayMs: 0 },
    onProgress: (progress: EnsureProgress) => void events.push(progress),
    convert: async (files: { modelBin: string; vocabularyTxt: string; output: string }) =>
      writeFile(
        files.output,
        Buffer.concat([
          Buffer.from('ggml'),
          await readFile(files.modelBin),
          await readFile(files.vocabularyTxt),
        ]),
      ),
  };
  return {
    hub,
    python,
    store,
    options,
    events,
    bundleRoot,
    llmPath: join(store.root, 'small-llm', 'model.gguf'),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('ensureModels', () => {
  it('fetches, converts and tidies up, and is quiet the second time', async () => {
    await using it = await scene();
    const ready = await ensureModels('default', it.options);
    expect(ready.get('llm')?.files).toEqual({ model: it.llmPath });
    expect((await readFile(it.llmPath)).equals(llm)).toBe(true);
    expect((await readFile(ready.get('stt')!.files['model']!)).equals(converted)).toBe(true);
    expect(ready.get('vad')?.directory).toBe(join(it.bundleRoot, 'models'));
    expect(it.events.filter(({ kind }) => kind === 'done')).toHaveLength(2);
    expect(await it.python.calls()).toEqual(['llm-pack==1.0', 'stt-pack==1.0']);
    expect(await readdir(it.store.downloads)).toEqual([]);
    expect(existsSync(it.store.lockFile)).toBe(false);

    it.events.length = 0;
    await ensureModels('default', it.options);
    expect(it.events).toEqual([]);
    expect(await it.python.calls()).toHaveLength(2);
  });

  it('asks pip once when there is none, and takes the hub', async () => {
    await using it = await scene();
    await it.python.setMode('no-pip');
    await expect(ensureModels('default', it.options)).rejects.toMatchObject({ code: 'SLOWCAT_MODEL_FETCH' });
    expect(await it.python.calls()).toHaveLength(1);
    expect(it.hub.paths[0]).toBe('/org/llm/resolve/main/model.gguf');
    expect((await readFile(it.llmPath)).equals(llm)).toBe(true);
    expect(existsSync(`${it.llmPath}.part`)).toBe(false);
  });

  it('names every missing file, why, and how to bring it in by hand', async () => {
    await using it = await scene();
    await it.python.setMode('offline');
    await it.hub[Symbol.asyncDispose]();
    const error = (await ensureModels('default', it.options).catch((caught: unknown) => caught)) as Error;
    for (const words of [
      'model.gguf (llm, model small-llm)',
      'ggml.bin (stt, model small-stt)',
      'could not reach the package index',
      'python3 -m pip download --no-deps --only-binary=:all: llm-pack==1.0',
      `into ${it.store.downloads}`,
      'Hugging Face repository org/llm (revision main)',
      dirname(it.llmPath),
    ]) {
      expect(error.message).toContain(words);
    }
  });

  it('uses files and wheels that were put there by hand', async () => {
    await using it = await scene();
    await it.python.setMode('offline');
    await it.hub[Symbol.asyncDispose]();
    await mkdir(dirname(it.llmPath), { recursive: true });
    await writeFile(it.llmPath, llm);
    await mkdir(it.store.downloads, { recursive: true });
    await writeFile(join(it.store.downloads, 'stt_pack-1.0-py3-none-any.whl'), sttWheel);
    const ready = await ensureModels('default', it.options);
    expect([...ready.keys()]).toEqual(['llm', 'stt', 'vad']);
    expect(await it.python.calls()).toEqual([]);
  });

  it('fetches a file anew that was put there with the wrong content', async () => {
    await using it = await scene();
    await mkdir(dirname(it.llmPath), { recursive: true });
    await writeFile(it.llmPath, 'not a model');
    await ensureModels(['small-llm'], it.options);
    expect(it.events[0]).toMatchObject({ kind: 'rejected', file: 'model.gguf' });
    expect((await readFile(it.llmPath)).equals(llm)).toBe(true);
  });

  it('removes what arrives with the wrong content and says so', async () => {
    await using it = await scene();
    await it.python.setMode('no-pip');
    it.hub.behaviour.content = randomBytes(llm.length);
    await expect(ensureModels(['small-llm'], it.options)).rejects.toMatchObject({
      code: 'SLOWCAT_MODEL_CHECKSUM',
    });
    expect(await readdir(dirname(it.llmPath))).toEqual([]);
  });

  it('does not believe a server whose bytes differ from its own checksum', async () => {
    await using it = await scene();
    await it.python.setMode('no-pip');
    it.hub.behaviour.etag = sum(Buffer.from('promised'));
    await expect(ensureModels(['small-llm'], it.options)).rejects.toMatchObject({
      code: 'SLOWCAT_MODEL_CHECKSUM',
    });
    expect(existsSync(it.llmPath)).toBe(false);
  });

  it('keeps a damaged bundled file and says how to restore it', async () => {
    await using it = await scene();
    await writeFile(join(it.bundleRoot, 'models', 'vad.onnx'), 'damaged weight');
    await expect(ensureModels(['small-vad'], it.options)).rejects.toThrow('restore it with git');
    expect(await readFile(join(it.bundleRoot, 'models', 'vad.onnx'), 'utf8')).toBe('damaged weight');
  });

  it('fetches once when it runs twice at once', async () => {
    await using it = await scene();
    const [first, second] = await Promise.all([
      ensureModels('default', it.options),
      ensureModels('default', it.options),
    ]);
    expect(first).toEqual(second);
    expect(await it.python.calls()).toHaveLength(2);
    expect(it.events.filter(({ kind }) => kind === 'waiting')).toHaveLength(1);
  });

  it('rejects with the reason when aborted and gives the lock back', async () => {
    await using it = await scene();
    const why = new Error('enough');
    const abort = new AbortController();
    const running = ensureModels(['small-llm'], {
      ...it.options,
      signal: abort.signal,
      onProgress: () => abort.abort(why),
    });
    await expect(running).rejects.toBe(why);
    expect(existsSync(it.store.lockFile)).toBe(false);
    await ensureModels(['small-llm'], it.options);
  });

  it('names the ids there are when one is unknown', async () => {
    await using it = await scene();
    await expect(ensureModels(['nobody'], it.options)).rejects.toMatchObject({
      code: 'SLOWCAT_MODEL_UNKNOWN',
    });
  });
});

describe('locateModels', () => {
  it('says where files are without fetching, and which one is missing', async () => {
    await using it = await scene();
    await expect(locateModels('default', it.options)).rejects.toMatchObject({
      code: 'SLOWCAT_MODEL_MISSING',
    });
    expect(await it.python.calls()).toEqual([]);
    const ready = await ensureModels('default', it.options);
    expect(await locateModels('default', it.options)).toEqual(ready);
  });
});

describe('inspectModels', () => {
  it('tells verified, missing and wrong files apart and changes nothing', async () => {
    await using it = await scene();
    await mkdir(dirname(it.llmPath), { recursive: true });
    await copyFile(join(it.bundleRoot, 'models', 'vad.onnx'), it.llmPath);
    const reports = await inspectModels(catalog.models, { store: it.store, hash: true });
    expect(reports.map(({ model, state }) => [model, state])).toEqual([
      ['small-llm', 'wrong'],
      ['small-stt', 'missing'],
      ['small-vad', 'verified'],
    ]);
    expect(existsSync(it.llmPath)).toBe(true);
  });
});
