import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findTrailingRepeat } from './repeat-guard.js';

describe('findTrailingRepeat', () => {
  it.each([
    ['25 minutes. 25 minutes.', '25 minutes.', 2],
    [' Turn it off, please. Turn it off, please. Turn it', ' Turn it off, please.', 2],
    ['Yes? Yes? Yes? Yes', 'Yes?', 4],
    ['Well, I know, I know.', 'Well, I know,', 2],
    ['No, no, no.', 'No,', 3],
    ['Stop ... stop', 'Stop ...', 2],
  ])('finds the end of %j', (text, once, times) => {
    expect(findTrailingRepeat(text)).toEqual({ once, times });
  });

  it.each(
    [['', ' ', 'Hello.', 'ask what you can do', 'It was very, very good.', 'one two three one two']].flat(),
  )('finds none in %j', (text) => {
    expect(findTrailingRepeat(text)).toBeUndefined();
  });

  it('finds any distinct words said any number of times, cut anywhere after the second time', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 2, max: 9 }),
        fc.nat(5),
        (words, times, cut) => {
          const said = Array.from({ length: times }, () => words).flat();
          const begun = words.slice(0, cut % words.length);
          const found = findTrailingRepeat([...said, ...begun].join(' '));
          expect(found).toEqual({ once: words.join(' '), times });
        },
      ),
    );
  });
});
