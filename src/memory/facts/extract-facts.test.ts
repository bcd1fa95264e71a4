import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { extractFacts, maxReadCharacters } from './extract-facts.js';
import { lineOf } from './fact.js';

const turn = (text: string, more: { speaker?: string; role?: 'user' | 'assistant' } = {}) => ({
  turnId: 7, role: 'user' as const, text, atMs: 1000, ...more,
}); // prettier-ignore
const lines = (text: string, context = {}): string[] => extractFacts(turn(text), context).map(lineOf);

describe('extractFacts', () => {
  it('gives a triple with its source turn and time', () => {
    expect(extractFacts(turn('My dog name is Potola'))).toEqual([
      { subject: '1', relation: 'dog', value: 'Potola', effect: 'holds', sourceTurn: 7, atMs: 1000 },
    ]);
  });

  it('reads nothing the assistant says', () => {
    expect(extractFacts(turn("My dog's name is Potola.", { role: 'assistant' }))).toEqual([]);
  });

  it('makes facts about the speaker when one is named', () => {
    expect(
      extractFacts(turn('I live in Ghent and my cat is called Miso.', { speaker: 'Anna' })).map(lineOf),
    ).toEqual(['Anna|lives in|Ghent', 'Anna|cat|Miso']);
  });

  it('puts names, allergies, instructions and preferences into their slots', () => {
    const said = "My name is Sam. I'm allergic to peanuts. Please answer in short sentences. I love jazz.";
    expect(extractFacts(turn(said)).map(({ slot, value }) => [slot, value])).toEqual([
      ['name', 'Sam'],
      ['allergy', 'peanuts'],
      ['instruction', 'answer in short sentences'],
      ['preference', 'jazz'],
    ]);
  });

  it('needs the question to understand a bare answer', () => {
    expect(lines('Potola.')).toEqual([]);
    expect(lines('Potola.', { previousQuestion: "What is your dog's name?" })).toEqual(['1|dog|Potola']);
    expect(lines('Aberdeen', { previousQuestion: 'Where do you live?' })).toEqual(['1|lives in|Aberdeen']);
  });

  it('names the value that a correction replaces', () => {
    const previousFacts = extractFacts(turn("My cat's name is Felix."));
    const [fact] = extractFacts({ ...turn("Actually, it's Max now."), turnId: 9 }, { previousFacts });
    expect(fact).toMatchObject({ relation: 'cat', value: 'Max', replaces: 'Felix', sourceTurn: 9 });
  });

  it('corrects nothing when there is nothing that fits', () => {
    const previousFacts = extractFacts(turn("My cat's name is Felix."));
    expect(lines('No, I meant Tuesday.', { previousFacts })).toEqual([]);
  });

  it('resolves a pronoun only when one person can be meant', () => {
    expect(lines('I have a sister. Her name is Ilse.')).toContain('1|sister|Ilse');
    expect(lines('I saw my sister and my mother. She lives in Rome.')).toEqual([]);
    expect(lines('Her name is Ilse.')).toEqual([]);
  });

  it('ends a fact by denial of its going on', () => {
    expect(extractFacts(turn("I don't live in Bergen any more."))).toMatchObject([
      { effect: 'ends', relation: 'lives in', value: 'Bergen' },
    ]);
  });

  it('reads a text without punctuation and capitals', () => {
    expect(lines('um so my name is sam i live in leeds and i work at the library')).toEqual([
      '1|name|sam',
      '1|lives in|leeds',
      '1|works at|library',
    ]);
  });

  it('leaves out what is quoted, supposed, wished, asked or told by others', () => {
    for (const text of [
      'He said "my name is Bond".',
      'If I lived in Oslo I would ski.',
      'I wish I had a dog named Rex.',
      'Is my name Sam?',
      'My sister says she lives in Rome.',
    ])
      expect(lines(text), text).toEqual([]);
  });

  it('reads no more than so many characters', () => {
    const late = `${'la '.repeat(maxReadCharacters / 3)}. My name is Sam.`;
    expect(lines(late)).toEqual([]);
  });
});

describe('extractFacts, any text', () => {
  const pieces = fc.constantFrom(
    'my', 'dog', "'s", 'name', 'is', 'called', 'I', 'i', 'live', 'in', 'Oslo', 'and', ',', '.', '?', '"', 'no', 'longer', "don't", 'sister',
    'the', 'of', 'allergic', 'to', 'have', 'a', 'at', '3', 'Tuesday', 'never', 'always', 'please', 'call', 'me', "'m", 'if', '\u0000', '🐶', 'שלום', '\ud800', '|', 'İ',
  ); // prettier-ignore
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(' ')),
  );

  it('never throws, and gives the same twice', () => {
    fc.assert(
      fc.property(texts, fc.option(texts, { nil: undefined }), (text, question) => {
        const context = question === undefined ? {} : { previousQuestion: question };
        const facts = extractFacts(turn(text), context);
        expect(extractFacts(turn(text), context)).toEqual(facts);
      }),
      { numRuns: 400 },
    );
  });

  it('makes up no words: a value is in the turn or in the question it answers', () => {
    const flat = (text: string): string => text.toLowerCase().replace(/\s+/gu, ' ');
    // A yes takes the question's words with I for you.
    const swapped = (text: string): string =>
      flat(text)
        .replaceAll(/\byour\b/gu, 'my')
        .replaceAll(/\byou\b/gu, 'i');
    fc.assert(
      fc.property(texts, fc.option(texts, { nil: undefined }), (text, question = '') => {
        const source = `${flat(text)}\n${swapped(question)}`.replaceAll(" '", "'");
        for (const { value } of extractFacts(turn(text), { previousQuestion: question }))
          expect(source).toContain(flat(value).replaceAll(" '", "'"));
      }),
      { numRuns: 400 },
    );
  });

  it('takes 100 kB of anything', () => {
    for (const unit of [
      'a',
      ' my',
      "'s ",
      'I live in ',
      'my name is Bo and ',
      '🐶',
      'ש',
      '\u0000',
      '" ',
      ', ',
      'no ',
      'Monday ',
    ])
      expect(extractFacts(turn(unit.repeat(Math.ceil(100_000 / unit.length)))).length).toBeLessThanOrEqual(
        24,
      );
  });
});
