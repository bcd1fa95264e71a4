import { describe, expect, it } from 'vitest';

import type { StoredTurn } from '../types.js';
import { state, TurnTable } from './turn-table.js';

const turn = (turnId: number): StoredTurn => ({
  turnId,
  role: 'user',
  text: 'Tea at 5?',
  atMs: 1000 * turnId,
});
const stemsOf = (turnId: number): string[] =>
  Array.from({ length: turnId % 7 }, (_, i) => `w${turnId % (3 + i)}`);

function expectTurns(table: TurnTable, from: number, to: number, marked: (turnId: number) => boolean): void {
  for (let turnId = from; turnId < to; turnId++) {
    const start = table.startOf(turnId);
    const words = table.wordsOf(turnId).subarray(start, start + (table.lengths[turnId] ?? 0));
    expect([...words]).toEqual(stemsOf(turnId).map((stem) => table.termOf(stem)));
    expect(table.times[turnId]).toBe(1000 * turnId);
    expect(table.has(turnId, state.superseded)).toBe(marked(turnId));
    expect(table.follows(turnId)).toBe(turnId > from);
  }
}

describe('TurnTable', () => {
  it('keeps every turn while it grows, marks that are set meanwhile too', () => {
    const table = new TurnTable();
    const marked = new Set<number>();
    for (let turnId = 1; turnId <= 9000; turnId++) {
      table.add(turn(turnId), turnId > 1 ? turn(turnId - 1) : undefined, stemsOf(turnId), false);
      if (turnId % 5 > 0) continue;
      const old = 1 + ((turnId * 7919) % turnId);
      table.mark(old, state.superseded);
      marked.add(old);
    }
    expectTurns(table, 1, 9001, (turnId) => marked.has(turnId));
    expect(table.knows(9001)).toBe(false);
    expect(table.size).toBeGreaterThan(9000);
  });

  it('takes turns newest first, and one far ahead of all', () => {
    const table = new TurnTable();
    for (let from = 20_000; from > 19_000; from -= 16) {
      for (let turnId = from; turnId < from + 16; turnId++) {
        table.add(turn(turnId), turnId > 19_008 ? turn(turnId - 1) : undefined, stemsOf(turnId), false);
      }
    }
    table.add(turn(900_000), undefined, ['far'], true);
    expectTurns(table, 19_008, 20_016, () => false);
    expect(table.wordsOf(900_000)[table.startOf(900_000)]).toBe(table.termOf('far'));
    expect(table.has(900_000, state.onlyAsks)).toBe(true);
  });

  it('keeps the words of a long turn together, up to 255', () => {
    const table = new TurnTable();
    const long = Array.from({ length: 300 }, (_, i) => `s${i}`);
    for (let turnId = 1; turnId <= 200; turnId++) table.add(turn(turnId), undefined, long, false);
    for (let turnId = 1; turnId <= 200; turnId++) {
      const start = table.startOf(turnId);
      expect(table.lengths[turnId]).toBe(255);
      expect([...table.wordsOf(turnId).subarray(start, start + 255)]).toEqual(
        long.slice(0, 255).map((stem) => table.termOf(stem)),
      );
    }
    expect(table.averageLength).toBe(255);
  });
});
