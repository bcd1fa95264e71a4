import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Postings } from './postings.js';

const never = (): boolean => false;
const once = (...terms: string[]): Map<string, number> => new Map(terms.map((term) => [term, 1]));

describe('Postings', () => {
  it('scores as BM25 does', () => {
    const index = new Postings();
    // Far apart, so that neighbours do not matter.
    index.add(10, once('dog', 'name'));
    index.add(
      20,
      new Map([
        ['dog', 2],
        ['park', 1],
        ['walk', 1],
      ]),
    );
    index.add(30, once('cat'));
    const { docs, scores } = index.search(once('dog'), never);
    const idf = Math.log(1 + (3 - 2 + 0.5) / (2 + 0.5));
    const average = (2 + 4 + 1) / 3;
    const expected = (tf: number, length: number): number =>
      (idf * tf * 1.9) / (tf + 0.9 * (0.6 + (0.4 * length) / average));
    expect([...docs]).toEqual([10, 20]);
    expect(scores[0]).toBeCloseTo(expected(1, 2), 5);
    expect(scores[1]).toBeCloseTo(expected(2, 4), 5);
  });

  it('gives a match a part of what its neighbours score', () => {
    const index = new Postings();
    for (const doc of [1, 2, 3, 10]) index.add(doc, once('dog'));
    index.add(20, once('cat'));
    const { scores } = index.search(once('dog'), never);
    const alone = scores[3]!;
    expect(scores[0]).toBeCloseTo(alone * 1.1, 5);
    expect(scores[1]).toBeCloseTo(alone * 1.3, 5);
    expect(scores[2]).toBeCloseTo(alone * 1.2, 5);
  });

  it('says which terms matched and starts afresh each time', () => {
    const index = new Postings();
    index.add(1, once('dog', 'name'));
    index.add(5, once('name'));
    expect([...index.search(once('dog', 'name'), never).masks]).toEqual([3, 2]);
    expect(index.search(once('cat'), never).docs).toHaveLength(0);
    expect([...index.search(once('name'), never).masks]).toEqual([1, 1]);
  });

  it('scores the rarest term even when it is late, and says what was cut', () => {
    const index = new Postings();
    index.add(1, once('often', 'rare'));
    index.add(2, once('often'));
    const { docs, cut } = index.search(once('often', 'rare'), () => true);
    expect([...docs]).toEqual([1]);
    expect(cut).toBe(true);
  });

  it('finds exactly the documents that have a term, added in any order', () => {
    const documents = fc.uniqueArray(
      fc.record({
        doc: fc.integer({ min: 1, max: 5000 }),
        terms: fc.uniqueArray(fc.constantFrom(...['a', 'b', 'c', 'd', 'e', 'f']), { minLength: 1 }),
      }),
      { selector: ({ doc }) => doc, maxLength: 60 },
    );
    fc.assert(
      fc.property(
        documents,
        fc.uniqueArray(fc.constantFrom(...['a', 'b', 'c', 'd', 'e', 'f', 'g']), { minLength: 1 }),
        (some, query) => {
          const index = new Postings();
          for (const { doc, terms } of some) index.add(doc, once(...terms));
          const { docs, scores } = index.search(once(...query), never);
          const expected = some
            .filter(({ terms }) => terms.some((term) => query.includes(term)))
            .map(({ doc }) => doc);
          expect([...docs].sort()).toEqual(expected.sort());
          for (const score of scores) expect(score).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('lets a word that is everywhere find nothing more once a rarer one has found enough', () => {
    const index = new Postings();
    for (let doc = 1; doc <= 20_000; doc++) index.add(doc, doc % 4 === 0 ? once('all', 'some') : once('all'));
    expect(index.search(once('all', 'some'), never).docs).toHaveLength(5_000);
    expect(index.search(once('all'), never).docs).toHaveLength(20_000);
  });
});
