import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { speakable } from './speakable.js';

describe('speakable', () => {
  it.each([
    ['**Potola** is *your* dog.', 'Potola is your dog.'],
    ['_Yes_, __really__ ~~no~~.', 'Yes, really no.'],
    ['## Dogs', 'Dogs'],
    ['> - quoted bullet', 'quoted bullet'],
    ['Run `npm start` now.', 'Run npm start now.'],
    ['See [the manual](https://example.org/a_b?c=1) first.', 'See the manual first.'],
    ['![a dog](dog.png) here', 'a dog here'],
    ['Look at https://example.org/x, then call.', 'Look at, then call.'],
    ['Go to www.example.org.', 'Go to.'],
    ['Well done 👍🏽👨‍👩‍👧 🇵🇹 1️⃣!', 'Well done 1!'],
    ['<b>Bold</b> move', 'Bold move'],
    ['| a | b |', 'a b'],
    ['snake_case name', 'snake case name'],
    ['It costs $29.95 at 3 p.m., 50% off.', 'It costs $29.95 at 3 p.m., 50% off.'],
    ['2 * 3 < 7 & 8 > 1', '2 * 3 < 7 & 8 > 1'],
    ['minus -3 degrees', 'minus -3 degrees'],
    ['line one\n\nline\ttwo', 'line one line two'],
    ['zero\u200bwidth', 'zero width'],
    ['C++ and C#', 'C++ and C#'],
  ])('reads %j as %j', (text, spoken) => expect(speakable(text)).toBe(spoken));

  it.each([
    '',
    '   \n',
    '🙂🙂',
    '**',
    '---',
    '...',
    '?!',
    'https://example.org/x',
    '```',
    '|---|---|',
    '](http://x)',
  ])('has nothing to say for %j', (text) => expect(speakable(text)).toBe(''));

  it('keeps every word of plain text', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9']{1,10}$/).filter((w) => /[A-Za-z0-9]/.test(w));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        expect(speakable(words.join(' '))).toBe(words.join(' '));
      }),
    );
  });

  it('stands any text, and leaves no mark of a screen', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(speakable(text)).not.toMatch(/\p{Extended_Pictographic}|`|\n/u);
      }),
    );
  });
});
