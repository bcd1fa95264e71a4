import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fromBands, toBands } from './wavelet.js';

const number = fc.float({ min: -1, max: 1, noNaN: true });
const vectors = fc
  .constantFrom(16, 48, 384)
  .chain((length) => fc.array(number, { minLength: length, maxLength: length }))
  .map((values) => Float32Array.from(values));
const squared = (vector: Float32Array): number => vector.reduce((sum, value) => sum + value * value, 0);
const distance = (one: Float32Array, other: Float32Array): number =>
  squared(one.map((value, i) => value - other[i]!));

describe('a vector coarse to fine', () => {
  it('is in as many numbers as it had', () => {
    expect(toBands(new Float32Array(384)).map((band) => band.length)).toEqual([24, 24, 48, 96, 192]);
    expect(toBands(new Float32Array(6), 1).map((band) => band.length)).toEqual([3, 3]);
    expect(toBands(new Float32Array(5), 0).map((band) => band.length)).toEqual([5]);
  });

  it('gives means of 16 neighbours at level 0 and the vector itself at level 4', () => {
    fc.assert(
      fc.property(vectors, (vector) => {
        const bands = toBands(vector);
        fromBands(bands).forEach((value, i) => expect(value).toBeCloseTo(vector[i]!, 5));
        fromBands(bands.slice(0, 1)).forEach((value, i) => {
          const start = i - (i % 16);
          const mean = vector.subarray(start, start + 16).reduce((sum, each) => sum + each, 0) / 16;
          expect(value).toBeCloseTo(mean, 5);
        });
      }),
    );
  });

  it('is never farther from the vector at a finer level, by exactly what the band holds', () => {
    fc.assert(
      fc.property(vectors, (vector) => {
        const bands = toBands(vector);
        const errors = bands.map((_, level) => distance(vector, fromBands(bands.slice(0, level + 1))));
        errors.forEach((error, level) => {
          const left = bands.slice(level + 1).reduce((sum, band) => sum + squared(band), 0);
          expect(error).toBeCloseTo(left, 3);
          if (level > 0) expect(error).toBeLessThanOrEqual(errors[level - 1]! + 1e-6);
        });
      }),
    );
  });

  it('refuses lengths that cannot be halved and bands that there are not', () => {
    expect(() => toBands(new Float32Array(24))).toThrow(RangeError);
    expect(() => toBands(new Float32Array(16), -1)).toThrow(RangeError);
    expect(() => fromBands([])).toThrow(RangeError);
    expect(() => fromBands(toBands(new Float32Array(32), 5), 4)).toThrow(RangeError);
  });
});
