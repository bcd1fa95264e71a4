import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCt2 } from './ct2-reader.js';
import { convertWhisper, whisperShape, whisperToGgml } from './ct2-to-ggml.js';
import { readGgmlTensors } from './read-ggml.test-helper.js';
import { ct2File, tinyWhisper, type TestVariable } from './synthetic-ct2.test-helper.js';

const tokens = [Buffer.from('a'), Buffer.from('<|endoftext|>')];
const convert = (variables: readonly TestVariable[], spec = 'WhisperSpec'): Buffer =>
  Buffer.concat([...whisperToGgml(readCt2(ct2File(variables, { spec })), tokens)]);

describe('whisperToGgml', () => {
  const model = tinyWhisper();

  it('reads the shape off the variables', () => {
    expect(whisperShape(readCt2(ct2File(model)))).toEqual({
      vocabulary: 5,
      audioContext: 7,
      textContext: 6,
      melBands: 8,
      state: 64,
      heads: 1,
      audioLayers: 1,
      textLayers: 1,
    });
  });

  it('writes every tensor of a one-layer model once, with its type and shape', () => {
    const tensors = readGgmlTensors(convert(model)).tensors;
    const shapes = new Map(tensors.map(({ name, type, dims }) => [name, [type, ...dims]]));
    expect(shapes.size).toBe(tensors.length);
    // 11 outside the layers; a block has 15 on each side, and 9 more for cross-attention.
    expect(tensors.length).toBe(50);
    expect(shapes.get('encoder.conv1.weight')).toEqual([1, 64, 8, 3]);
    expect(shapes.get('encoder.conv1.bias')).toEqual([0, 64, 1]);
    expect(shapes.get('encoder.blocks.0.attn.query.weight')).toEqual([1, 64, 64]);
    expect(shapes.get('encoder.blocks.0.attn.value.bias')).toEqual([0, 64]);
    expect(shapes.has('encoder.blocks.0.attn.key.bias')).toBe(false);
    expect(shapes.get('decoder.blocks.0.cross_attn.value.weight')).toEqual([1, 64, 64]);
    expect(shapes.get('decoder.token_embedding.weight')).toEqual([1, 5, 64]);
    expect(shapes.get('decoder.positional_embedding')).toEqual([0, 6, 64]);
  });

  it('takes stacked projections apart in the order Q, K, V', () => {
    const stacked = model.find(({ name }) => name === 'encoder/layer_0/self_attention/linear_0/weight');
    const tensors = new Map(
      readGgmlTensors(convert(model)).tensors.map((tensor) => [tensor.name, tensor.bytes]),
    );
    const parts = ['query', 'key', 'value'].map((part) =>
      tensors.get(`encoder.blocks.0.attn.${part}.weight`)!,
    );
    expect(Buffer.concat(parts).equals(stacked!.bytes)).toBe(true);
  });

  it('refuses what is not Whisper, not complete or not float16', () => {
    expect(() => convert(model, 'TransformerSpec')).toThrow('it is a TransformerSpec');
    expect(() => convert(model.filter(({ name }) => name !== 'encoder/conv2/bias'))).toThrow(
      'lacks variable encoder/conv2/bias',
    );
    const int8 = model.map((variable) =>
      variable.name === 'decoder/layer_0/ffn/linear_0/weight'
        ? { ...variable, type: 'int8' as const, bytes: variable.bytes.subarray(0, variable.bytes.length / 2) }
        : variable,
    );
    expect(() => convert(int8)).toThrow('is int8, not float16');
  });
});

describe('convertWhisper', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'slowcat-convert-'));
    await writeFile(join(directory, 'vocabulary.txt'), 'a\n<|endoftext|>\n');
  });
  afterEach(() => rm(directory, { recursive: true }));
  const files = (): { modelBin: string; vocabularyTxt: string; output: string } => ({
    modelBin: join(directory, 'model.bin'),
    vocabularyTxt: join(directory, 'vocabulary.txt'),
    output: join(directory, 'ggml.bin'),
  });

  it('gives the same bytes each time and leaves nothing else behind', async () => {
    await writeFile(files().modelBin, ct2File(tinyWhisper()));
    await convertWhisper(files());
    const first = await readFile(files().output);
    await convertWhisper(files());
    expect((await readFile(files().output)).equals(first)).toBe(true);
    expect((await readdir(directory)).sort()).toEqual(['ggml.bin', 'model.bin', 'vocabulary.txt']);
  });

  it('writes nothing when the model is damaged', async () => {
    await writeFile(files().modelBin, ct2File(tinyWhisper().slice(0, -1)));
    await expect(convertWhisper(files())).rejects.toMatchObject({ code: 'SLOWCAT_MODEL_FORMAT' });
    expect((await readdir(directory)).sort()).toEqual(['model.bin', 'vocabulary.txt']);
  });
});
