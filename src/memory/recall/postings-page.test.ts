import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { pageDocs, plainKernel } from './postings-kernel.js';
import { PostingsPage } from './postings-page.js';

/** Every impact is worth itself. */
const units = Uint16Array.from({ length: 256 }, (_, impact) => impact);

/** The sums of a page's documents by one term. */
function sumsOf(page: PostingsPage, term: number): Map<number, number> {
  const kernel = plainKernel();
  const isThere = page.addTo(kernel, term, units, 256);
  const sums = new Map<number, number>();
  for (let doc = 0; doc < pageDocs; doc++) {
    const sum = kernel.sums[doc + 1] ?? 0;
    if (sum > 0) sums.set(doc, sum);
  }
  expect(isThere).toBe(sums.size > 0);
  return sums;
}

describe('PostingsPage', () => {
  it('says the same before, while and after postings are sorted in', () => {
    const posting = fc.tuple(
      fc.nat(5),
      fc.integer({ min: 0, max: pageDocs - 1 }),
      fc.integer({ min: 1, max: 255 }),
    );
    const rounds = fc.array(
      fc.record({
        some: fc.array(posting, { maxLength: 60 }),
        /** Documents in a row that have term 0, which makes it frequent. */
        run: fc.nat(2000),
        steps: fc.nat(4),
      }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(rounds, (all) => {
        const page = new PostingsPage();
        const expected = new Map<number, Map<number, number>>();
        const add = (term: number, doc: number, impact: number): void => {
          const impacts = expected.get(term) ?? new Map<number, number>();
          expected.set(term, impacts);
          if (impacts.has(doc)) return;
          impacts.set(doc, impact);
          page.add(term, doc, impact);
        };
        for (const { some, run, steps } of all) {
          for (const [term, doc, impact] of some) add(term, doc, impact);
          for (let doc = 0; doc < run; doc++) add(0, (doc * 3) % pageDocs, 7);
          for (let i = 0; i < steps; i++) page.step();
          for (const [term, impacts] of expected) {
            expect(sumsOf(page, term)).toEqual(new Map([...impacts].sort(([a], [b]) => a - b)));
            for (const [doc, impact] of impacts) expect(page.impactOf(term, doc)).toBe(impact);
          }
        }
        expect(page.impactOf(99, 1)).toBe(0);
      }),
      { numRuns: 15 },
    );
  });

  it('sorts in when much waits, or when its documents are over', () => {
    const page = new PostingsPage();
    for (let doc = 0; doc < 1023; doc++) page.add(doc % 50, doc, 1);
    expect([page.wantsMerge(false), page.wantsMerge(true)]).toEqual([false, false]);
    page.add(50, 1023, 1);
    expect([page.wantsMerge(false), page.wantsMerge(true)]).toEqual([false, true]);
    for (let doc = 1024; doc < pageDocs; doc++) page.add(doc % 50, doc, 1);
    expect(page.wantsMerge(false)).toBe(true);
    let steps = 1;
    while (page.step()) steps++;
    // All that waits is not sorted at once.
    expect(steps).toBeGreaterThan(7);
    expect([page.wantsMerge(false), page.wantsMerge(true)]).toEqual([false, false]);
  });
});
