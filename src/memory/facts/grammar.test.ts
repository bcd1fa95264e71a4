import { describe, expect, it } from 'vitest';

import { statements } from './clauses.js';
import { nounPhrase, phraseList, timePhrase } from './phrases.js';
import { loadTagger, warmUpFacts } from './tagger.js';
import { readSentences, type Token, wordsOf } from './tokens.js';
import { verbForm } from './verb-forms.js';
import { verbGroup } from './verb-group.js';

const read = (text: string): readonly Token[] => readSentences(text, loadTagger())[0]?.tokens ?? [];
const group = (text: string) => verbGroup(read(text), 1);

describe('readSentences', () => {
  it('cuts contractions, keeps numbers and times whole, and knows titles', () => {
    expect(read("I don't see Mr. Okafor at 6:45").map(({ text }) => text)).toEqual([
      'I',
      'do',
      "n't",
      'see',
      'Mr.',
      'Okafor',
      'at',
      '6:45',
    ]);
  });

  it('puts one mark in the place of a quotation', () => {
    expect(read('He said “my name is Bond” and left').map(({ low }) => low)).toEqual([
      'he',
      'said',
      '"',
      'and',
      'left',
    ]);
  });

  it('tells which sentences ask', () => {
    expect(readSentences('Hi there. Is it? Yes!', loadTagger()).map(({ asks }) => asks)).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('keeps offsets into the source', () => {
    const text = '  My   dog’s\nname';
    for (const { tokens } of readSentences(text, loadTagger()))
      for (const token of tokens) expect(text.slice(token.start, token.end)).toBe(token.text);
  });
});

describe('verbGroup', () => {
  it.each([
    ['I live here', { lemma: 'live', present: true, negated: false }],
    ['I do not live here', { lemma: 'live', present: true, negated: true }],
    ['I no longer live here', { lemma: 'live', ended: true }],
    ['I used to live here', { lemma: 'live', ended: true }],
    ['I have moved', { lemma: 'move', happened: true }],
    ["I've been working", { lemma: 'work', present: true }],
    ['I started working', { lemma: 'work', present: true }],
    ['I stopped smoking', { lemma: 'smoke', ended: true }],
    ['I might move', { lemma: 'move', unreal: true }],
    ['I was going to call', { future: false }],
    ["I'm going to visit", { future: true, verb: 'visit' }],
    ["I've got a dog", { lemma: 'have', present: true }],
    ["I'm flying", { progressive: true }],
    ["She's my sister", { lemma: 'be', present: true }],
  ])('%s', (text, wanted) => {
    expect(group(text)).toMatchObject(wanted);
  });

  it('knows the forms of its verbs', () => {
    expect(
      ['lives', 'studies', 'quit', 'putting', 'born', 'dying'].map((word) => verbForm(word)?.lemma),
    ).toEqual(['live', 'study', 'quit', 'put', 'bear', 'die']);
  });
});

describe('phrases', () => {
  it.each([
    ['the top drawer of my desk now', 'the top drawer of my desk'],
    ['an old Volvo but', 'an old Volvo'],
    ['that idea', ''],
    ['me', ''],
    ['coffee every morning', 'coffee'],
  ])('nounPhrase: %s', (text, wanted) => {
    expect(wordsOf(text, nounPhrase(read(text), 0))).toBe(wanted);
  });

  it('lists what is joined, and stops before a clause', () => {
    const list = (text: string): string[] =>
      phraseList(read(text), 0).phrases.map((phrase) => wordsOf(text, phrase));
    expect(list('chess and the piano')).toEqual(['chess', 'the piano']);
    expect(list('tea, jazz, and cats')).toEqual(['tea', 'jazz', 'cats']);
    expect(list('jazz and my sister likes tea')).toEqual(['jazz']);
  });

  it.each([
    ['on Tuesday at 3', 'on Tuesday at 3'],
    ['the 12th of August please', 'the 12th of August'],
    ['every Monday at six and', 'every Monday at six'],
    ['in Oslo', ''],
    ['three apples', ''],
  ])('timePhrase: %s', (text, wanted) => {
    expect(wordsOf(text, timePhrase(read(text), 0))).toBe(wanted);
  });
});

describe('statements', () => {
  const of = (text: string): string[] =>
    readSentences(text, loadTagger())
      .flatMap(statements)
      .map((clause) => wordsOf(text, clause));
  it.each([
    ['Um, so my name is Sam and I live in Leeds', ['my name is Sam', 'I live in Leeds']],
    ['my name is Bob I live in Leeds', ['my name is Bob', 'I live in Leeds']],
    ["My name is Sam, what's yours?", ['my name is Sam'.replace('my', 'My')]],
    ['If I were rich, I lived here.', []],
    ['She said she lives in Rome.', []],
    ["I'm not sure my sister lives in Oslo", []],
    ['do I live in Oslo', []],
  ])('%s', (text, wanted) => {
    expect(of(text)).toEqual(wanted);
  });
});

describe('warmUpFacts', () => {
  it('can be called again', async () => {
    await warmUpFacts();
    await warmUpFacts();
    expect(loadTagger()(['My', 'dog', 'barks'])).toHaveLength(3);
  });
});
