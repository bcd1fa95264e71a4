import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { gather } from './candidates.js';
import { TurnTable } from './turn-table.js';

const turns = 30;
const turnIds = fc.uniqueArray(fc.integer({ min: 1, max: turns + 3 }), { maxLength: 12 });

function tableOf(size: number): TurnTable {
  const table = new TurnTable();
  for (let turnId = 1; turnId <= size; turnId++)
    table.add({ turnId, role: 'user', text: '', atMs: 0 }, undefined, [], false);
  return table;
}

describe('gather', () => {
  it('takes what was found and what stands around the best, each once, ascending, and nothing that is out', () => {
    const table = tableOf(turns);
    fc.assert(
      fc.property(turnIds, turnIds, fc.nat(6), fc.nat(4), (byWords, byMeaning, surrounded, out) => {
        const isOut = (turnId: number): boolean => turnId % 5 === out;
        const centres = [...byWords.slice(0, surrounded), ...byMeaning.slice(0, Math.floor(surrounded / 2))];
        const around = centres.flatMap((turnId) => [-2, -1, 1, 2].map((step) => turnId + step));
        const expected = [...new Set([...byWords, ...byMeaning, ...around])]
          .filter((turnId) => turnId >= 1 && turnId <= turns && !isOut(turnId))
          .sort((a, b) => a - b);
        const found = gather(
          table,
          [
            { turnIds: Uint32Array.from(byWords), surrounded },
            { turnIds: Uint32Array.from(byMeaning), surrounded: surrounded >> 1 },
          ],
          isOut,
        );
        expect([...found]).toEqual(expected);
      }),
    );
  });
});
