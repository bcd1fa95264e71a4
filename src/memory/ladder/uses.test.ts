import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs } from './retention.js';
import { Uses, blockTurns, bytesPerTurn, type UseEntry } from './uses.js';

/** A side table in memory. */
function table() {
  const records = new Map<number, Buffer>();
  return {
    records,
    load: (from: number, to: number): UseEntry[] =>
      [...records].filter(([turnId]) => turnId >= from && turnId < to),
    put: (entries: readonly UseEntry[]): Promise<void> => {
      for (const [turnId, record] of entries) records.set(turnId, record);
      return Promise.resolve();
    },
  };
}

describe('Uses', () => {
  it('counts uses and knows the last', () => {
    const uses = new Uses();
    expect(uses.of(5)).toEqual({ uses: 0 });
    uses.reinforce([5, 6], 1000);
    uses.reinforce([5], 61_500);
    expect(uses.of(5)).toEqual({ uses: 2, lastUsedMs: 61_000 });
    expect(uses.of(6)).toEqual({ uses: 1, lastUsedMs: 1000 });
  });

  it('lets what is said again begin anew, with what was earned before', () => {
    const uses = new Uses();
    uses.reinforce([1, 1], 1000);
    uses.restate(9, 1, 5000);
    expect(uses.of(9)).toEqual({ uses: 3, lastUsedMs: 5000, restoredMs: 5000 });
    uses.restore([9], 7000);
    expect(uses.of(9)).toEqual({ uses: 4, lastUsedMs: 7000, restoredMs: 7000 });
  });

  it('is there again after a restart, and reads a block only when it is looked at', async () => {
    const kept = table();
    const uses = new Uses(kept.load);
    uses.reinforce([1, 300, 70_000], 5000);
    uses.restore([300], 6000);
    expect(await uses.flush(kept.put)).toBe(3);
    expect(uses.unsaved).toBe(0);

    const asked: number[] = [];
    const again = new Uses((from, to) => {
      asked.push(from);
      return kept.load(from, to);
    });
    expect(again.of(300)).toEqual(uses.of(300));
    expect(again.of(301)).toEqual({ uses: 0 });
    expect(asked).toEqual([256]);
    expect(again.of(70_000)).toEqual(uses.of(70_000));
    expect(again.bytes).toBe(2 * blockTurns * bytesPerTurn);
  });

  it('keeps for the next flush what one could not write, and what came in between', async () => {
    const kept = table();
    const uses = new Uses(kept.load);
    uses.reinforce([1], 1000);
    await expect(uses.flush(() => Promise.reject(new Error('full')))).rejects.toThrow('full');
    expect(uses.unsaved).toBe(1);
    const flushed = uses.flush((entries) => {
      uses.reinforce([2], 1000);
      return kept.put(entries);
    });
    expect(await flushed).toBe(1);
    expect(uses.unsaved).toBe(1);
    await uses.flush(kept.put);
    expect([...kept.records.keys()]).toEqual([1, 2]);
  });

  it('leaves records aside that it did not write', () => {
    const uses = new Uses(() => [
      [1, Buffer.from([9, 0, 5, 0, 0, 0, 1, 0, 0, 0, 1])],
      [2, Buffer.from([1, 0])],
    ]);
    expect(uses.of(1)).toEqual({ uses: 0 });
    expect(uses.of(2)).toEqual({ uses: 0 });
  });

  it('forgets', () => {
    const uses = new Uses();
    uses.reinforce([1, 2], 1000);
    uses.forget(1);
    expect(uses.of(1)).toEqual({ uses: 0 });
    expect(uses.unsaved).toBe(1);
    uses.clear();
    expect([uses.of(2), uses.unsaved]).toEqual([{ uses: 0 }, 0]);
  });

  it('is not hurt by a clock that jumps', () => {
    const uses = new Uses();
    uses.restore([1], 100 * dayMs);
    uses.reinforce([1], 100 * dayMs - 3_600_000);
    expect(uses.of(1)).toEqual({ uses: 2, lastUsedMs: 100 * dayMs, restoredMs: 100 * dayMs });
    // A year ahead by mistake, then right again.
    uses.reinforce([1], 465 * dayMs);
    uses.reinforce([1], 101 * dayMs);
    expect(uses.of(1)).toEqual({ uses: 4, lastUsedMs: 101 * dayMs, restoredMs: 100 * dayMs });
  });

  it('survives any order of calls and any times, in memory as on disk', async () => {
    const call = fc.record({
      turnId: fc.integer({ min: 1, max: 1000 }),
      atMs: fc.oneof(fc.double(), fc.integer({ min: 0, max: 4e12 })),
      inFull: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 60 }), async (calls) => {
        const kept = table();
        const uses = new Uses(kept.load);
        for (const { turnId, atMs, inFull } of calls) {
          if (inFull) uses.restore([turnId], atMs);
          else uses.reinforce([turnId], atMs);
        }
        await uses.flush(kept.put);
        const again = new Uses(kept.load);
        for (const { turnId } of calls) {
          expect(again.of(turnId)).toEqual(uses.of(turnId));
          expect(uses.of(turnId).uses).toBe(calls.filter((other) => other.turnId === turnId).length);
        }
      }),
    );
  });

  it('counts no further than it can hold', () => {
    const uses = new Uses();
    for (let i = 0; i < 66_000; i++) uses.reinforce([1], 1000);
    expect(uses.of(1).uses).toBe(65_535);
  });
});
