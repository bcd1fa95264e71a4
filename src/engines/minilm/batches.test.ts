import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batches } from './batches.js';

it('puts texts of like length together and remembers their places', () => {
  const ordered = batches(['ccc', 'a', 'dddd', 'bb'], 2).map((batch) =>
    batch.map(({ text, index }) => [text, index]),
  );
  expect(ordered).toEqual([
    [
      ['a', 1],
      ['bb', 3],
    ],
    [
      ['ccc', 0],
      ['dddd', 2],
    ],
  ]);
});

it('holds every text once, in batches of the size or less', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 9 }), (texts, size) => {
      const all = batches(texts, size);
      expect(all.every((batch) => batch.length >= 1 && batch.length <= size)).toBe(true);
      const back: string[] = [];
      for (const { text, index } of all.flat()) back[index] = text;
      expect(back).toEqual(texts);
    }),
  );
});
