import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectGgmlWhisper } from './ggml-file.js';

const int32s = (...values: number[]): Buffer => Buffer.from(Int32Array.from(values).buffer);

/** A model without layers: the eleven tensors outside of them, one value each. */
function modelFile({ vocabulary = 51_864, tensors = 11, type = 0 } = {}): Buffer {
  const bytes = type === 8 ? 34 : 4;
  const elements = type === 8 ? 32 : 1;
  const tensor = Buffer.concat([int32s(1, 1, type, elements), Buffer.from('t'), Buffer.alloc(bytes)]);
  return Buffer.concat([
    int32s(0x67676d6c, vocabulary, 1500, 384, 6, 0, 448, 384, 6, 0, 80, 1),
    int32s(2, 3),
    Buffer.alloc(2 * 3 * 4),
    int32s(2, 1),
    Buffer.from('a'),
    int32s(0),
    ...Array.from({ length: tensors }, () => tensor),
  ]);
}

describe('inspectGgmlWhisper', () => {
  let directory: string;
  beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'slowcat-ggml-'))));
  afterEach(() => rm(directory, { recursive: true }));
  const inspect = async (bytes: Buffer): Promise<unknown> => {
    const path = join(directory, 'model.bin');
    await writeFile(path, bytes);
    return inspectGgmlWhisper(path);
  };

  it('tells English models from those of many languages', async () => {
    expect(await inspect(modelFile())).toEqual({
      multilingual: false,
      audioContext: 1500,
      endOfTextId: 50_256,
    });
    expect(await inspect(modelFile({ vocabulary: 51_865 }))).toEqual({
      multilingual: true,
      audioContext: 1500,
      endOfTextId: 50_257,
    });
  });

  it('knows the size of quantised tensors', async () => {
    await expect(inspect(modelFile({ type: 8 }))).resolves.toBeDefined();
  });

  it('refuses a file cut at any place', async () => {
    const whole = modelFile();
    for (let length = 0; length < whole.length; length++) {
      await expect(inspect(whole.subarray(0, length))).rejects.toMatchObject({
        code: 'SLOWCAT_MODEL_FORMAT',
      });
    }
  });

  it('refuses what is something else', async () => {
    await expect(inspect(Buffer.from('GGUF and so on and so on'))).rejects.toThrow('does not begin like one');
    await expect(inspect(modelFile({ type: 99 }))).rejects.toThrow('tensor type 99 is unknown');
    await expect(inspect(modelFile({ tensors: 12 }))).rejects.toThrow('12 tensors instead of 11');
  });

  it('says so when there is no file', async () => {
    await expect(inspectGgmlWhisper(join(directory, 'none.bin'))).rejects.toMatchObject({
      code: 'SLOWCAT_MODEL_MISSING',
    });
  });
});
