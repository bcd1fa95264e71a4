import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { topPlaces } from './candidates.js';

describe('topPlaces', () => {
  it('is what sorting and cutting gives, the later one first among equals', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 });
    fc.assert(
      fc.property(scores, fc.nat(20), (values, limit) => {
        const sorted = [...values.keys()].sort((a, b) => values[b]! - values[a]! || b - a).slice(0, limit);
        expect(topPlaces(Float32Array.from(values), limit)).toEqual(sorted);
      }),
    );
  });
});
