import { expect, it } from 'vitest';
import { SentenceCollector } from './sentence-collector.js';

const collect = (...pieces: string[]) => {
  const collector = new SentenceCollector();
  const sentences = pieces.flatMap((piece) => collector.push(piece) ?? []);
  return { sentences, rest: collector.flush() };
};

it.each([
  [['One', ' two', '.', ' Three', '.'], ['One two.', ' Three.'], null],
  [['He said "yes', '."', ' And'], ['He said "yes."'], ' And'],
  [['Ask Dr', '.', ' No at 3 p', '.m', '.'], [], 'Ask Dr. No at 3 p.m.'],
  [['いいえ', '。'], ['いいえ。'], null],
  [['  '], [], null],
])('%j', (pieces, sentences, rest) => {
  expect(collect(...pieces)).toEqual({ sentences, rest });
});

it('loses nothing and adds nothing', () => {
  const text = 'One. Two; three! "Four?" Five';
  const { sentences, rest } = collect(...text.split(/(?=[ .;!?])/u));
  expect([...sentences, rest].join('')).toBe(text);
});
