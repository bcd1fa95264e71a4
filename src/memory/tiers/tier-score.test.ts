import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tierScore } from './tier-score.js';

describe('tierScore', () => {
  it.each([
    [{ uses: 0, lastMs: 10_000 }, 0.7],
    [{ uses: 1, lastMs: 10_000 }, 0.703],
    [{ uses: 50, lastMs: 9000 }, 0.5],
    [{ uses: 100, lastMs: 1000 }, 0.37],
    [{ uses: 9999, lastMs: 99_000 }, 1],
  ])('scores %j %d ten seconds after the start', (use, score) => {
    expect(tierScore(use, 10_000)).toBeCloseTo(score, 6);
  });

  it('stays within 0 and 1, and falls with time', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer(), fc.integer(), fc.nat(1e9), (uses, lastMs, nowMs, laterMs) => {
        const score = tierScore({ uses, lastMs }, nowMs);
        expect(score).toBeGreaterThan(0);
        expect(score).toBeLessThanOrEqual(1);
        expect(tierScore({ uses, lastMs }, nowMs + laterMs)).toBeLessThanOrEqual(score);
      }),
    );
  });
});
