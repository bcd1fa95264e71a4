import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createFeatureExtractor,
  featureBands,
  featureFrames,
  turnSamples,
  type ExtractFeatures,
} from './features.js';

/** @param hz of a tone, 16 kHz */
function tone(samples: number, hz = 440): Float32Array {
  return Float32Array.from({ length: samples }, (_, n) => 0.3 * Math.sin((2 * Math.PI * hz * n) / 16_000));
}

describe('features', () => {
  let extract: ExtractFeatures;
  beforeAll(async () => {
    extract = await createFeatureExtractor();
  });

  it('are those of Pipecat 1.14.0 for a second of 440 Hz', () => {
    const features = extract(tone(16_000));
    expect(features.length).toBe(featureBands * featureFrames);
    expect(Math.min(...features)).toBeCloseTo(-0.11025317, 5);
    expect(Math.max(...features)).toBeCloseTo(1.88974679, 5);
    const mean = features.reduce((sum, x) => sum + x, 0) / features.length;
    expect(mean).toBeCloseTo(-0.0960477, 5);
    expect(features[10 * featureFrames + 790]).toBeCloseTo(1.800281, 5);
  });

  it('put a short turn at the end, behind silence', () => {
    const turn = tone(24_000, 1_000);
    const padded = new Float32Array(turnSamples);
    padded.set(turn, turnSamples - turn.length);
    const [short, whole] = [extract(turn), extract(padded)];
    // Not computed twice but copied, so equal but for the last digits.
    for (const [i, x] of whole.entries()) expect(Math.abs(x - short[i]!)).toBeLessThan(1e-4);
  });

  it('look at the last 8 s only', () => {
    const long = new Float32Array(turnSamples + 32_000).map((_, i) => 0.1 * Math.sin(i * i * 1e-7));
    expect(extract(long)).toEqual(extract(long.slice(-turnSamples)));
  });

  it('do not depend on how loud the turn is', () => {
    const loud = tone(48_000, 700);
    const [a, b] = [extract(loud), extract(loud.map((x) => x / 2))];
    for (const [i, x] of a.entries()) expect(Math.abs(x - b[i]!)).toBeLessThan(1e-3);
  });

  it.each([0, 1, 199, 200, 201, 400, turnSamples - 200, turnSamples - 1, turnSamples, turnSamples + 1])(
    'are finite and span two at most for %i samples, all the same or not',
    (samples) => {
      for (const turn of [new Float32Array(samples), new Float32Array(samples).fill(1), tone(samples)]) {
        const features = extract(turn);
        expect(features.every(Number.isFinite)).toBe(true);
        expect(Math.max(...features) - Math.min(...features)).toBeLessThanOrEqual(2.000001);
      }
    },
  );

  it('are the same again, whatever came before', () => {
    const first = extract(tone(30_000, 300));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 140_000 }), (samples) => {
        extract(tone(samples, 2_000));
        expect(extract(tone(30_000, 300))).toEqual(first);
      }),
      { numRuns: 5 },
    );
  });
});
