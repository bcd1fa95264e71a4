import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LoudnessMeter, loudnessToVolume, peak, rms, toDbfs } from './levels.js';

function sine(hz: number, sampleRateHz: number, seconds: number, amplitude = 1): Float32Array {
  return Float32Array.from(
    { length: Math.round(sampleRateHz * seconds) },
    (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / sampleRateHz),
  );
}

describe('rms, peak and dBFS', () => {
  it('know a sine', () => {
    const wave = sine(100, 16_000, 1, 0.5);
    expect(rms(wave)).toBeCloseTo(0.5 / Math.SQRT2, 4);
    expect(peak(wave)).toBeCloseTo(0.5, 4);
    expect(toDbfs(0.5)).toBeCloseTo(-6.02, 2);
  });

  it('know silence', () => {
    expect(rms(new Float32Array(0))).toBe(0);
    expect(peak(new Float32Array(0))).toBe(0);
    expect(toDbfs(0)).toBe(-Infinity);
  });

  it('never put the mean above the peak', () => {
    fc.assert(
      fc.property(fc.float32Array({ min: -1, max: 1, noNaN: true }), (pcm) => rms(pcm) <= peak(pcm) + 1e-12),
    );
  });
});

describe('LoudnessMeter', () => {
  it.each([16_000, 24_000, 48_000])(
    'reads -3.01 LUFS for a full-scale 997 Hz sine at %i Hz, as BS.1770 says',
    (rate) => {
      expect(new LoudnessMeter(rate).push(sine(997, rate, 2))).toBeCloseTo(-3.01, 1);
    },
  );

  it('is silent about the first 400 ms', () => {
    const meter = new LoudnessMeter(16_000);
    expect(meter.push(sine(997, 16_000, 0.399))).toBeUndefined();
    expect(meter.push(sine(997, 16_000, 0.001))).toBeCloseTo(-3.01, 0);
  });

  it('hears only the last 400 ms', () => {
    const meter = new LoudnessMeter(16_000);
    meter.push(sine(997, 16_000, 1));
    const after = meter.push(new Float32Array(16_000));
    expect(after).toBeLessThan(-70);
  });

  it('does not depend on how the stream is cut', () => {
    const wave = sine(440, 16_000, 1, 0.1);
    const whole = new LoudnessMeter(16_000).push(wave)!;
    const pieces = new LoudnessMeter(16_000);
    let last: number | undefined;
    for (let i = 0; i < wave.length; i += 500) last = pieces.push(wave.subarray(i, i + 500));
    expect(last).toBeCloseTo(whole, 9);
  });

  it('weighs rumble less than speech frequencies', () => {
    const loudness = (hz: number): number => new LoudnessMeter(16_000).push(sine(hz, 16_000, 2, 0.1))!;
    expect(loudness(20)).toBeLessThan(loudness(1000) - 10);
    expect(loudness(4000)).toBeGreaterThan(loudness(1000) + 2);
  });
});

it('maps loudness to a volume of 0..1', () => {
  expect([-Infinity, -110, -60, -10, 0].map(loudnessToVolume)).toEqual([0, 0, 0.5, 1, 1]);
});
