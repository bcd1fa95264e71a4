import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findModel, loadCatalog, packageRoot } from './catalog.js';
import { temporaryFolder } from './fake-python.test-helper.js';
import { defaultModelsDir, openStore } from './store.js';

describe('openStore', () => {
  it('takes the option, else SLOWCAT_MODELS_DIR, else the clone', () => {
    const env = { SLOWCAT_MODELS_DIR: '/models' };
    expect(openStore({ modelsDir: '/mine', env }).root).toBe('/mine');
    expect(openStore({ env }).root).toBe('/models');
    expect(openStore({ env: { SLOWCAT_MODELS_DIR: '' } }).root).toBe(join(packageRoot, 'models', 'fetched'));
  });

  it('puts fetched files into a folder per model and leaves bundled ones in the package', () => {
    const store = openStore({ modelsDir: '/mine' });
    const kokoro = findModel(loadCatalog(), 'kokoro-82m-int8');
    expect(kokoro.files.map((file) => store.pathOf(kokoro, file))).toEqual([
      join('/mine', 'kokoro-82m-int8', 'kokoro-v1.0.int8.onnx'),
      join(packageRoot, 'models', 'kokoro', 'vocab.json'),
    ]);
  });
});

describe('defaultModelsDir', () => {
  it('avoids node_modules, which the next update of the package deletes', async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'node_modules', 'slowcat');
    await mkdir(root, { recursive: true });
    expect(defaultModelsDir({ XDG_CACHE_HOME: '/cache' }, root)).toBe(join('/cache', 'slowcat', 'models'));
  });

  it('uses the user cache where the package cannot be written', () => {
    expect(defaultModelsDir({ XDG_CACHE_HOME: '/cache' }, '/dev/null')).toBe(
      join('/cache', 'slowcat', 'models'),
    );
  });
});
