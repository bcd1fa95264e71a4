import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Fact } from './fact.js';
import { FactIndex } from './fact-index.js';
import { readAsked, scoreOf, stemsOfFact } from './fact-search.js';

const fact = (subject: string, relation: string, value: string, sourceTurn: number): Fact => ({
  subject,
  relation,
  value,
  sourceTurn,
  validFromMs: sourceTurn,
  line: `${subject}|${relation}|${value}`,
  text: value,
});

const subjects = ['1', 'Anna', 'the red car', 'Potola'];
const relations = ['likes', 'dog', 'lives in', 'name', 'located', 'mother'];
const values = ['tea', 'Potola', 'Oslo', 'a grey cat', 'Anna', 'the kitchen'];
const facts = fc
  .array(fc.tuple(fc.constantFrom(...subjects), fc.constantFrom(...relations), fc.constantFrom(...values)), {
    maxLength: 30,
  })
  .map((triples) => triples.map(([s, r, v], i) => fact(s, r, v, i + 1)));
const questions = fc.constantFrom(
  "What is my dog's name?",
  'Where do I live?',
  'What is my name?',
  'Where is the red car?',
  'Do I have a pet?',
  'Tell me about Anna.',
  'What do I like?',
  "Who is Anna's mother?",
  'Hm.',
);

/** Every fact looked at, without an index. */
function byHand(question: string, all: readonly Fact[]): number[] {
  const asked = readAsked(question);
  const ofOthers = all.some((one) => stemsOfFact(one).subject.some((stem) => asked.asked.has(stem)));
  return all
    .map((one) => ({ one, score: scoreOf(stemsOfFact(one), one, asked, ofOthers) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || b.one.sourceTurn - a.one.sourceTurn)
    .map(({ one }) => one.sourceTurn);
}

describe('FactIndex', () => {
  it('finds what looking at every fact finds, also after some are gone', () => {
    fc.assert(
      fc.property(facts, questions, fc.array(fc.nat(29)), (all, question, gone) => {
        const index = new FactIndex();
        for (const one of all) index.add(one);
        const removed = new Set(gone.flatMap((at) => all[at] ?? []));
        for (const one of removed) index.remove(one);
        const left = all.filter((one) => !removed.has(one));
        expect(index.size).toBe(left.length);
        expect(index.find(question, 100).map(({ sourceTurn }) => sourceTurn)).toEqual(byHand(question, left));
      }),
    );
  });

  it('keeps to the newest of what thousands of facts share', () => {
    const index = new FactIndex();
    for (let turn = 1; turn <= 3000; turn++) index.add(fact('1', 'likes', `thing ${turn}`, turn));
    expect(index.find('What do I like?', 3).map(({ sourceTurn }) => sourceTurn)).toEqual([3000, 2999, 2998]);
    expect(index.find('Do I like thing 7?', 1)[0]?.value).toBe('thing 7');
  });
});
