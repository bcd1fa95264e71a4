import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { orderOf, softRanks } from './order.js';

const scores = fc.array(
  fc.oneof(fc.constantFrom(0, -0, 1, -1, 0.5), fc.float({ noNaN: true, min: -1e6, max: 1e6 })),
  { maxLength: 200 },
);

describe('orderOf', () => {
  it('is a sort by score, the later of equals first', () => {
    fc.assert(
      fc.property(scores, (values) => {
        const expected = values.map((_, i) => i).sort((x, y) => values[y]! - values[x]! || y - x);
        expect([...orderOf(values, new Uint32Array(values.length))]).toEqual(expected);
      }),
    );
  });

  it('gives ranks that fall from 1', () => {
    expect([...softRanks([3, 9, 5], 5)].map((rank) => Number(rank.toFixed(3)))).toEqual([0.714, 1, 0.833]);
  });
});
