import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { excerpt } from './excerpt.js';

describe('excerpt', () => {
  const long = `${'We talked a lot. '.repeat(20)}My dog is called Potola. ${'Then we left. '.repeat(20)}`;

  it('leaves short texts as they are', () => {
    expect(excerpt('Short.', new Set(['dog']), 100)).toBe('Short.');
  });

  it('keeps the sentence that is about the query', () => {
    expect(excerpt(long, new Set(['dog']), 60)).toBe(
      '…My dog is called Potola. Then we left. Then we left.…',
    );
  });

  it('begins at the beginning when nothing matches, and cuts a long sentence at a word', () => {
    expect(excerpt(long, new Set(), 40)).toBe('We talked a lot. We talked a lot.…');
    expect(excerpt('aaaa bbbb cccc dddd', new Set(), 12)).toBe('aaaa bbbb…');
  });

  it('is never longer than asked for, its marks aside', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 500 }), fc.integer({ min: 2, max: 200 }), (text, maxChars) => {
        expect(excerpt(text, new Set(['dog']), maxChars).length).toBeLessThanOrEqual(maxChars + 2);
      }),
    );
  });
});
