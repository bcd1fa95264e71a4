import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tierSizes } from './tier-sizes.js';

describe('tierSizes', () => {
  it.each([
    [0, 0, 0, 0],
    [100, 100, 0, 0],
    [101, 51, 50, 0],
    [150, 100, 50, 0],
    [151, 51, 100, 0],
    [1100, 100, 1000, 0],
    [1101, 51, 1000, 50],
    [10_000, 100, 1000, 8900],
  ])('sorts %i turns as the document does', (turns, hot, warm, cold) => {
    expect(tierSizes(turns, 100, 1000)).toEqual({ hot, warm, cold });
  });

  it('loses none and overfills none, for any sizes', () => {
    const size = fc.integer({ min: 1, max: 500 });
    fc.assert(
      fc.property(fc.nat(5000), size, size, (turns, hotSize, warmSize) => {
        const { hot, warm, cold } = tierSizes(turns, hotSize, warmSize);
        expect(hot + warm + cold).toBe(turns);
        expect(hot).toBeLessThanOrEqual(hotSize);
        expect(warm).toBeLessThanOrEqual(warmSize);
        expect(Math.min(hot, warm, cold)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
