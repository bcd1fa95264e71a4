import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../engines/interfaces.js';
import { fitHistory } from './fit-history.js';

const words = (text: string) => text.split(' ').length;
const turn = (role: ChatMessage['role'], content: string): ChatMessage => ({ role, content });

describe('fitHistory', () => {
  it('leaves what fits as it is', () => {
    const messages = [turn('system', 'be kind'), turn('user', 'hello')];
    expect(fitHistory(messages, 100, words)).toEqual(messages);
  });

  it('drops the older half, keeps the system messages and the last one', () => {
    const messages = [
      turn('system', 'a'),
      ...Array.from({ length: 8 }, (_, i) => turn(i % 2 === 0 ? 'user' : 'assistant', `turn ${i}`)),
      turn('system', 'memory'),
      turn('user', 'now'),
    ];
    const kept = fitHistory(messages, 75, words);
    expect(kept.map((message) => message.content)).toEqual([
      'a',
      'turn 4',
      'turn 5',
      'turn 6',
      'turn 7',
      'memory',
      'now',
    ]);
  });

  it('fits whenever system and last message do', () => {
    const role = fc.constantFrom('user' as const, 'assistant' as const);
    const message = fc.record({ role, content: fc.string({ maxLength: 40 }) });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 50 }), (turns) => {
        const messages = [turn('system', 'x'), ...turns, turn('user', 'now')];
        const kept = fitHistory(messages, 60, words);
        expect(kept.reduce((sum, { content }) => sum + words(content) + 8, 0)).toBeLessThanOrEqual(60);
        expect(kept[0]).toBe(messages[0]);
        expect(kept.at(-1)).toBe(messages.at(-1));
      }),
    );
  });
});
