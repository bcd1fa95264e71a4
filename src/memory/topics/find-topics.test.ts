import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bagOfWords } from '../door-bed.test-helper.js';
import { findTopics, type FindTopicsOptions } from './find-topics.js';
import { sphericalKMeans } from './spherical-k-means.js';

const talk = [
  ...['leash', 'vet', 'puppy', 'kennel', 'bone', 'walk'].map((word) => `My dog barks at the dog ${word}.`),
  ...['tomato', 'rose', 'slug', 'compost'].map((word) => `The garden soil garden ${word} grows.`),
  ...['Bach', 'cello', 'choir'].map((word) => `We practise music concert music ${word}.`),
];
const find = (texts: readonly string[], options?: FindTopicsOptions): ReturnType<typeof findTopics> =>
  findTopics(
    {
      turnIds: texts.map((_, i) => i + 1),
      text: (turnId) => texts[turnId - 1],
      vector: (turnId) => bagOfWords(texts[turnId - 1] ?? ''),
    },
    options,
  );

describe('topics', () => {
  it('are what is alike, the largest first, named by what tells them apart', async () => {
    const topics = await find(talk, { count: 3 });
    expect(topics.map(({ turnIds }) => [...turnIds].sort((a, b) => a - b))).toEqual([
      [1, 2, 3, 4, 5, 6],
      [7, 8, 9, 10],
      [11, 12, 13],
    ]);
    const names = [
      ['barks', 'dog'],
      ['garden', 'grows', 'soil'],
      ['concert', 'music', 'practise'],
    ];
    for (const [i, { words }] of topics.entries())
      expect([...words].sort()).toEqual(expect.arrayContaining(names[i]!));
  });

  it('are the same each time, hold each turn once, and are no more than asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...talk), { maxLength: 30 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(4, 1000),
        async (texts, count, sampleTurns) => {
          const topics = await find(texts, { count, sampleTurns });
          expect(topics.length).toBeLessThanOrEqual(count);
          expect(topics.reduce((sum, { turns }) => sum + turns, 0)).toBe(texts.length);
          for (const { turns, turnIds } of topics) expect(turnIds).toHaveLength(Math.min(turns, 20));
          expect(await find(texts, { count, sampleTurns })).toEqual(topics);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('of one turn are one, of none none, and without its vector a turn is in none', async () => {
    expect(await find(['My dog barks.'])).toEqual([{ words: ['dog', 'barks'], turns: 1, turnIds: [1] }]);
    expect(await find([])).toEqual([]);
    const vector = (): undefined => undefined;
    expect(await findTopics({ turnIds: [1], text: () => 'x', vector })).toEqual([]);
  });

  it('let the event loop in', async () => {
    let [rests, clock] = [0, 0];
    await find(talk, { nowMs: () => (clock += 2), rest: () => Promise.resolve(rests++) });
    expect(rests).toBeGreaterThan(talk.length);
  });
});

describe('sphericalKMeans', () => {
  it('finds groups that lie apart, whatever the order', async () => {
    const axis = (group: number, i: number): Float32Array =>
      Float32Array.from({ length: 8 }, (_, j) => (j === group ? 1 : j === 7 ? 0.1 * (i % 3) : 0));
    const vectors = Array.from({ length: 40 }, (_, i) => axis(i % 4, i));
    const middles = await sphericalKMeans(vectors, 4);
    const mainAxis = middles.map((middle) => middle.indexOf(Math.max(...middle)));
    expect(mainAxis.sort()).toEqual([0, 1, 2, 3]);
    for (const middle of middles) expect(Math.hypot(...middle)).toBeCloseTo(1, 5);
    expect(await sphericalKMeans(vectors.slice(0, 1), 4)).toHaveLength(1);
  });
});
