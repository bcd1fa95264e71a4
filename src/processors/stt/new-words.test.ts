import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newWords } from './new-words.js';

describe('newWords', () => {
  it.each([
    ['', 'Four queen of clubs.', 'Four queen of clubs.'],
    ['I planted tomatoes and beans.', 'I planted tomatoes and beans in the garden.', 'in the garden.'],
    ['My dog’s name', "My dog's name is Potola.", 'is Potola.'],
    ['My train to Lisbon', 'My train to Lisbon.', ''],
    ['The buzz to the station', 'The bus to the station was late.', 'was late.'],
    ['ask not', 'Ask not what your country can do for you', 'what your country can do for you'],
  ])('after %j, of %j: %j', (before, whole, expected) => expect(newWords(before, whole)).toBe(expected));

  it('sees that a transcript begins otherwise', () => {
    expect(newWords('one two three four', 'something else entirely was heard')).toBeNull();
  });

  it('gives back what was appended', () => {
    const word = fc.constantFrom('my', 'dog', 'runs', 'to', 'the', 'sea', 'again', 'Potola');
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.array(word), (before, more) => {
        const whole = [...before, ...more].join(' ');
        const found = newWords(before.join(' '), whole);
        expect(whole.endsWith(found ?? '?')).toBe(true);
        // Repeated words may be taken for the beginning or for the end, but no more than were repeated.
        expect((found ?? '').split(' ').filter(Boolean).length).toBeLessThanOrEqual(more.length);
      }),
    );
  });
});
