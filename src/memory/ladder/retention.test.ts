import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs, retention, type MemoryState } from './retention.js';
import { rungOf } from './rungs.js';

/** The design document's `calculate_retention`, line by line. */
function documentRetention(
  nowS: number,
  timestampS: number,
  accessCount: number,
  lastAccessS?: number,
): number {
  const daysElapsed = (nowS - timestampS) / 86400;
  const strengthFactor = 7 * (1 + accessCount * 0.1);
  let value = Math.exp(-daysElapsed / strengthFactor);
  if (lastAccessS !== undefined && (nowS - lastAccessS) / 86400 < 1) value *= 1.2;
  return Math.min(value, 1.0);
}

const state = (days: number, more: Partial<MemoryState> = {}): MemoryState => ({
  ageMs: days * dayMs,
  uses: 0,
  importance: 0,
  ...more,
});

describe('retention', () => {
  it('fades over simulated days as the table says', () => {
    const days = [0, 0.5, 1, 2, 3, 5, 7, 10, 14, 17, 21, 30, 60];
    const cell = (memory: MemoryState): string => {
      const kept = retention(memory, 100 * dayMs);
      return `${kept.toFixed(3)} ${rungOf(kept)}`.padEnd(16);
    };
    const table = days.map((day) =>
      [
        String(day).padStart(4),
        cell(state(day)),
        cell(state(day, { uses: 5 })),
        cell(state(day, { uses: 5, lastUsedMs: 99.5 * dayMs })),
        cell(state(day, { importance: 0.5 })),
        cell(state(day, { importance: 0.9 })),
      ]
        .join(' | ')
        .trimEnd(),
    );
    expect([
      'day  | unused           | 5 uses           | 5, one today     | half important   | name',
      ...table,
    ]).toMatchInlineSnapshot(`
        [
          "day  | unused           | 5 uses           | 5, one today     | half important   | name",
          "   0 | 1.000 full       | 1.000 full       | 1.000 full       | 1.000 full       | 1.000 full",
          " 0.5 | 0.931 full       | 0.953 full       | 1.000 full       | 0.982 full       | 0.999 full",
          "   1 | 0.867 most       | 0.909 full       | 1.000 full       | 0.965 full       | 0.999 full",
          "   2 | 0.751 most       | 0.827 most       | 0.992 full       | 0.931 full       | 0.997 full",
          "   3 | 0.651 half       | 0.751 most       | 0.902 full       | 0.898 most       | 0.996 full",
          "   5 | 0.490 half       | 0.621 half       | 0.745 most       | 0.836 most       | 0.993 full",
          "   7 | 0.368 first      | 0.513 half       | 0.616 half       | 0.779 most       | 0.990 full",
          "  10 | 0.240 first      | 0.386 first      | 0.463 half       | 0.700 half       | 0.986 full",
          "  14 | 0.135 first      | 0.264 first      | 0.316 first      | 0.607 half       | 0.980 full",
          "  17 | 0.088 forgotten  | 0.198 first      | 0.238 first      | 0.545 half       | 0.976 full",
          "  21 | 0.050 forgotten  | 0.135 first      | 0.162 first      | 0.472 half       | 0.970 full",
          "  30 | 0.014 forgotten  | 0.057 forgotten  | 0.069 forgotten  | 0.343 first      | 0.958 full",
          "  60 | 0.000 forgotten  | 0.003 forgotten  | 0.004 forgotten  | 0.117 first      | 0.918 full",
        ]
      `);
  });

  it("is the document's formula for a memory of no importance", () => {
    const seconds = fc.integer({ min: 0, max: 400 * 86_400 });
    fc.assert(
      fc.property(seconds, fc.nat(200), fc.option(seconds, { nil: undefined }), (ageS, uses, usedAgoS) => {
        const nowS = 1_800_000_000;
        const lastUsedS = usedAgoS === undefined ? undefined : nowS - usedAgoS;
        const memory = state(ageS / 86_400, {
          uses,
          ...(lastUsedS === undefined ? {} : { lastUsedMs: lastUsedS * 1000 }),
        });
        expect(retention(memory, nowS * 1000)).toBeCloseTo(
          documentRetention(nowS, nowS - ageS, uses, lastUsedS),
          10,
        );
      }),
    );
  });

  it('never rises with age, never falls with use or importance', () => {
    const days = fc.double({ min: 0, max: 1000, noNaN: true });
    const part = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(days, days, fc.nat(100), part, part, (a, b, uses, i, j) => {
        const at = (day: number, more: Partial<MemoryState>): number => retention(state(day, more), 0);
        expect(at(Math.max(a, b), { uses })).toBeLessThanOrEqual(at(Math.min(a, b), { uses }));
        expect(at(a, { uses: uses + 1 })).toBeGreaterThanOrEqual(at(a, { uses }));
        expect(at(a, { importance: Math.max(i, j) })).toBeGreaterThanOrEqual(
          at(a, { importance: Math.min(i, j) }),
        );
      }),
    );
  });

  it('keeps what may not be forgotten', () => {
    expect(retention(state(10_000, { importance: 1 }), 0)).toBe(1);
  });

  it('stays within 0 and 1 whatever the clock or a caller says', () => {
    const any = fc.oneof(fc.double(), fc.integer());
    fc.assert(
      fc.property(any, any, any, any, any, (ageMs, lastUsedMs, uses, importance, nowMs) => {
        const kept = retention({ ageMs, lastUsedMs, uses, importance }, nowMs);
        expect(kept).toBeGreaterThanOrEqual(0);
        expect(kept).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('takes a use far in the future for a clock that was wrong', () => {
    const old = state(5);
    expect(retention({ ...old, lastUsedMs: 90 * dayMs }, 50 * dayMs)).toBe(retention(old, 50 * dayMs));
    expect(retention({ ...old, lastUsedMs: 50.1 * dayMs }, 50 * dayMs)).toBeGreaterThan(
      retention(old, 50 * dayMs),
    );
  });
});
