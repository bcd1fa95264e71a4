import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halves, maxPhonemes, parseVocabulary, phonemeIds, TooManyPhonemes } from './phoneme-ids.js';

const vocabulary = parseVocabulary(
  readFileSync(new URL('../../../models/kokoro/vocab.json', import.meta.url), 'utf8'),
);

describe('phonemeIds', () => {
  it('puts the ids between padding and leaves out what the model does not know', () => {
    const [comma, a] = [vocabulary.get(','), vocabulary.get('a')];
    expect(phonemeIds('a🙂,', vocabulary)).toEqual([0n, BigInt(a!), BigInt(comma!), 0n]);
  });

  it('takes 510 phonemes and no more', () => {
    expect(phonemeIds('a'.repeat(maxPhonemes), vocabulary)).toHaveLength(maxPhonemes + 2);
    expect(() => phonemeIds('a'.repeat(maxPhonemes + 1), vocabulary)).toThrow(TooManyPhonemes);
  });
});

describe('parseVocabulary', () => {
  it('reads both forms and nothing else', () => {
    expect(parseVocabulary('{"vocab":{"a":43}}').get('a')).toBe(43);
    expect(parseVocabulary('{"model":{"vocab":{"b":44}}}').get('b')).toBe(44);
    for (const bad of ['[]', '{}', '{"vocab":{"a":"x"}}', 'nonsense']) {
      expect(() => parseVocabulary(bad)).toThrow();
    }
  });
});

describe('halves', () => {
  it('cuts at the space nearest to the middle', () => {
    expect(halves('one two three')).toEqual(['one two', 'three']);
    expect(halves('loooong tail')).toEqual(['loooong', 'tail']);
  });

  it('always makes both parts shorter and loses no word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 2 }), (text) => {
        fc.pre(Array.from(text).length > 1);
        const [a, b] = halves(text);
        expect(Math.max(a.length, b.length)).toBeLessThan(text.length);
        expect((a + b).replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });
});
