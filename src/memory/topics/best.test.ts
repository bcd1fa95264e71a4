import fc from 'fast-check';
import { expect, it } from 'vitest';

import { Best } from './best.js';

it('holds the best in order, of equals the first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), fc.integer({ min: 1, max: 8 }), (scores, most) => {
      const best = new Best<number>(most);
      scores.forEach((score, i) => best.offer(i, score));
      const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
      expect(best.items).toEqual(order.slice(0, most));
    }),
  );
});
