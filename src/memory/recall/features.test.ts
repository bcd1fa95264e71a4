import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { StoredTurn } from '../types.js';
import { featureCount, featureNames, fillFeatures, wordFeatureCount } from './features.js';
import { readQuery } from './query-view.js';
import { TurnTable } from './turn-table.js';
import { contentWords } from './words.js';
import { Workspace } from './workspace.js';

const words = ['dog', 'cat', 'tea', 'boat', 'Oslo', 'run'];
const talk = fc.array(
  fc.record({
    text: fc.array(fc.constantFrom(...words), { maxLength: 6 }).map((some) => some.join(' ')),
    session: fc.constantFrom('a', 'b'),
    speaker: fc.constantFrom('Anna', 'Ben'),
  }),
  { minLength: 1, maxLength: 20 },
);

function tableOf(turns: readonly Pick<StoredTurn, 'text' | 'session' | 'speaker'>[]): TurnTable {
  const table = new TurnTable();
  let previous: StoredTurn | undefined;
  for (const [i, turn] of turns.entries()) {
    const stored: StoredTurn = { turnId: i + 1, role: 'user', atMs: i, ...turn };
    const stems = contentWords(turn.text).map(({ stem }) => stem);
    table.add(stored, previous, stems, false);
    previous = stored;
  }
  return table;
}

describe('features', () => {
  it('are finite, of moderate size, and the same whatever was looked at before', () => {
    const used = new Workspace();
    fc.assert(
      fc.property(talk, fc.subarray(words), fc.boolean(), (turns, asked, withMeaning) => {
        const table = tableOf(turns);
        const query = readQuery(`When did Anna ${asked.join(' ')}?`, table, 0);
        const candidates = Uint32Array.from(turns, (_, i) => i + 1);
        const similarities = (ids: Uint32Array): Float32Array => Float32Array.from(ids, (id) => (id % 3) / 3);
        const rowsOf = (work: Workspace): Float32Array => {
          const rows = new Float32Array(candidates.length * featureCount);
          work.begin({ table, query, rarity: () => 1.5 });
          fillFeatures(work, candidates, rows, withMeaning ? similarities : undefined);
          return rows;
        };
        const rows = rowsOf(used);
        expect(rows).toEqual(rowsOf(new Workspace()));
        for (const value of rows) expect(Math.abs(value)).toBeLessThanOrEqual(3);
        if (!withMeaning) {
          for (let c = 0; c < candidates.length; c++) {
            const meaning = rows.subarray(c * featureCount + wordFeatureCount, (c + 1) * featureCount);
            expect(meaning.every((value) => value === 0)).toBe(true);
          }
        }
      }),
    );
  });

  it('score a turn as BM25 does, and look beyond it only within its conversation', () => {
    const table = tableOf([
      { text: 'dog', session: 'a', speaker: 'Anna' },
      { text: 'tea', session: 'a', speaker: 'Ben' },
      { text: 'boat', session: 'b', speaker: 'Ben' },
    ]);
    const rows = new Float32Array(3 * featureCount);
    const candidates = Uint32Array.of(1, 2, 3);
    const query = readQuery('dog tea', table, 0);
    const work = new Workspace();
    work.begin({ table, query, rarity: () => 2 });
    const masks = fillFeatures(work, candidates, rows);
    const of = (turn: number, name: (typeof featureNames)[number]): number =>
      rows[(turn - 1) * featureCount + featureNames.indexOf(name)]!;
    expect([...masks]).toEqual([1, 2, 0]);
    // Each turn is as long as the average, so that BM25 is the rarity itself.
    expect(20 * of(1, 'ownAbs')).toBeCloseTo(2, 5);
    expect(of(2, 'previous')).toBe(1);
    expect(of(3, 'previous')).toBe(0);
    expect(of(3, 'window')).toBe(0);
    expect(of(1, 'coverage')).toBe(0.5);
    expect(of(2, 'joint')).toBe(1);
  });
});
