import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { contentWords, leansOn } from './words.js';

const stems = (text: string): string[] => contentWords(text).map(({ stem }) => stem);

describe('contentWords', () => {
  it('drops what carries no meaning and takes possessives, contractions and endings off', () => {
    expect(stems("What's my dog's name?")).toEqual(['dog', 'name']);
    expect(stems('I’ve been walking the dogs; she walks them, too.')).toEqual(['walk', 'dog', 'walk']);
    expect(stems("I don't, I can't, you'll")).toEqual([]);
    expect(stems('at 7 am in 2019')).toEqual(['7', '2019']);
  });

  it('tells names from words that a sentence begins with', () => {
    const names = (text: string): string[] =>
      contentWords(text)
        .filter(({ isName }) => isName)
        .map(({ surface }) => surface);
    expect(names('Dogs bark. My dog Potola barks. Lisbon is home, “Anna” said.')).toEqual(['Potola', 'Anna']);
    expect(names('potola and łódź but Łódź')).toEqual(['Łódź']);
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const word of contentWords(text)) expect(text).toContain(word.surface);
      }),
    );
  });
});

describe('leansOn', () => {
  it.each([
    [true, 'What is your dog called?', 'Potola.'],
    [true, 'Do you have a dog?', 'Yes.'],
    [false, "What is my dog's name?", "Your dog's name is Potola."],
    [false, 'What happened?', 'We went to the beach with Anna and Ben.'],
  ])('%s: %s %s', (expected, question, answer) => {
    expect(leansOn(question, contentWords(answer))).toBe(expected);
  });
});
