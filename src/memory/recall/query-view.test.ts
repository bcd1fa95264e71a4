import { describe, expect, it } from 'vitest';

import type { StoredTurn } from '../types.js';
import { dateMatch, datesIn, readQuery } from './query-view.js';
import { TurnTable } from './turn-table.js';

const now = Date.UTC(2023, 5, 20, 12);
const dayMs = 86_400_000;

function tableOf(...turns: Partial<StoredTurn>[]): TurnTable {
  const table = new TurnTable();
  for (const [i, turn] of turns.entries()) {
    table.add({ turnId: i + 1, role: 'user', text: 'x', atMs: 0, ...turn }, undefined, ['x'], false);
  }
  return table;
}

describe('readQuery', () => {
  it('knows who is meant: by name, "I" or "you", and nobody when all are', () => {
    const named = tableOf({ speaker: 'Anna' }, { speaker: 'Ben' });
    expect([...readQuery("What is Anna's dog called?", named, now).speakers]).toEqual([0]);
    expect(readQuery('What do Anna and Ben like?', named, now).speakers.size).toBe(0);
    expect(readQuery('What is my dog called?', named, now).speakers.size).toBe(0);
    const plain = tableOf({ role: 'user' }, { role: 'assistant', speaker: 'Assistant' });
    expect([...readQuery('What is my dog called?', plain, now).speakers]).toEqual([0]);
    expect([...readQuery('What did you recommend?', plain, now).speakers]).toEqual([1]);
    expect(readQuery('Do you remember the dog?', plain, now).speakers.size).toBe(0);
  });

  it('looks for words and leaves the names of speakers out of what is scored', () => {
    const view = readQuery(
      'When did Anna visit Oslo?',
      tableOf({ speaker: 'Anna' }, { speaker: 'Ben' }),
      now,
    );
    expect(view.stems).toEqual(['visit', 'oslo']);
    expect([...view.weights.keys()]).toContain('anna');
    expect(view.names).toEqual(new Set(['oslo']));
    expect(view.wanted).toBe('when');
  });

  it.each([
    ['How many cats?', 'how-many'],
    ['Who came?', 'who'],
    ['Where is it?', 'where'],
    ['Why not?', 'why'],
    ['Which one?', 'what'],
    ['Is it red?', 'yes-no'],
    ['Oslo', 'none'],
  ])('%s wants %s', (text, wanted) => {
    expect(readQuery(text, tableOf(), now).wanted).toBe(wanted);
  });
});

describe('dates in a query', () => {
  const match = (text: string, atMs: number): number => dateMatch(datesIn(text, now), atMs);

  it('are found as days, months, years and distances', () => {
    expect(match('on 8 may 2023', Date.UTC(2023, 4, 8, 20))).toBe(1);
    expect(match('on may 8, 2023', Date.UTC(2023, 4, 25))).toBe(0.7);
    expect(match('in june', Date.UTC(2022, 5, 9))).toBe(0.7);
    expect(match('in 2022', Date.UTC(2022, 9, 9))).toBe(0.4);
    expect(match('yesterday', now - dayMs)).toBe(0.7);
    expect(match('two weeks ago', now - 14 * dayMs)).toBe(0.7);
    expect(match('two weeks ago', now - 40 * dayMs)).toBe(0);
  });

  it('are not seen in "may I"', () => {
    expect(datesIn('what may i eat', now)).toEqual([]);
  });
});
