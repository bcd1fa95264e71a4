import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitClauses } from './clauses.js';

describe('splitClauses', () => {
  it.each([
    'Hello.',
    "Your dog's name is Potola, and you love her.",
    'It costs $29.95, or 1,234.50 with tax.',
    'Dr. Who meets Mr. Smith at 3 p.m. Tuesday.',
    'She lives in the U.S. Army barracks, e.g. in tents.',
    'Take No. 5, it is 98.6 degrees.',
  ])('speaks %j in one go', (text) => expect(splitClauses(text)).toEqual([text]));

  it('speaks sentence by sentence', () => {
    expect(splitClauses('I remember that very well. Your dog is called Potola, you told me in May.')).toEqual(
      ['I remember that very well.', 'Your dog is called Potola, you told me in May.'],
    );
  });

  it('begins a long sentence with a short clause', () => {
    const text =
      'Well, as far as I can remember, your dog is called Potola, and she likes to walk along the beach.';
    expect(splitClauses(text)).toEqual([
      'Well, as far as I can remember,',
      'your dog is called Potola, and she likes to walk along the beach.',
    ]);
  });

  it('joins sentences too short to be spoken alone', () => {
    expect(splitClauses('Yes. I do. Her name is Potola.')).toEqual(['Yes. I do. Her name is Potola.']);
    expect(splitClauses('I know the name of your dog. Yes. It is the name Potola. Good dog.')).toEqual([
      'I know the name of your dog.',
      'Yes. It is the name Potola. Good dog.',
    ]);
  });

  it('says "Yes." at once rather than waiting for a long sentence without commas', () => {
    const long =
      'Your dog is called Potola and she likes to walk along the beach with you every single morning.';
    expect(splitClauses(`Yes. ${long}`)).toEqual(['Yes.', long]);
  });

  it('does not cut off a greeting, after which there would be silence', () => {
    const text = 'Hello there, it is lovely to hear from you again after all this time.';
    expect(splitClauses(text)).toEqual([text]);
  });

  it('leaves no scrap behind a cut', () => {
    const text =
      'I am told that the big white dog of your neighbour across the street is called Potola, yes.';
    expect(splitClauses(text)).toEqual([text]);
  });

  it('takes each line of a list for itself', () => {
    expect(
      splitClauses('You have three dogs at home:\n- Potola\n- Rex, the older one of them\n- Luna'),
    ).toEqual(['You have three dogs at home:', '- Potola\n- Rex, the older one of them\n- Luna']);
  });

  it('cuts an endless sentence at spaces, an endless word anywhere but within a character', () => {
    const words = splitClauses('word '.repeat(200));
    expect(Math.max(...words.map((c) => c.length))).toBeLessThanOrEqual(200);
    expect(words.join(' ')).toBe('word '.repeat(200).trim());
    const faces = splitClauses(`x${'𝒳'.repeat(300)}`);
    expect(faces.length).toBeGreaterThan(2);
    expect(faces.some((c) => /\p{Surrogate}/u.test(c))).toBe(false);
  });

  it('has nothing for nothing', () => {
    expect(splitClauses('')).toEqual([]);
    expect(splitClauses(' \n\t ')).toEqual([]);
  });

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
    'so:',
    '日本。',
    '\n',
  );
  it('loses no word, changes no order and keeps to the longest length', () => {
    fc.assert(
      fc.property(fc.oneof(fc.array(word, { maxLength: 120 }), fc.array(fc.string())), (words) => {
        const text = words.join(' ');
        const clauses = splitClauses(text);
        expect(clauses.join('').replaceAll(/\s/gu, '')).toBe(text.replaceAll(/\s/gu, ''));
        expect(clauses.every((c) => c !== '' && c.trim() === c && c.length <= 200)).toBe(true);
      }),
    );
  });
});
