import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { bindKokoro, type KokoroSession } from './kokoro-session.js';

function session(inputNames: string[], outputNames: string[], audio: Tensor) {
  const seen: InferenceSession.OnnxValueMapType[] = [];
  const fake: KokoroSession = {
    inputNames,
    outputNames,
    run: (feeds: InferenceSession.OnnxValueMapType) => {
      seen.push(feeds);
      return Promise.resolve({ [outputNames[0]!]: audio });
    },
  };
  return { fake, seen };
}

const pcm = Float32Array.of(0.1, 0.2);
const audio = new Tensor('float32', pcm, [1, 2]);
const inputs = { inputIds: [0n, 43n, 0n], style: new Float32Array(256).fill(0.5), speed: 1.25 };

describe('bindKokoro', () => {
  it.each([
    ['input_ids', 'waveform'],
    ['tokens', 'audio'],
  ])('speaks to an export with %s and %s', async (ids, output) => {
    const { fake, seen } = session([ids, 'style', 'speed'], [output], audio);
    expect(await bindKokoro(fake)(inputs)).toBe(pcm);
    const feeds = seen[0] as Record<string, Tensor>;
    expect(feeds[ids]).toMatchObject({ type: 'int64', dims: [1, 3] });
    expect(Array.from(feeds[ids]!.data as BigInt64Array)).toEqual([0n, 43n, 0n]);
    expect(feeds['style']).toMatchObject({ type: 'float32', dims: [1, 256] });
    expect(feeds['speed']!.data).toEqual(Float32Array.of(1.25));
  });

  it('refuses another model', () => {
    const { fake } = session(['input', 'state', 'sr'], ['output'], audio);
    expect(() => bindKokoro(fake)).toThrow('inputs input, state, sr');
  });

  it('refuses another kind of output', async () => {
    const { fake } = session(['tokens', 'style', 'speed'], ['audio'], new Tensor('int32', [1, 2], [2]));
    await expect(bindKokoro(fake)(inputs)).rejects.toThrow('no 32-bit floats');
  });
});
