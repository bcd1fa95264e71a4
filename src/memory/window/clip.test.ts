import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip } from './clip.js';

const bytes = (text: string): number => Buffer.byteLength(text);
const words = (text: string): number => text.split(/\s+/u).filter(Boolean).length;

describe('clip', () => {
  it('leaves what fits', () => {
    expect(clip('one two three', 3, 'ends', words)).toBe('one two three');
  });

  it('keeps the start, both ends, or whole lines', () => {
    const text = 'Alpha beta gamma delta. Epsilon zeta eta theta. Iota kappa lambda?';
    expect(clip(text, 20, 'start', bytes)).toBe('Alpha beta gamma de');
    expect(clip(text, 30, 'ends', bytes)).toMatch(/^Alpha.* … .*lambda\?$/u);
    expect(clip('Head:\n- one\n- two\n- three', 18, 'lines', bytes)).toBe('Head:\n- one\n- two');
  });

  it('gives nothing when nothing fits', () => {
    expect(clip('word', 0, 'ends', words)).toBe('');
    expect(clip('word', -5, 'start', words)).toBe('');
    expect(clip('word', 3, 'start', () => 4)).toBe('');
  });

  it('counts only a little of a long text', () => {
    let counted = 0;
    const kept = clip('word '.repeat(1_000_000), 100, 'ends', (text) => {
      counted += text.length;
      return words(text);
    });
    expect(words(kept)).toBeGreaterThan(50);
    expect(counted).toBeLessThan(5000);
  });

  it('never has more tokens than asked, splits no character, and makes nothing up', () => {
    const keep = fc.constantFrom('start' as const, 'ends' as const, 'lines' as const);
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: -2, max: 60 }),
        keep,
        (text, most, how) => {
          const kept = clip(text, most, how, bytes);
          expect(bytes(kept)).toBeLessThanOrEqual(Math.max(0, most));
          expect(/\p{Surrogate}/u.test(kept)).toBe(
            /\p{Surrogate}/u.test(text) && /\p{Surrogate}/u.test(kept),
          );
          for (const part of kept.split(' … ')) expect(text.includes(part.trim())).toBe(true);
        },
      ),
    );
  });
});
