import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClauseAggregator } from './clause-aggregator.js';

/** Feeds a text letter by letter, as tokens may come, and tells when each piece was ready. */
const stream = (text: string, options = {}) => {
  const aggregator = new ClauseAggregator(options);
  const pieces = text.split(/(?:)/u).flatMap((letter) => aggregator.push(letter));
  return { pieces, rest: aggregator.flush() };
};

describe('ClauseAggregator', () => {
  it('gives a sentence away when the next one begins', () => {
    expect(stream('Hello there. How are you')).toEqual({ pieces: ['Hello there.'], rest: ['How are you'] });
  });

  it.each([
    'Dr. Who came at 3 p.m. Tuesday',
    'It is $29.95 now',
    'He lives in the U.S. and works',
    'No. 5 is alive',
  ])('keeps %j in one piece', (text) => expect(stream(text)).toEqual({ pieces: [], rest: [text] }));

  it('lets the first clause end at a comma, later ones only at a sentence end', () => {
    const { pieces, rest } = stream(
      'Hello, it is lovely to hear from you, my old friend, today. And, well, bye',
    );
    expect(pieces).toEqual(['Hello, it is lovely to hear from you,', 'my old friend, today.']);
    expect(rest).toEqual(['And, well, bye']);
  });

  it('cuts what never ends', () => {
    const { pieces, rest } = stream('word '.repeat(100), { maxChars: 50 });
    expect(pieces.length).toBeGreaterThan(8);
    expect([...pieces, ...rest].every((piece) => piece.length <= 51)).toBe(true);
  });

  it('says nothing for nothing', () => {
    expect(stream('   \n ')).toEqual({ pieces: [], rest: [] });
  });

  it('loses no word and changes no order', () => {
    const word = fc.constantFrom(
      'a',
      'Potola',
      'U.S.',
      'yes!',
      'no?',
      'well,',
      '$3.50',
      '...',
      '—',
      '"Hi."',
      '日本。',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (words, size) => {
        const text = words.join(' ');
        const aggregator = new ClauseAggregator({ maxChars: 40 });
        const pieces: string[] = [];
        for (let at = 0; at < text.length; at += size)
          pieces.push(...aggregator.push(text.slice(at, at + size)));
        pieces.push(...aggregator.flush());
        expect(pieces.join('').replaceAll(/\s/gu, '')).toBe(text.replaceAll(/\s/gu, ''));
      }),
    );
  });
});
