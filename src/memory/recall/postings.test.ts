import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { assemble } from '../../../scripts/assemble-kernels.mjs';
import { kernelBase64 } from './postings-kernel-bytes.js';
import { pageDocs, plainKernel, simdKernel } from './postings-kernel.js';
import { Postings } from './postings.js';

const never = (): boolean => false;
const once = (...terms: string[]): Map<string, number> => new Map(terms.map((term) => [term, 1]));

type Documents = ReadonlyMap<number, ReadonlyMap<string, number>>;

/** Every document with one of the terms and its score, by BM25's formula, best first. */
function scoredByFormula(
  documents: Documents,
  query: ReadonlyMap<string, number>,
): [doc: number, score: number][] {
  const countOf = (term: string): number => [...documents.values()].filter((terms) => terms.has(term)).length;
  const gains = [...query].map(([term, weight]): [string, number] => {
    const count = countOf(term);
    return [term, weight * Math.log(1 + (documents.size - count + 0.5) / (count + 0.5))];
  });
  const own = new Map<number, number>();
  for (const [doc, terms] of documents) {
    const length = [...terms.values()].reduce((sum, weight) => sum + weight, 0);
    const score = gains.reduce((sum, [term, gain]) => {
      const weight = terms.get(term) ?? 0;
      return sum + (gain * weight * 1.9) / (weight + 0.9 * (0.6 + (0.4 * length) / 12));
    }, 0);
    if (score > 0) own.set(doc, score);
  }
  return [...own]
    .map(([doc, score]): [number, number] => [
      doc,
      score + 0.2 * (own.get(doc - 1) ?? 0) + 0.1 * (own.get(doc + 1) ?? 0),
    ])
    .sort((x, y) => y[1] - x[1]);
}

function indexOf(documents: Documents, found?: number): Postings {
  const index = new Postings(found === undefined ? {} : { found });
  for (const [doc, terms] of documents) index.add(doc, terms);
  return index;
}

