import { describe, expect, it } from 'vitest';

import type { ExtractedFact } from '../facts/fact.js';
import { FactBook } from '../facts/fact-book.js';
import { dayMs } from '../ladder/retention.js';
import { Uses } from '../ladder/uses.js';
import type { StoredTurn } from '../types.js';
import { isOutdated, turnSurface } from './faded-surface.js';

const turn = (turnId: number, text: string, importance?: number): StoredTurn => ({
  turnId,
  role: 'user',
  text,
  atMs: 0,
  ...(importance === undefined ? {} : { importance }),
});
const town = (value: string, sourceTurn: number, effect: 'holds' | 'ends' = 'holds'): ExtractedFact => ({
  subject: '1',
  relation: 'lives in',
  value,
  effect,
  sourceTurn,
  atMs: sourceTurn,
});

describe('how faded a turn is', () => {
  it('depends on its age, its use, what was learnt from it and what it is said to be worth', () => {
    const uses = new Uses();
    const book = new FactBook();
    const rungs = (one: StoredTurn): string[] =>
      [0, 1, 4, 10, 20].map((days) => turnSurface(one, uses, book, days * dayMs).rung);
    const small = turn(1, 'The weather turned grey over the hills.');
    expect(rungs(small)).toEqual(['full', 'most', 'half', 'first', 'forgotten']);
    expect(turnSurface(small, uses, book, 20 * dayMs).text).toBe('');
    expect(rungs(turn(2, small.text, 1))).toEqual(Array.from({ length: 5 }, () => 'full'));
    book.add([{ ...town('Oslo', 1), slot: 'allergy' }]);
    expect(rungs(small)).toEqual(Array.from({ length: 5 }, () => 'full'));
    uses.restore([3], 19.5 * dayMs);
    expect(turnSurface(turn(3, small.text), uses, book, 20 * dayMs).rung).toBe('full');
  });
});

describe('a turn that no longer holds', () => {
  it('is one all of whose facts have been replaced or have ended', () => {
    const book = new FactBook();
    book.add([town('Bergen', 1), { ...town('Potola', 2), relation: 'dog' }, town('Rome', 2)]);
    expect([1, 2, 9].map((turnId) => isOutdated(turnId, book))).toEqual([true, false, false]);
    book.add([town('Oslo', 3)]);
    expect([1, 2, 3].map((turnId) => isOutdated(turnId, book))).toEqual([true, false, false]);
    book.add([town('Oslo', 4, 'ends')]);
    expect([3, 4].map((turnId) => isOutdated(turnId, book))).toEqual([true, false]);
    book.forgetTurn(4);
    expect(isOutdated(3, book)).toBe(false);
  });
});
