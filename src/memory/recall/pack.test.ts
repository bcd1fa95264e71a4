import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { pack, type BlockForm } from './pack.js';

const count = (text: string): number => text.length;
const lines = (...texts: string[]): { line: string; turnId: number; atMs: number }[] =>
  texts.map((line, i) => ({ line, turnId: i + 1, atMs: 0 }));
const options = (budgetTokens: number, maxItems = 8, form: BlockForm = 'lines') => ({
  budgetTokens,
  maxItems,
  form,
  countTokens: count,
});

describe('pack', () => {
  it('takes the best that fit and passes over what is too long', () => {
    const packed = pack(lines('- a', `- ${'b'.repeat(99)}`, '- c'), options(40));
    expect(packed.block).toBe('[Memory Context - 2 items]:\n- a\n- c');
    expect(packed.tokens).toBe(packed.block.length);
  });

  it('is empty, header and all, when nothing fits', () => {
    expect(pack(lines('- a'), options(10))).toEqual({ items: [], block: '', tokens: 0 });
  });

  it('keeps to the budget and the number of items for any lines', () => {
    const some = fc.array(fc.string({ maxLength: 60 }), { maxLength: 30 });
    const forms = fc.constantFrom<BlockForm>('lines', 'compact');
    fc.assert(
      fc.property(some, fc.nat(400), fc.nat(10), forms, (texts, budget, maxItems, form) => {
        const packed = pack(lines(...texts), options(budget, maxItems, form));
        expect(count(packed.block)).toBeLessThanOrEqual(budget);
        expect(packed.items.length).toBeLessThanOrEqual(maxItems);
      }),
    );
  });
});
