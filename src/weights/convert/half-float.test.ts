import { describe, expect, it } from 'vitest';
import { halfToNumber, widenHalfFloats } from './half-float.js';

describe('halfToNumber', () => {
  it.each([
    [0x0000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x0400, 2 ** -14],
    [0x0001, 2 ** -24],
    [0x83ff, -(1023 / 1024) * 2 ** -14],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ])('reads %i as %d', (bits, value) => {
    expect(halfToNumber(bits)).toBe(value);
  });

  it('keeps the sign of zero', () => {
    expect(Object.is(halfToNumber(0x8000), -0)).toBe(true);
  });
});

describe('widenHalfFloats', () => {
  it('writes little-endian single floats in the same order', () => {
    const widened = widenHalfFloats(Buffer.from('003c00c0', 'hex'));
    expect(widened.toString('hex')).toBe('0000803f000000c0');
  });
});
