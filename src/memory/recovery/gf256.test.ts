import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { inverse, invert, multiply } from './gf256.js';

const element = fc.integer({ min: 0, max: 255 });

describe('GF(256)', () => {
  it('multiplies as polynomials do', () => {
    const slow = (one: number, other: number): number => {
      let product = 0;
      for (let bit = 7; bit >= 0; bit--) {
        product <<= 1;
        if (product & 0x100) product ^= 0x11d;
        if ((other >> bit) & 1) product ^= one;
      }
      return product;
    };
    for (let one = 0; one < 256; one++) {
      for (let other = 0; other < 256; other++) {
        if (multiply(one, other) !== slow(one, other)) expect.fail(`${one} times ${other}`);
      }
    }
  });

  it('has an inverse of each element but zero', () => {
    for (let value = 1; value < 256; value++) expect(multiply(value, inverse(value))).toBe(1);
    expect(() => inverse(0)).toThrow(RangeError);
  });

  it('inverts a matrix, or says that there is no inverse', () => {
    const size = 5;
    const matrix = fc.array(fc.array(element, { minLength: size, maxLength: size }), {
      minLength: size,
      maxLength: size,
    });
    fc.assert(
      fc.property(matrix, (rows) => {
        let inverted: number[][];
        try {
          inverted = invert(rows);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        const product = rows.map((row) =>
          row.map((_, j) => row.reduce((sum, value, i) => sum ^ multiply(value, inverted[i]![j]!), 0)),
        );
        expect(product).toEqual(rows.map((row, i) => row.map((_, j) => (i === j ? 1 : 0))));
      }),
    );
    // A zero on the diagonal wants rows changed; two equal rows have no inverse.
    expect(
      invert([
        [0, 1],
        [1, 0],
      ]),
    ).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(() =>
      invert([
        [3, 7],
        [3, 7],
      ]),
    ).toThrow(RangeError);
  });
});
