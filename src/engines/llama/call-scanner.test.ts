import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallScanner } from './call-scanner.js';

const scan = (pieces: readonly string[]) => {
  const scanner = new CallScanner();
  const shown = [...pieces.map((piece) => scanner.push(piece)), scanner.end()];
  return { shown: shown.join(''), called: scanner.called, remembered: scanner.shown };
};

describe('CallScanner', () => {
  it('lets text through at once, and holds back what may begin a call', () => {
    const scanner = new CallScanner();
    expect(['a <', 'b', ' <tool', '_cal', 'ls>'].map((piece) => scanner.push(piece))).toEqual([
      'a ',
      '<b',
      ' ',
      '',
      '<tool_calls>',
    ]);
  });

  it('parts text from call however it is cut into pieces', () => {
    const word = fc.constantFrom('<', '<tool_call>', '<tool', '_call>', ' and ', '>', 'x');
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 12 }),
        fc.array(fc.nat(40), { maxLength: 8 }),
        (words, cuts) => {
          const text = words.join('');
          const at = [...new Set([0, ...cuts.filter((cut) => cut < text.length), text.length])].sort(
            (a, b) => a - b,
          );
          const pieces = at.slice(1).map((end, i) => text.slice(at[i], end));
          const call = text.indexOf('<tool_call>');
          const { shown, called, remembered } = scan(pieces);
          expect(called).toBe(call >= 0);
          expect(shown).toBe(call >= 0 ? text.slice(0, call) : text);
          expect(remembered).toBe(shown);
        },
      ),
    );
  });
});
