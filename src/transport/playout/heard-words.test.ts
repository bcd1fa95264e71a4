import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { heardWords } from './heard-words.js';

const wordsOf = (text: string): string[] => text.split(/\s+/u).filter(Boolean);
const clause = fc
  .array(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 20 })
  .map((words) => words.join(' '));
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('heardWords', () => {
  it.each([
    [0, ''],
    [0.2, ''],
    [0.25, 'One'],
    [0.6, 'One two'],
    [0.99, 'One two'],
    [1, 'One two four.'],
  ])('cuts at the word: %f', (part, heard) => {
    expect(heardWords('One two four.', part)).toBe(heard);
  });

  it.each([
    [-1, ''],
    [Number.NaN, ''],
    [7, 'One two.'],
    [Number.POSITIVE_INFINITY, 'One two.'],
  ])('takes what is out of range for the nearest: %f', (part, heard) => {
    expect(heardWords('One two.', part)).toBe(heard);
  });

  it('never has more than was spoken, and whole words only', () => {
    fc.assert(
      fc.property(clause, share, (text, part) => {
        const heard = heardWords(text, part);
        expect(text.startsWith(heard)).toBe(true);
        expect(wordsOf(text).slice(0, wordsOf(heard).length)).toEqual(wordsOf(heard));
        expect(heard.length).toBeLessThanOrEqual(part * text.length + 1e-6);
      }),
    );
  });

  it('only grows while more is played', () => {
    fc.assert(
      fc.property(clause, share, share, (text, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        expect(heardWords(text, more).startsWith(heardWords(text, less))).toBe(true);
      }),
    );
  });

  it('lacks less than one word of the share', () => {
    fc.assert(
      fc.property(clause, share, (text, part) => {
        const heard = heardWords(text, part);
        const [next] = wordsOf(text.slice(heard.length));
        const gap = /^\s*/u.exec(text.slice(heard.length))?.[0].length ?? 0;
        if (next !== undefined) expect(heard.length + gap + next.length).toBeGreaterThan(part * text.length);
      }),
    );
  });
});
