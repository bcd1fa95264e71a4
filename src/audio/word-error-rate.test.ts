import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeWords, wordErrors } from './word-error-rate.js';

describe('normalizeWords', () => {
  it.each([
    ['Hello, World!', ['hello', 'world']],
    ['ill-disposed', ['ill', 'disposed']],
    ['my dog’s name', ['my', "dog's", 'name']],
    ["'Tis said", ['tis', 'said']],
    ['10 of clubs at 25, 40 or 0', ['ten', 'of', 'clubs', 'at', 'twenty', 'five', 'forty', 'or', 'zero']],
    ['Mr. John', ['mister', 'john']],
    ['año naïve 1961', ['año', 'naïve', '1961']],
    [' … ', []],
  ])('reads %j', (text, words) => {
    expect(normalizeWords(text)).toEqual(words);
  });
});

describe('wordErrors', () => {
  it.each([
    ['ten of clubs', '10 of Clubs.', 0],
    ['ten of clubs', 'ten of cups', 1],
    ['ten of clubs', 'of clubs', 1],
    ['ten of clubs', 'ten of clubs ten of clubs', 3],
    ['ask not what', 'what not ask', 2],
    ['hello', '', 1],
    ['rather cold hearted', 'rather coldhearted', 0],
    ['a wristwatch here', 'a wrist watch here', 0],
    ['a wristwatch', 'wrist watch', 1],
  ])('of %j heard as %j: %i', (reference, heard, errors) => {
    expect(wordErrors(reference, heard).errors).toBe(errors);
  });

  it('divides by the words that were said', () => {
    expect(wordErrors('a b c d', 'a b x d')).toEqual({ errors: 1, words: 4, rate: 0.25 });
    expect(wordErrors('', '')).toEqual({ errors: 0, words: 0, rate: 0 });
    expect(wordErrors('', 'you').rate).toBe(Infinity);
  });

  it('is a distance: nothing for equal texts, the same both ways, never more than the longer text', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'cd', 'de'), { maxLength: 8 })
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(text, text, (one, other) => {
        const { errors } = wordErrors(one, other);
        expect(wordErrors(other, one).errors).toBe(errors);
        expect(errors === 0).toBe(one === other);
        expect(errors).toBeLessThanOrEqual(
          Math.max(normalizeWords(one).length, normalizeWords(other).length),
        );
      }),
    );
  });
});
