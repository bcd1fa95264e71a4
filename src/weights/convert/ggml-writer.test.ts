import { describe, expect, it } from 'vitest';
import { ggmlHeader, ggmlTensor } from './ggml-writer.js';

describe('ggmlHeader', () => {
  it('lays out magic, shape, filters and tokens', () => {
    const shape = {
      vocabulary: 9,
      audioContext: 8,
      state: 7,
      heads: 6,
      audioLayers: 5,
      textContext: 4,
      textLayers: 3,
      melBands: 2,
    };
    const bytes = ggmlHeader(shape, Float32Array.of(0, 1, -2, 0.5), [Buffer.from('ab'), Buffer.from('')]);
    const int32 = (index: number): number => bytes.readInt32LE(index * 4);
    expect(bytes.subarray(0, 4).toString('latin1')).toBe('lmgg');
    expect(Array.from({ length: 11 }, (_, index) => int32(index + 1))).toEqual([
      9, 8, 7, 6, 5, 4, 7, 6, 3, 2, 1,
    ]);
    expect([int32(12), int32(13)]).toEqual([2, 2]);
    expect([14, 15, 16, 17].map((index) => bytes.readFloatLE(index * 4))).toEqual([0, 1, -2, 0.5]);
    expect(bytes.subarray(18 * 4).toString('hex')).toBe('02000000' + '02000000' + '6162' + '00000000');
  });
});

describe('ggmlTensor', () => {
  it('writes dimensions innermost first, then name and data', () => {
    const bytes = ggmlTensor({
      name: 'w',
      dims: [2, 3],
      type: 'float16',
      bytes: Buffer.from('0102030405060708090a0b0c', 'hex'),
    });
    expect(bytes.toString('hex')).toBe(
      '02000000' + '01000000' + '01000000' + '03000000' + '02000000' + '77' + '0102030405060708090a0b0c',
    );
  });
});
