import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesToInt16,
  checkChannels,
  checkSampleRate,
  concatFloat32,
  downmix,
  float32ToInt16,
  float32ToPcm16Bytes,
  int16ToBytes,
  int16ToFloat32,
  pcm16BytesToFloat32,
} from './pcm.js';

const invalid = expect.objectContaining({ code: 'SLOWCAT_AUDIO_INVALID' }) as Error;

describe('sample formats', () => {
  it('round-trip every 16-bit value exactly', () => {
    const all = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
    expect(float32ToInt16(int16ToFloat32(all))).toEqual(all);
  });

  it('clip instead of wrapping, and hear NaN as silence', () => {
    const loud = Float32Array.of(1, 1.5, -1, -7, Infinity, -Infinity, NaN);
    expect([...float32ToInt16(loud)]).toEqual([32_767, 32_767, -32_768, -32_768, 32_767, -32_768, 0]);
  });

  it('stay within half a step of any float in range', () => {
    fc.assert(
      fc.property(fc.float32Array({ min: -1, max: Math.fround(0.9999), noNaN: true }), (pcm) => {
        const back = pcm16BytesToFloat32(float32ToPcm16Bytes(pcm));
        return pcm.every((x, i) => Math.abs(x - back[i]!) <= 0.5 / 32_768 + 1e-9);
      }),
    );
  });
});

describe('byte views', () => {
  it('read little-endian samples at any alignment', () => {
    fc.assert(
      fc.property(fc.int16Array(), fc.integer({ min: 0, max: 3 }), (samples, shift) => {
        const bytes = new Uint8Array(samples.length * 2 + shift);
        const view = new DataView(bytes.buffer);
        samples.forEach((s, i) => view.setInt16(shift + i * 2, s, true));
        expect(bytesToInt16(bytes.subarray(shift))).toEqual(samples);
      }),
    );
  });

  it('write the low byte first', () => {
    expect([...int16ToBytes(Int16Array.of(1, -2))]).toEqual([1, 0, 0xfe, 0xff]);
  });

  it('respect the offset of a view into a larger buffer', () => {
    const samples = Int16Array.of(7, 8, 9).subarray(1);
    expect(bytesToInt16(int16ToBytes(samples))).toEqual(Int16Array.of(8, 9));
  });

  it('refuse half a sample', () => {
    expect(() => bytesToInt16(new Uint8Array(3))).toThrow(invalid);
  });
});

describe('downmix', () => {
  it('is the mean of the channels', () => {
    expect([...downmix(Float32Array.of(1, 0, -0.5, 0.5), 2)]).toEqual([0.5, 0]);
  });

  it('leaves mono as it is', () => {
    const mono = Float32Array.of(0.25);
    expect(downmix(mono, 1)).toBe(mono);
  });

  it('refuses broken sample frames and impossible channel counts', () => {
    expect(() => downmix(new Float32Array(3), 2)).toThrow(invalid);
    for (const channels of [0, -1, 1.5, NaN, 33]) expect(() => checkChannels(channels)).toThrow(invalid);
  });
});

it('accepts sample rates from 1 to 384000 Hz only', () => {
  for (const rate of [1, 16_000, 384_000]) expect(checkSampleRate(rate)).toBe(rate);
  for (const rate of [0, -16_000, 384_001, 16_000.5, NaN, Infinity]) {
    expect(() => checkSampleRate(rate)).toThrow(invalid);
  }
});

it('joins pieces in order', () => {
  expect([...concatFloat32([Float32Array.of(1), new Float32Array(0), Float32Array.of(2, 3)])]).toEqual([
    1, 2, 3,
  ]);
});
