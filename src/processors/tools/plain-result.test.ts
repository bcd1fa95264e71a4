import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainResult } from './plain-result.js';

describe('plainResult', () => {
  it('leaves JSON as it is, and writes the rest as JSON does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const { value: plain, shortened } = plainResult(value, 100_000);
        expect(JSON.stringify(plain)).toBe(JSON.stringify(value));
        expect(shortened).toBe(false);
      }),
    );
    const at = new Date(0);
    const odd = { at, no: undefined, not: Number.NaN, fn: () => 1, list: [undefined, Symbol('x')] };
    expect(plainResult(odd, 1000).value).toEqual(JSON.parse(JSON.stringify(odd)));
    expect(plainResult(undefined, 10).value).toBeNull();
  });

  it('is of bounded size, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.integer({ min: 0, max: 200 }), (value, most) => {
        const { value: plain, shortened } = plainResult({ value }, most);
        const length = JSON.stringify(plain).length;
        // Of what is open when the room ends, each level ends with a mark; escapes may double a text.
        expect(length).toBeLessThanOrEqual(most * 6 + 300);
        if (!shortened) expect(plain).toEqual(JSON.parse(JSON.stringify({ value })));
      }),
    );
  });

  it('shortens a megabyte without reading it', () => {
    let read = 0;
    const rows = Array.from({ length: 100_000 }, (_, row) => ({
      get row() {
        read += 1;
        return row;
      },
    }));
    const { value, shortened } = plainResult({ text: 'x'.repeat(1 << 20), rows }, 4000);
    expect(shortened).toBe(true);
    expect(JSON.stringify(value).length).toBeLessThan(4200);
    expect(plainResult(rows, 4000).shortened).toBe(true);
    expect(read).toBeLessThan(1000);
  });

  it('splits no character', () => {
    expect(plainResult('abc😀', 4).value).toBe('abc…');
  });

  it('refuses circles and numbers that JSON lacks, and passes on what getters throw', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = [circle];
    const broken = {
      get value(): string {
        throw new Error('broken');
      },
    };
    expect(() => plainResult(circle, 1000)).toThrow(TypeError);
    expect(() => plainResult({ big: 1n }, 1000)).toThrow(TypeError);
    expect(() => plainResult(broken, 1000)).toThrow('broken');
    const twice = { name: 'shared' };
    expect(plainResult([twice, twice], 1000).value).toEqual([twice, twice]);
  });

  it('goes only so deep', () => {
    let deep: unknown = 'end';
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(plainResult(deep, 4000).shortened).toBe(true);
  });
});
