import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TieredTurns, tierPresets, type TieredTurnsOptions } from './tiered-turns.js';

interface Kept {
  readonly turnId: number;
  readonly text: string;
}

const kept = (turnId: number, text = `turn ${turnId}`): Kept => ({ turnId, text });

function make(options: Partial<TieredTurnsOptions<Kept>> = {}) {
  const clock = { nowMs: 1_000_000 };
  const loaded: number[] = [];
  const turns = new TieredTurns<Kept>({ nowMs: () => clock.nowMs, ...options });
  const get = (turnId: number): Kept | undefined =>
    turns.get(turnId, (id) => {
      loaded.push(id);
      return id > 0 ? kept(id) : undefined;
    });
  return { clock, loaded, turns, get };
}

describe('TieredTurns', () => {
  it('keeps the last twenty exchanges at hand without a read', () => {
    const { turns, get, loaded } = make();
    for (let turnId = 1; turnId <= 40; turnId++) turns.add(turnId, kept(turnId));
    expect(get(1)).toEqual(kept(1));
    expect(get(40)).toEqual(kept(40));
    expect(loaded).toEqual([]);
    expect(turns.stats()).toMatchObject({ exchange: 40, hot: 0, exchangeHits: 2, misses: 0, hitRate: 1 });
    turns.add(41, kept(41));
    expect(turns.stats()).toMatchObject({ exchange: 40, hot: 1 });
  });

  it('moves the oldest fifty of a full hot tier to warm', () => {
    const { turns, clock, get } = make({ exchanges: 0 });
    for (let turnId = 1; turnId <= 101; turnId++) {
      clock.nowMs += 10_000;
      turns.add(turnId, kept(turnId));
    }
    expect(turns.stats()).toMatchObject({ hot: 51, warm: 50, demoted: 50 });
    get(51);
    expect(turns.stats()).toMatchObject({ hotHits: 1, warmHits: 0 });
    get(50);
    expect(turns.stats()).toMatchObject({ hotHits: 1, warmHits: 1, promoted: 1, hot: 52, warm: 49 });
  });

  it('has the sizes of the assistant as well: ten and a hundred', () => {
    const { turns, clock } = make({ exchanges: 0, ...tierPresets.assistant });
    for (let turnId = 1; turnId <= 500; turnId++) {
      clock.nowMs += 10_000;
      turns.add(turnId, kept(turnId));
      const { hot, warm } = turns.stats();
      expect(hot).toBeLessThanOrEqual(10);
      expect(warm).toBeLessThanOrEqual(100);
    }
    expect(turns.stats().warm).toBeGreaterThanOrEqual(90);
  });

  it('lets the used bubble up and the unused sink', () => {
    const { turns, clock, get, loaded } = make({ exchanges: 0 });
    for (let use = 0; use < 30; use++) get(7);
    for (let turnId = 1001; turnId <= 1090; turnId++) {
      clock.nowMs += 5000;
      turns.add(turnId, kept(turnId));
    }
    clock.nowMs += 3_600_000;
    for (let turnId = 2001; turnId <= 2040; turnId++) turns.add(turnId, kept(turnId));
    loaded.length = 0;
    const before = turns.stats().hotHits;
    get(7);
    // Older than all others by its last use, it is kept for how often it was used.
    expect(turns.stats().hotHits).toBe(before + 1);
    expect(loaded).toEqual([]);
  });

  it('is not emptied by one run through all that was ever said', () => {
    const { turns, get, loaded } = make({ exchanges: 0 });
    for (const turnId of [1, 2, 3]) for (let use = 0; use < 3; use++) get(turnId);
    for (let turnId = 100; turnId < 20_000; turnId++) get(turnId);
    loaded.length = 0;
    for (const turnId of [1, 2, 3]) get(turnId);
    expect(loaded).toEqual([]);
    expect(turns.stats().warm).toBeLessThanOrEqual(1000);
  });

  it('forgets, and asks again for what is not there', () => {
    const { turns, get, loaded } = make();
    get(5);
    turns.forget(5);
    turns.forget(6);
    get(5);
    get(-1);
    get(-1);
    expect(loaded).toEqual([5, 5, -1, -1]);
    turns.clear();
    expect(turns.stats()).toMatchObject({ exchange: 0, hot: 0, warm: 0, bytes: 0, misses: 4 });
  });

  it('counts a touch as a use, and one of a turn that is not at hand as nothing', () => {
    const { turns, get } = make();
    get(5);
    turns.touch(5);
    turns.touch(6);
    expect(turns.stats()).toMatchObject({ hot: 1, warm: 0, promoted: 1, misses: 1, warmHits: 0 });
  });

  it('answers as the log would, within its bounds, whatever is done to it', () => {
    const id = fc.integer({ min: 1, max: 200 });
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('get' as const), id, ms: fc.constant(0) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('add' as const), id, ms: fc.constant(0) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), id, ms: fc.constant(0) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('touch' as const), id, ms: fc.integer() }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const log = new Map<number, Kept>();
        const clock = { nowMs: 0 };
        const options = { exchanges: 3, hotTurns: 10, warmTurns: 30, maxBytes: 8000 };
        const turns = new TieredTurns<Kept>({ nowMs: () => clock.nowMs, ...options });
        let version = 0;
        for (const { do: what, id: turnId, ms } of steps) {
          clock.nowMs += ms;
          if (what === 'get') expect(turns.get(turnId, (id) => log.get(id))).toBe(log.get(turnId));
          else if (what === 'touch') turns.touch(turnId);
          else if (what === 'add') {
            const turn = kept(turnId, 'x'.repeat((version++ * 37) % 300));
            log.set(turnId, turn);
            turns.add(turnId, turn);
          } else {
            log.delete(turnId);
            turns.forget(turnId);
          }
          const { exchange, hot, warm, bytes } = turns.stats();
          expect(exchange).toBeLessThanOrEqual(6);
          expect(hot).toBeLessThanOrEqual(10);
          expect(warm).toBeLessThanOrEqual(30);
          expect(bytes).toBeLessThanOrEqual(8000);
          if (exchange + hot + warm === 0) expect(bytes).toBe(0);
        }
      }),
    );
  });

  it('does no more work for a turn when there are many', () => {
    const { turns, clock, get } = make();
    const workOf = (from: number, to: number): number => {
      const before = turns.stats().scored;
      for (let turnId = from; turnId < to; turnId++) {
        clock.nowMs += 5000;
        turns.add(turnId, kept(turnId));
        for (let i = 1; i <= 8; i++) get(1 + ((turnId * i * 7919) % turnId));
      }
      return turns.stats().scored - before;
    };
    workOf(1, 5000);
    const early = workOf(5000, 7000);
    workOf(7000, 48_000);
    expect(early).toBeGreaterThan(0);
    expect(workOf(48_000, 50_000) / early).toBeLessThan(1.1);
    // To find the weakest of a full tier, some ten others are looked at for each one that sinks.
    expect(early / 2000).toBeLessThan(9 * 15);
  });
});
