import { describe, expect, it } from 'vitest';
import { dayMs } from './retention.js';
import { memoryState, surfaceOf } from './surface.js';
import { Uses } from './uses.js';

const potola = { subject: '1', relation: 'dog', value: 'Potola' };

describe('surfaceOf', () => {
  it('fades with the days and is back in full when it is said again', () => {
    const uses = new Uses();
    const on = (day: number): string => {
      const state = memoryState(0, uses.of(1), 0, day * dayMs);
      return surfaceOf(potola, state, day * dayMs).text;
    };
    expect([0, 0.7, 1, 3, 7, 16, 17].map(on)).toEqual([
      '1 dog Potola',
      '1 dog Potola',
      '1 dog P',
      '1 dog',
      '1',
      '1',
      '',
    ]);
    uses.restore([1], 30 * dayMs);
    // Fading takes longer than the first time: 7.7 days instead of 7, and the first day counts as used.
    expect([30, 30.9, 32, 33].map(on)).toEqual(['1 dog Potola', '1 dog Potola', '1 dog P', '1 dog']);
  });

  it('climbs a rung by use alone', () => {
    const uses = new Uses();
    const nowMs = 4 * dayMs;
    const text = (): string => surfaceOf(potola, memoryState(0, uses.of(1), 0, nowMs), nowMs).text;
    expect(text()).toBe('1 dog');
    uses.reinforce([1, 1, 1], nowMs);
    expect(text()).toBe('1 dog P');
  });

  it('resists when it matters', () => {
    const nowMs = 30 * dayMs;
    const at = (importance: number): string =>
      surfaceOf(potola, memoryState(0, { uses: 0 }, importance, nowMs), nowMs).text;
    expect([0, 0.4, 0.6, 0.9, 1].map(at)).toEqual(['', '1', '1 dog', '1 dog Potola', '1 dog Potola']);
  });

  it('is fresh while the clock says that it was not said yet', () => {
    const state = memoryState(
      50 * dayMs,
      { uses: 1, lastUsedMs: 50 * dayMs, restoredMs: 50 * dayMs },
      0,
      3 * dayMs,
    );
    expect(surfaceOf(potola, state, 3 * dayMs)).toMatchObject({ retention: 1, rung: 'full' });
  });

  it('does not believe that it was told in the far future', () => {
    const state = memoryState(0, { uses: 1, restoredMs: 300 * dayMs }, 0, 30 * dayMs);
    expect(surfaceOf(potola, state, 30 * dayMs).rung).toBe('forgotten');
  });
});
