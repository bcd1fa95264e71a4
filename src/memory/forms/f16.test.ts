import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fromHalf, fromHalves, toHalf, toHalves } from './f16.js';

describe('half floats', () => {
  it('has the published encodings', () => {
    const known: [number, number][] = [
      [0x0000, 0],
      [0x8000, -0],
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3555, 0.333251953125],
      [0x3bff, 0.99951171875],
      [0x3c00, 1],
      [0x3c01, 1.0009765625],
      [0xc000, -2],
      [0x7bff, 65_504],
      [0x7c00, Infinity],
      [0xfc00, -Infinity],
    ];
    for (const [half, value] of known) {
      expect(fromHalf(half)).toBe(value);
      expect(toHalf(value)).toBe(half);
    }
    expect(fromHalf(toHalf(Number.NaN))).toBeNaN();
  });

  it('keeps each of the 65,536 as it is', () => {
    for (let half = 0; half < 0x1_0000; half++) {
      const value = fromHalf(half);
      if (!Number.isNaN(value) && toHalf(value) !== half) expect.fail(`${half}`);
    }
  });

  it('rounds to the nearest, ties to even', () => {
    expect(fromHalf(toHalf(65_519))).toBe(65_504);
    expect(fromHalf(toHalf(65_520))).toBe(Infinity);
    fc.assert(
      fc.property(fc.float({ min: -65_504, max: 65_504, noNaN: true }), (value) => {
        const half = toHalf(value);
        const error = Math.abs(fromHalf(half) - value);
        for (const neighbour of [half - 1, half + 1]) {
          const other = fromHalf(neighbour & 0xffff);
          if (!Number.isFinite(other)) continue;
          const otherError = Math.abs(other - value);
          expect(otherError).toBeGreaterThanOrEqual(error);
          if (otherError === error) expect(half % 2).toBe(0);
        }
      }),
    );
  });

  it('loses at most 2^-11 of a number within its range', () => {
    fc.assert(
      fc.property(fc.float({ min: Math.fround(2 ** -14), max: 60_000, noNaN: true }), (value) => {
        const [back] = fromHalves(toHalves(Float32Array.of(value)));
        expect(Math.abs(back! - value)).toBeLessThanOrEqual(value * 2 ** -11);
      }),
    );
  });
});