describe('Postings', () => {
  it('scores as BM25 does', () => {
    // Far apart, so that neighbours do not matter.
    const documents = new Map([
      [10, once('dog', 'name')],
      [20, new Map([...once('park', 'walk'), ['dog', 2]])],
      [30, once('cat')],
    ]);
    const { docs, scores } = indexOf(documents).search(once('dog'), never);
    const expected = scoredByFormula(documents, once('dog'));
    expect([...docs]).toEqual([20, 10]);
    expected.forEach(([, score], i) => expect(scores[i]! / score).toBeCloseTo(1, 2));
  });

  it('gives a match a part of what its neighbours score', () => {
    const index = indexOf(new Map([1, 2, 3, 10].map((doc) => [doc, once('dog')])));
    index.add(20, once('cat'));
    const { docs, scores } = index.search(once('dog'), never);
    expect([...docs]).toEqual([2, 3, 1, 10]);
    const alone = scores[3]!;
    [1.3, 1.2, 1.1, 1].forEach((part, i) => expect(scores[i]! / alone).toBeCloseTo(part, 3));
    expect(index.scoreOf(2, once('dog'))).toBeCloseTo(alone, 3);
    expect(index.scoreOf(20, once('dog'))).toBe(0);
  });

  it('gives it also where neighbours stand on different pages', () => {
    const index = indexOf(new Map([pageDocs - 1, pageDocs, 3 * pageDocs].map((doc) => [doc, once('dog')])));
    const { docs, scores } = index.search(once('dog'), never);
    expect([...docs]).toEqual([pageDocs, pageDocs - 1, 3 * pageDocs]);
    expect(scores[0]! / scores[2]!).toBeCloseTo(1.2, 3);
    expect(scores[1]! / scores[2]!).toBeCloseTo(1.1, 3);
  });

  it('says which terms matched and starts afresh each time', () => {
    const index = indexOf(
      new Map([
        [1, once('dog', 'name')],
        [5, once('name')],
      ]),
    );
    expect([...index.search(once('dog', 'name'), never).masks]).toEqual([3, 2]);
    expect(index.search(once('cat'), never).docs).toHaveLength(0);
    expect(index.search(new Map([['dog', 0]]), never).docs).toHaveLength(0);
    expect([...index.search(once('name'), never).masks]).toEqual([1, 1]);
  });

  it('looks at the newest even when it is late, and says that the rest was left out', () => {
    const index = indexOf(new Map([1, 2 * pageDocs, 5 * pageDocs].map((doc) => [doc, once('dog')])));
    const { docs, cut } = index.search(once('dog'), () => true);
    expect([...docs]).toEqual([5 * pageDocs]);
    expect(cut).toBe(true);
    expect(index.search(once('dog'), never).cut).toBe(false);
  });

  const someTerms = fc.dictionary(
    fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
    fc.double({ min: 0.5, max: 4, noNaN: true }),
    { minKeys: 1 },
  );
  const someDocuments = fc.uniqueArray(
    fc.tuple(fc.oneof(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 8150, max: 8250 })), someTerms),
    { selector: ([doc]) => doc, maxLength: 120 },
  );

  it('finds what scoring every document in full finds, added in any order', () => {
    fc.assert(
      fc.property(someDocuments, someTerms, fc.integer({ min: 1, max: 40 }), (some, asked, found) => {
        const documents = new Map(some.map(([doc, terms]) => [doc, new Map(Object.entries(terms))]));
        const query = new Map(Object.entries(asked));
        const { docs, scores, masks } = indexOf(documents, found).search(query, never);
        const expected = scoredByFormula(documents, query);
        expect(docs).toHaveLength(Math.min(found, expected.length));
        // Impacts have 255 steps: a hundredth either way.
        const full = new Map(expected);
        const best = expected[0]?.[1] ?? 0;
        docs.forEach((doc, i) => {
          expect(Math.abs(scores[i]! - (full.get(doc) ?? NaN))).toBeLessThan(0.01 * best);
          expect(Math.abs(scores[i]! - expected[i]![1])).toBeLessThan(0.01 * best);
          [...query.keys()].forEach((term, bit) =>
            expect((masks[i]! & (1 << bit)) !== 0).toBe(documents.get(doc)?.has(term)),
          );
        });
      }),
      { numRuns: 200 },
    );
  });

  it('finds the same among thousands, where pages are sorted and frequent terms have bytes of their own', () => {
    const documents = new Map<number, Map<string, number>>();
    for (let i = 0; i < 6_000; i++) {
      const doc = 1 + ((i * 3_001) % 12_000);
      const terms = ['all', `half${doc % 2}`, `tenth${doc % 10}`, `rare${doc % 997}`].filter(
        (_, k) => (doc >> k) % 3 > 0,
      );
      documents.set(doc, new Map(terms.map((term, k) => [term, 1 + ((doc + k) % 3)])));
    }
    const index = indexOf(documents, 50);
    for (const query of [
      once('all'),
      once('all', 'half1'),
      once('rare5', 'all', 'tenth3'),
      once('rare1', 'rare2'),
    ]) {
      const { docs, scores } = index.search(query, never);
      const expected = scoredByFormula(documents, query);
      expect(docs).toHaveLength(Math.min(50, expected.length));
      const best = expected[0]?.[1] ?? 0;
      docs.forEach((_, i) => expect(Math.abs(scores[i]! - expected[i]![1])).toBeLessThan(0.01 * best));
    }
  });

  it('takes the newest of those that score the same', () => {
    const index = new Postings({ found: 3 });
    for (let doc = 2; doc <= 40_000; doc += 2) index.add(doc, once('same'));
    expect([...index.search(once('same'), never).docs]).toEqual([40_000, 39_998, 39_996]);
  });

  it('knows how rare a term is', () => {
    const index = indexOf(new Map([1, 2, 3].map((doc) => [doc, once('all', `only${doc}`)])));
    expect(index.documents).toBe(3);
    expect(index.rarity('only1')).toBeCloseTo(Math.log(1 + 2.5 / 1.5));
    expect(index.rarity('all')).toBeCloseTo(Math.log(1 + 0.5 / 3.5));
    expect(index.rarity('none')).toBe(0);
    expect(index.rarity('')).toBe(0);
  });
});

describe('the kernel of the postings', () => {
  it('is the one that its source says', async () => {
    const bytes = await assemble('src/memory/recall/postings-kernel');
    expect(kernelBase64).toBe(bytes.toString('base64'));
  });

  it('does what plain JavaScript does', () => {
    const kernels = [simdKernel(), plainKernel()];
    const wild = fc.record({
      seed: fc.integer(),
      factor: fc.nat(22_000),
      limit: fc.nat(25_000),
      previous: fc.nat(6_600),
      next: fc.nat(3_300),
    });
    fc.assert(
      fc.property(wild, ({ seed, factor, limit, previous, next }) => {
        const [simd, plain] = kernels.map((kernel) => {
          if (!kernel) throw new Error('no SIMD here');
          let state = seed;
          const random = (top: number): number => {
            state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
            return (state >>> 8) % top;
          };
          kernel.sums.forEach((_, i) => (kernel.sums[i] = Math.max(0, random(4_000) - 2_000)));
          kernel.impacts.forEach((_, i) => (kernel.impacts[i] = random(512) > 255 ? 0 : random(256)));
          kernel.addDense(factor);
          const count = kernel.select(limit, previous, next);
          return { sums: [...kernel.sums], found: [...kernel.found.subarray(0, count)] };
        });
        expect(simd).toEqual(plain);
      }),
      { numRuns: 20 },
    );
  });
});
