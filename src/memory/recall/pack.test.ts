import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { pack } from './pack.js';

const count = (text: string): number => text.length;
const lines = (...texts: string[]): { line: string }[] => texts.map((line) => ({ line }));

describe('pack', () => {
  it('takes the best that fit and passes over what is too long', () => {
    const packed = pack(lines('- a', `- ${'b'.repeat(99)}`, '- c'), 40, 8, count);
    expect(packed.block).toBe('[Memory Context - 2 items]:\n- a\n- c');
    expect(packed.tokens).toBe(packed.block.length);
  });

  it('is empty, header and all, when nothing fits', () => {
    expect(pack(lines('- a'), 10, 8, count)).toEqual({ items: [], block: '', tokens: 0 });
  });

  it('keeps to the budget and the number of items for any lines', () => {
    const some = fc.array(fc.string({ maxLength: 60 }), { maxLength: 30 });
    fc.assert(
      fc.property(some, fc.nat(400), fc.nat(10), (texts, budget, maxItems) => {
        const packed = pack(lines(...texts), budget, maxItems, count);
        expect(count(packed.block)).toBeLessThanOrEqual(budget);
        expect(packed.items.length).toBeLessThanOrEqual(maxItems);
      }),
    );
  });
});
