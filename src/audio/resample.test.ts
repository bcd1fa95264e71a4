import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rms, toDbfs } from './levels.js';
import { concatFloat32 } from './pcm.js';
import { resample, Resampler } from './resample.js';

function sine(hz: number, sampleRateHz: number, seconds: number): Float32Array {
  return Float32Array.from(
    { length: Math.round(sampleRateHz * seconds) },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / sampleRateHz),
  );
}

/** Error in dB below the signal, edges left out: the filter rings there. */
function errorDb(actual: Float32Array, expected: Float32Array, sampleRateHz: number): number {
  const edge = Math.round(sampleRateHz * 0.02);
  const difference = actual.map((x, i) => x - expected[i]!).subarray(edge, -edge);
  return toDbfs(rms(difference) / rms(expected));
}

const rates = [8000, 16_000, 22_050, 24_000, 44_100, 48_000];
const pairs = rates.flatMap((from) =>
  [16_000, 24_000].flatMap((to) => [[from, to] as const, [to, from] as const]),
);

describe('Resampler', () => {
  it.each(pairs)('carries a 440 Hz tone from %i to %i Hz in time and level', async (from, to) => {
    const out = await resample(sine(440, from, 0.5), from, to);
    const expected = sine(440, to, 0.5);
    expect(out.length).toBe(expected.length);
    expect(errorDb(out, expected, to)).toBeLessThan(-60);
  });

  it('removes what the lower rate cannot carry', async () => {
    const out = await resample(sine(11_000, 48_000, 0.5), 48_000, 16_000);
    expect(toDbfs(rms(out.subarray(400, -400)))).toBeLessThan(-80);
  });

  it('gives the same samples however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...pairs),
        fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 12 }),
        async ([from, to], sizes) => {
          const total = sizes.reduce((a, b) => a + b, 0);
          const pcm = Float32Array.from({ length: total }, (_, i) => Math.sin(i * i * 1e-5) * 0.3);
          const whole = await resample(pcm, from, to);
          const resampler = await Resampler.create(from, to);
          const pieces: Float32Array[] = [];
          let offset = 0;
          for (const size of sizes) pieces.push(resampler.process(pcm.subarray(offset, (offset += size))));
          const joined = concatFloat32([...pieces, resampler.flush()]);
          resampler.close();
          expect(joined.length).toBe(Math.round((total * to) / from));
          expect(joined.length).toBe(whole.length);
          expect(joined.every((x, i) => Math.abs(x - whole[i]!) < 1e-5)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('begins anew after flush', async () => {
    const resampler = await Resampler.create(48_000, 16_000);
    const tone = sine(300, 48_000, 0.1);
    const first = concatFloat32([resampler.process(tone), resampler.flush()]);
    const second = concatFloat32([resampler.process(tone), resampler.flush()]);
    resampler.close();
    expect(second).toEqual(first);
  });

  it('hears nothing of the stream before it when a converter is used again', async () => {
    const one = await Resampler.create(44_100, 24_000);
    one.process(new Float32Array(4410).fill(1));
    one.close();
    const out = await resample(new Float32Array(1600), 16_000, 24_000);
    expect(rms(out)).toBe(0);
  });

  it('holds back no more than 10 ms', async () => {
    const resampler = await Resampler.create(48_000, 16_000);
    expect(resampler.process(new Float32Array(4800)).length).toBeGreaterThan(1600 - 160);
    resampler.close();
  });

  it('passes equal rates through', async () => {
    const resampler = await Resampler.create(16_000, 16_000);
    const pcm = Float32Array.of(0.1, 0.2);
    expect(resampler.process(pcm)).toBe(pcm);
    expect(resampler.flush().length).toBe(0);
    resampler.close();
  });

  it('takes rates up to 384 kHz and long recordings', async () => {
    const out = await resample(sine(440, 384_000, 1), 384_000, 16_000);
    expect(errorDb(out, sine(440, 16_000, 1), 16_000)).toBeLessThan(-60);
    expect((await resample(new Float32Array(600_000), 8000, 48_000)).length).toBe(3_600_000);
  });

  it('does not alter its input', async () => {
    const pcm = sine(440, 48_000, 0.02);
    const copy = pcm.slice();
    await resample(pcm, 48_000, 16_000);
    expect(pcm).toEqual(copy);
  });

  it('refuses impossible rates and use after close', async () => {
    const invalid = { code: 'SLOWCAT_AUDIO_INVALID' };
    for (const rate of [0, -1, 384_001, 0.5, NaN]) {
      await expect(Resampler.create(rate, 16_000)).rejects.toMatchObject(invalid);
      await expect(Resampler.create(16_000, rate)).rejects.toMatchObject(invalid);
    }
    await expect(Resampler.create(8, 16_000)).rejects.toMatchObject(invalid);
    const resampler = await Resampler.create(8000, 16_000);
    resampler.close();
    resampler.close();
    expect(() => resampler.process(new Float32Array(1))).toThrow('closed');
  });
});
