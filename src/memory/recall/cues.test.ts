import { expect, it } from 'vitest';

import { cue, cuesOf } from './cues.js';

it.each([
  ['How are you?', 'asksLast'],
  ['How are you? [a photo of a cat]', 'asksLast'],
  ['I saw it two weeks ago.', 'time'],
  ['We have three cats.', 'number'],
  ['She moved to Oslo.', 'place'],
  ['It was because of the rain.', 'reason'],
  ['He loves it.', 'feeling'],
  ['I am going to paint.', 'plan'],
  ['Red, green, and blue.', 'list'],
  ['I read "Nothing is Impossible".', 'quote'],
  ['Really? Nice.', 'asksInside'],
  ['Is that your cat.', 'secondPerson'],
  ['Look [a photo of a cat]', 'picture'],
] as const)('%s has the cue %s', (text, name) => {
  expect(cuesOf(text) & cue[name]).toBe(cue[name]);
});

it('finds nothing in nothing, and bears a long text', () => {
  expect(cuesOf('')).toBe(0);
  expect(cuesOf('a '.repeat(500_000))).toBe(0);
});
