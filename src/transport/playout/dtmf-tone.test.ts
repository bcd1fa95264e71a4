import { describe, expect, it } from 'vitest';

import type { KeypadEntry } from '../../pipeline/frames/index.js';
import { dtmfTone } from './dtmf-tone.js';

/** Strength of one frequency (Goertzel's sum, written out). */
const strength = (samples: Int16Array, hz: number, sampleRateHz: number): number => {
  let [re, im] = [0, 0];
  samples.forEach((sample, i) => {
    re += sample * Math.cos((2 * Math.PI * hz * i) / sampleRateHz);
    im += sample * Math.sin((2 * Math.PI * hz * i) / sampleRateHz);
  });
  return Math.hypot(re, im);
};

const rows = [697, 770, 852, 941];
const columns = [1209, 1336, 1477];
const pad = ['123', '456', '789', '*0#'];
const strongest = (all: readonly number[], samples: Int16Array, rate: number) =>
  all.reduce((best, hz) => (strength(samples, hz, rate) > strength(samples, best, rate) ? hz : best));

describe('dtmfTone', () => {
  it.each([8000, 16_000, 24_000])('sounds each key by its row and its column at %i Hz', (rate) => {
    for (const key of pad.flatMap((row) => row.match(/./g) ?? []) as KeypadEntry[]) {
      const samples = dtmfTone(key, rate);
      const row = rows.indexOf(strongest(rows, samples, rate));
      const column = columns.indexOf(strongest(columns, samples, rate));
      expect(pad[row]?.[column]).toBe(key);
    }
  });

  it('is 120 ms of tone below full scale and 80 ms of pause', () => {
    const samples = dtmfTone('5', 8000);
    expect(samples.length).toBe(1600);
    expect(samples.subarray(960)).toEqual(new Int16Array(640));
    expect(Math.max(...samples)).toBeGreaterThan(15_000);
    expect(Math.max(...samples)).toBeLessThan(32_767);
  });
});
