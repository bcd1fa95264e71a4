import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { relativeTime } from './relative-time.js';

const now = new Date(2026, 10, 21, 15, 30).getTime();
const at = (...parts: [number, number, number, number?, number?]): number => new Date(...parts).getTime();

describe('relativeTime', () => {
  it.each([
    ['just now', now - 59_000],
    ['just now', now],
    ['just now', now + 86_400_000],
    ['1 minute ago', now - 60_000],
    ['5 minutes ago', now - 5 * 60_000],
    ['59 minutes ago', now - 59 * 60_000],
    ['today', at(2026, 10, 21, 14, 30)],
    ['today', at(2026, 10, 21, 0, 0)],
    ['yesterday', at(2026, 10, 20, 23, 59)],
    ['yesterday', at(2026, 10, 20, 0, 0)],
    ['2 days ago', at(2026, 10, 19, 23, 59)],
    ['6 days ago', at(2026, 10, 15, 12)],
    ['last week', at(2026, 10, 14, 12)],
    ['last week', at(2026, 10, 8, 12)],
    ['2 weeks ago', at(2026, 10, 7, 12)],
    ['3 weeks ago', at(2026, 9, 31, 12)],
    ['4 weeks ago', at(2026, 9, 23, 12)],
    ['last month', at(2026, 9, 22, 12)],
    ['2 months ago', at(2026, 8, 20, 12)],
    ['11 months ago', at(2025, 10, 30, 12)],
    ['last year', at(2025, 10, 20, 12)],
    ['last year', at(2024, 11, 1, 12)],
    ['2 years ago', at(2024, 10, 1, 12)],
    ['10 years ago', at(2016, 10, 1, 12)],
  ])('%s', (words, atMs) => {
    expect(relativeTime(atMs, now)).toBe(words);
  });

  it('speaks of the night before as minutes while it is minutes ago', () => {
    expect(relativeTime(at(2026, 10, 20, 23, 50), at(2026, 10, 21, 0, 10))).toBe('20 minutes ago');
  });

  it('has words for every time, without zeros or fractions', () => {
    const phrase =
      /^(just now|today|yesterday|last (week|month|year)|[1-9]\d* (minute|day|week|month|year)s? ago)$/;
    fc.assert(
      fc.property(fc.integer({ min: -4e12, max: 4e12 }), (agoMs) => {
        expect(relativeTime(now - agoMs, now)).toMatch(phrase);
      }),
    );
    expect(relativeTime(NaN, now)).toBe('just now');
  });
});
