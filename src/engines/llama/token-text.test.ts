import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenText } from './token-text.js';

/** The hardest tokenizer: every byte a token. */
const decodeBytes = (tokens: readonly number[]): string => new TextDecoder().decode(Uint8Array.from(tokens));

describe('TokenText', () => {
  it('gives whole characters only, and all of them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (words) => {
        // A replacement character in the text itself cannot be told from half a character.
        fc.pre(!words.includes('\uFFFD') && !words.includes('\uFEFF'));
        const text = new TokenText(decodeBytes);
        const pieces = [...new TextEncoder().encode(words)].map((byte) => text.push(byte));
        expect([...pieces, text.end()].join('')).toBe(words);
        for (const piece of pieces) expect(piece).not.toContain('\uFFFD');
      }),
    );
  });

  it('drops half a character at the end', () => {
    const text = new TokenText(decodeBytes);
    const bytes = [...new TextEncoder().encode('ok €')].slice(0, -1);
    expect(bytes.map((byte) => text.push(byte)).join('') + text.end()).toBe('ok ');
  });

  it('goes on after bytes that never become a character', () => {
    const text = new TokenText(decodeBytes);
    const bytes = [...Array<number>(8).fill(0xff), 0x61];
    expect(bytes.map((byte) => text.push(byte)).join('')).toMatch(/a$/);
  });
});
