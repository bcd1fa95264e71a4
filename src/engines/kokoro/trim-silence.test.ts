import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { peak } from '../../audio/index.js';
import { trimSilence } from './trim-silence.js';

const rate = 24_000;
const ms = (n: number): number => (rate * n) / 1000;

/** A tone between two silences. */
function recording(leadMs: number, toneMs: number, trailMs: number): Float32Array {
  const pcm = new Float32Array(ms(leadMs + toneMs + trailMs));
  for (let i = 0; i < ms(toneMs); i++) pcm[ms(leadMs) + i] = 0.3 * Math.sin(i / 7);
  return pcm;
}

describe('trimSilence', () => {
  it('keeps as much silence as it is told', () => {
    const out = trimSilence(recording(300, 500, 450), { sampleRateHz: rate, leadMs: 20, trailMs: 100 });
    expect(Math.abs(out.length - ms(20 + 500 + 100))).toBeLessThanOrEqual(ms(5));
    expect(peak(out.subarray(0, ms(14)))).toBe(0);
    expect(peak(out.subarray(ms(20), ms(30)))).toBeGreaterThan(0.2);
    expect(peak(out.subarray(-ms(90)))).toBe(0);
  });

  it('keeps the pauses within', () => {
    const pcm = new Float32Array(ms(1400));
    pcm.set(recording(0, 200, 0), ms(300));
    pcm.set(recording(0, 200, 0), ms(900));
    const out = trimSilence(pcm, { sampleRateHz: rate, leadMs: 0, trailMs: 0 });
    expect(Math.abs(out.length - ms(800))).toBeLessThanOrEqual(ms(10));
  });

  it('fades what it cuts and nothing else', () => {
    const tone = recording(0, 200, 0);
    expect(trimSilence(tone, { sampleRateHz: rate, leadMs: 0, trailMs: 0 })).toEqual(tone);
    const noisy = Float32Array.from({ length: ms(300) }, (_, i) => (i < ms(100) ? 0.002 : 0.3));
    const out = trimSilence(noisy, { sampleRateHz: rate, leadMs: 50, trailMs: 0 });
    expect(Math.abs(out[0]!)).toBeLessThan(0.0001);
    expect(out.at(-1)).toBeCloseTo(0.3);
  });

  it('gives nothing for silence and for nothing', () => {
    for (const length of [0, 1, ms(500)]) {
      const options = { sampleRateHz: rate, leadMs: 20, trailMs: 20 };
      expect(trimSilence(new Float32Array(length), options).length).toBe(0);
    }
  });

  it('never loses a loud sample, never grows and leaves its input alone', () => {
    fc.assert(
      fc.property(
        fc.nat(3000),
        fc.integer({ min: 1, max: 3000 }),
        fc.nat(3000),
        fc.nat(100),
        fc.nat(100),
        (lead, loud, trail, leadMs, trailMs) => {
          const pcm = new Float32Array(lead + loud + trail).fill(0.5, lead, lead + loud);
          const out = trimSilence(pcm, { sampleRateHz: rate, leadMs, trailMs });
          expect(out.length).toBeLessThanOrEqual(pcm.length);
          expect(out.filter((x) => x > 0).length).toBe(loud);
          expect(pcm.filter((x) => x === 0.5).length).toBe(loud);
        },
      ),
    );
  });
});
