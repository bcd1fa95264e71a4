import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctNames, fitPrompt, mayMiss, namesIn } from './prompt.js';

const names = namesIn('Names: Potola, Ilse, Ghent, Anna.');

describe('fitPrompt', () => {
  it('keeps a short prompt on one line', () => {
    expect(fitPrompt('  Potola,\n Ilse. ')).toBe('Potola, Ilse.');
    expect(fitPrompt(' \n')).toBe('');
  });

  it('cuts a long one at a word', () => {
    const fitted = fitPrompt('Potola, '.repeat(100));
    expect(fitted).toMatch(/^(Potola, )+Potola,$/);
    expect(fitted.length).toBeLessThanOrEqual(240);
  });
});

describe('namesIn', () => {
  it('takes capitalised words, without possessives', () => {
    expect([...namesIn("My dog is called Potola. That is Ilse's dog.")]).toEqual([
      'my',
      'potola',
      'that',
      'ilse',
    ]);
  });
});

describe('mayMiss', () => {
  it.each([
    ["My dog's name is Patola.", true],
    ['I went to Gent.', true],
    ['My sister else works.', true],
    ['Pa tola is here', true],
    ['Potola is here.', false],
    ['What time is it?', false],
    ['No, not in there.', false],
    ['', false],
  ])('in %j: %s', (text, expected) => {
    expect(mayMiss(text, names)).toBe(expected);
  });
});

describe('correctNames', () => {
  it.each([
    ["My dog's name is Patola.", "My dog's name is Potola", "My dog's name is Potola."],
    ["Patola's bowl is empty.", "Potola's bowl is empty.", "Potola's bowl is empty."],
    ['Patola is hungry again.', 'Investors Potola is hungry again.', 'Potola is hungry again.'],
    ['My sister else works in Gantte.', 'My sister Ilse works in Ghent.', 'My sister Ilse works in Ghent.'],
    ['My dog is Patola.', 'Add to his name. My dog is Potola.', 'My dog is Potola.'],
    ['Where is pa tola?', 'Where is Potola?', 'Where is Potola?'],
    ['How old is my sister?', 'Anna. How old is my sister?', 'How old is my sister?'],
    ['What else is there?', 'What is else there?', 'What else is there?'],
    ['Call Maria tonight.', 'Call Anna tonight.', 'Call Maria tonight.'],
    ['Stop.', '', 'Stop.'],
    ['and else is and', 'is Ilse and', 'and else is and'],
  ])('%j with %j is %j', (heard, primed, expected) => {
    expect(correctNames(heard, primed, names)).toBe(expected);
  });

  it('never adds, drops or moves a word that is no name', () => {
    const word = fc.constantFrom('and', 'else', 'Patola', 'gent', 'home', 'Potola', 'Ilse', 'Ghent', 'is');
    const sentence = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' '));
    const plain = (text: string): string[] =>
      text.split(' ').filter((each) => ['and', 'home', 'is'].includes(each));
    fc.assert(
      fc.property(sentence, sentence, (heard, primed) => {
        expect(plain(correctNames(heard, primed, names))).toEqual(plain(heard));
      }),
      { numRuns: 20_000 },
    );
  });
});
