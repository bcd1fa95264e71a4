import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importanceOf } from './importance.js';

const said = (text: string): number => importanceOf({ role: 'user', text });

describe('importanceOf', () => {
  it.each([
    'Remember that the spare key is under the pot.',
    "Please don't forget I go home on Friday.",
    'My son is allergic to peanuts.',
    "I'm diabetic, so no sugar.",
    'From now on speak slowly.',
    'Call me Al.',
  ])('never lets go of: %s', (text) => {
    expect(said(text)).toBe(1);
  });

  it.each(["My dog's name is Potola.", 'My cat is named Whiskers.', 'His name is Ben.', "Hi, I'm Anna."])(
    'holds on to a name: %s',
    (text) => {
      expect(said(text)).toBeGreaterThanOrEqual(0.9);
    },
  );

  it.each([
    ['We got married in Rome.', 0.5],
    ['We meet on Tuesday.', 0.3],
    ['The bus leaves at 7:15.', 0.3],
    ['I counted 3 ducks.', 0.15],
  ])('gives %s at least %d', (text, least) => {
    expect(said(text)).toBeGreaterThanOrEqual(least);
    expect(said(text)).toBeLessThan(0.9);
  });

  it.each([
    'Nice weather, is it not?',
    "What's my dog's name?",
    'Do you remember what I am allergic to?',
    'I cannot remember where we were.',
    'I remember when we were young.',
    'It is named after nobody in particular, I think.',
    'We may march in spring.',
    '',
  ])('lets go of: %s', (text) => {
    expect(said(text)).toBe(0);
  });

  it('counts facts by their slot, several more than one', () => {
    const turn = { role: 'user', text: 'x' } as const;
    expect(importanceOf(turn, [{ slot: 'name' }])).toBeCloseTo(0.9);
    expect(importanceOf(turn, [{ slot: 'preference' }])).toBeCloseTo(0.4);
    expect(importanceOf(turn, [{}])).toBeCloseTo(0.35);
    expect(importanceOf(turn, [{ slot: 'preference' }, {}])).toBeCloseTo(0.61);
    expect(importanceOf(turn, [{ slot: 'allergy' }])).toBe(1);
  });

  it('counts what the assistant says half', () => {
    expect(importanceOf({ role: 'assistant', text: 'I will remember: my name is Cat.' })).toBeLessThanOrEqual(
      0.5,
    );
  });

  it('leaves a given importance as it is', () => {
    expect(importanceOf({ role: 'user', text: 'remember this', importance: 0.2 })).toBe(0.2);
    expect(importanceOf({ role: 'user', text: 'x', importance: 7 })).toBe(1);
  });

  it('stays within 0 and 1 for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(said(text)).toBeGreaterThanOrEqual(0);
        expect(said(text)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
