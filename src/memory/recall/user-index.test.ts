import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { StoredTurn } from '../types.js';
import { userKey } from '../user-id.js';
import { clustered } from '../vectors/clustered.test-helper.js';
import { fastCandidateLimits, type CandidateLimits } from './candidates.js';
import { rankingModels } from './ranking-weights.js';
import { UserIndex, type Found } from './user-index.js';

const words = ['dog', 'cat', 'tea', 'boat', 'Oslo', 'train', 'garden', 'piano'];
const turns = Array.from({ length: 400 }, (_, i): StoredTurn => {
  const some = [1, 3, 7].map((step) => words[(i * step + (i >> 3)) % words.length] ?? '');
  return { turnId: i + 1, role: 'user', text: `I told of a ${some.join(' and a ')} number ${i}`, atMs: i };
});
const vectors = clustered(5, turns.length + 20);
const all: CandidateLimits = { byWords: 128, byMeaning: 32, surrounded: 8 };
const never = (): boolean => false;

function indexed(): UserIndex {
  const log = { range: (_user: unknown, from: number, to: number) => turns.slice(from - 1, to - 1) };
  const index = new UserIndex(log, userKey('anna'), 'epoch', turns.length + 1);
  index.work(turns.length + 1, never);
  for (const { turnId } of turns) index.addVector(turnId, vectors[turnId]!);
  return index;
}

const asked = fc.tuple(
  fc
    .subarray(words, { minLength: 1, maxLength: 3 })
    .map((some) => `What about the ${some.join(' and the ')}?`),
  fc.integer({ min: turns.length + 1, max: turns.length + 19 }).map((at) => vectors[at]),
);

function begin(index: UserIndex, text: string, limits: CandidateLimits) {
  const options = { candidates: limits, isLate: never };
  return index.byWords(index.read(text, turns.length), options, rankingModels.byWords);
}
const end = (index: UserIndex, search: ReturnType<typeof begin>, vector: Float32Array | undefined): Found =>
  index.rank(search, vector, rankingModels, 20);
const idsOf = ({ best }: Found): number[] => best.map(({ turnId }) => turnId);

describe('a search in two halves', () => {
  it('finds the same when other searches go on between its halves', () => {
    const index = indexed();
    fc.assert(
      fc.property(asked, asked, fc.boolean(), ([text, vector], [other, otherVector], isLate) => {
        const alone = end(index, begin(index, text, fastCandidateLimits), vector);
        const first = begin(index, text, fastCandidateLimits);
        const second = begin(index, other, all);
        if (isLate) end(index, second, otherVector);
        expect(end(index, first, vector)).toEqual(alone);
        if (!isLate) end(index, second, undefined);
      }),
      { numRuns: 40 },
    );
  });

  it('ranks by words when the vector does not come, as if none had been asked for', () => {
    const index = indexed();
    fc.assert(
      fc.property(asked, ([text]) => {
        const late = end(index, begin(index, text, fastCandidateLimits), undefined);
        const plain = index.byWords(index.read(text, turns.length), {
          candidates: { byWords: 128, byMeaning: 0, surrounded: 4 },
          isLate: never,
        });
        expect(late.byMeaning).toBe(false);
        expect(idsOf(late)).toEqual(idsOf(end(index, plain, undefined)));
      }),
      { numRuns: 40 },
    );
  });

  it('brings the nearest in meaning, whatever the words found', () => {
    const index = indexed();
    fc.assert(
      fc.property(fc.constantFrom(...words), fc.integer({ min: 1, max: turns.length }), (word, turnId) => {
        const found = end(index, begin(index, `And the ${word}?`, fastCandidateLimits), vectors[turnId]);
        expect(found.byMeaning).toBe(true);
        expect(found.best.find((each) => each.turnId === turnId)?.why.meaning).toBeGreaterThan(0.98);
      }),
      { numRuns: 40 },
    );
  });
});
