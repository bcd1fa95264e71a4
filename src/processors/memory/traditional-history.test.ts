import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyMessages } from './traditional-history.js';

const words = (text: string): number => text.split(' ').length;
const turn = (text: string, role: 'user' | 'assistant' = 'user') => ({ role, text });

describe('historyMessages', () => {
  it('takes the newest turns that fit, oldest first', () => {
    const turns = [turn('one'), turn('two', 'assistant'), turn('three'), turn('four', 'assistant')];
    expect(historyMessages(turns, 27, words)).toEqual([
      { role: 'assistant', content: 'two' },
      { role: 'user', content: 'three' },
      { role: 'assistant', content: 'four' },
    ]);
    expect(historyMessages(turns, 8, words)).toEqual([]);
  });

  it('leaves no gap: what stands before a turn too long is left out as well', () => {
    expect(historyMessages([turn('a'), turn('b '.repeat(50)), turn('c')], 40, words)).toEqual([
      { role: 'user', content: 'c' },
    ]);
  });

  it('never passes its budget and is always an end of the history', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 })), fc.nat(400), (texts, budget) => {
        const messages = historyMessages(
          texts.map((text) => turn(text)),
          budget,
          words,
        );
        const cost = messages.reduce((sum, { content }) => sum + words(content) + 8, 0);
        expect(cost).toBeLessThanOrEqual(budget);
        expect(messages.map(({ content }) => content)).toEqual(texts.slice(texts.length - messages.length));
      }),
    );
  });
});
