import { createHash } from 'node:crypto';
import { access, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExpectedContent } from './catalog.js';
import { temporaryFolder } from './fake-python.test-helper.js';
import { Verifier } from './verify.js';

const sum = (text: string): string => createHash('sha256').update(text).digest('hex');
const expected: ExpectedContent = {
  name: 'model.bin',
  accepted: [
    { bytes: 5, sha256: sum('right') },
    { bytes: 7, sha256: sum('as good') },
  ],
};

async function scene(text: string) {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'model.bin');
  const stampFile = join(folder.path, 'stamps', '.verified.json');
  await writeFile(path, text);
  return {
    path,
    stampFile,
    verifier: new Verifier(stampFile),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describe('Verifier', () => {
  it.each(['right', 'as good'])(
    'remembers that "%s" is accepted, also for the next process',
    async (text) => {
      await using it = await scene(text);
      expect(await it.verifier.state(it.path, expected)).toBe('unchecked');
      await it.verifier.check(it.path, expected);
      expect(await it.verifier.state(it.path, expected)).toBe('verified');
      expect(await new Verifier(it.stampFile).state(it.path, expected)).toBe('verified');
    },
  );

  it('removes a wrong file and says both checksums', async () => {
    await using it = await scene('wrong');
    await expect(it.verifier.check(it.path, expected)).rejects.toMatchObject({
      code: 'SLOWCAT_MODEL_CHECKSUM',
      message: expect.stringContaining(sum('wrong')) as string,
    });
    await expect(access(it.path)).rejects.toThrow();
    expect(await it.verifier.state(it.path, expected)).toBe('missing');
  });

  it('leaves a wrong file that belongs to the repository', async () => {
    await using it = await scene('wrong');
    await expect(it.verifier.check(it.path, expected, { keep: true })).rejects.toThrow('restore it with git');
    expect(await readFile(it.path, 'utf8')).toBe('wrong');
  });

  it('hashes again after the file was touched or replaced by one of the same size', async () => {
    await using it = await scene('right');
    await it.verifier.check(it.path, expected);
    await writeFile(it.path, 'fight');
    await utimes(it.path, new Date(2000), new Date(2000));
    expect(await it.verifier.state(it.path, expected)).toBe('unchecked');
    await expect(it.verifier.check(it.path, expected)).rejects.toThrow();
  });

  it('does not trust a stamp for another checksum than the catalog has now', async () => {
    await using it = await scene('right');
    await it.verifier.check(it.path, expected);
    const newer: ExpectedContent = { name: 'model.bin', accepted: [{ bytes: 5, sha256: sum('newer') }] };
    expect(await it.verifier.state(it.path, newer)).toBe('unchecked');
  });

  it('starts over with a damaged stamp file', async () => {
    await using it = await scene('right');
    await it.verifier.check(it.path, expected);
    await writeFile(it.stampFile, '{"half');
    expect(await new Verifier(it.stampFile).state(it.path, expected)).toBe('unchecked');
  });

  it('compares only the size where the catalog has no checksum', async () => {
    await using it = await scene('right');
    const open: ExpectedContent = { name: 'model.bin', accepted: [{ bytes: 5, sha256: null }] };
    await it.verifier.check(it.path, open);
    expect(await it.verifier.state(it.path, open)).toBe('verified');
  });
});
