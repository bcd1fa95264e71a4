import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LLMContextMessage } from '../../pipeline/index.js';
import { WindowView, asChatMessages, clipCalls, goOn, turnOf } from './prompt-messages.js';

const system: LLMContextMessage = { role: 'system', content: 'Be brief.' };
const recalled: LLMContextMessage = { role: 'system', content: 'The dog is called Potola.' };
const user: LLMContextMessage = { role: 'user', content: 'What time is it for my dog?' };
const call = (id: string): LLMContextMessage => ({
  role: 'assistant',
  content: '',
  tool_calls: [{ id, type: 'function', function: { name: 'current_time', arguments: '{}' } }],
});
const result = (id: string, content = 'noon'): LLMContextMessage => ({
  role: 'tool',
  content,
  tool_call_id: id,
});
const words = (text: string): number => text.split(/\s+/u).filter(Boolean).length;

describe('goOn', () => {
  it('keeps what was recalled for the question', () => {
    const asked = [system, recalled, user];
    expect(goOn(asked, [system, user, call('1'), result('1')])).toEqual([...asked, call('1'), result('1')]);
  });

  it('takes another conversation as it is', () => {
    const now = [system, { ...user }, call('1'), result('1')];
    expect(goOn([system, recalled, user], now)).toBe(now);
    expect(goOn([], [])).toEqual([]);
  });
});

describe('turnOf', () => {
  it('splits off calls of the current turn alone', () => {
    const before = [system, user, call('1'), result('1'), { role: 'assistant', content: 'Noon.' } as const];
    expect(turnOf([...before, user])).toEqual({ head: [...before, user], calls: [] });
    expect(turnOf([system, user, call('1'), result('1')])).toEqual({
      head: [system, user],
      calls: [call('1'), result('1')],
    });
  });
});

describe('WindowView', () => {
  it('shows the same object for the same message, and finds its way back', () => {
    const view = new WindowView();
    const messages = [system, user, call('1'), result('1')];
    const shown = view.show(messages);
    expect(view.show(messages)).toEqual(shown);
    expect(view.show(messages).every((message, at) => message === shown[at])).toBe(true);
    expect(shown.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'developer']);
    expect(shown.map((message) => view.source(message))).toEqual(messages);
    const plain = [system, user];
    expect(view.show(plain)).toBe(plain);
  });
});

describe('clipCalls', () => {
  it('shortens the oldest first', () => {
    const long = 'word '.repeat(100).trim();
    const clipped = clipCalls([call('1'), result('1', long), call('2'), result('2', long)], 150, words);
    expect(clipped[3]?.content).toBe(long);
    expect(words(clipped[1]?.content ?? '')).toBeLessThan(40);
    expect(clipped[1]?.tool_call_id).toBe('1');
  });
});

describe('asChatMessages', () => {
  it('leaves out calls without result, results without call, and all of them for models that know none', () => {
    const messages = [
      result('0'),
      system,
      user,
      call('1'),
      result('1'),
      call('2'),
      { ...user, role: 'developer' as const },
    ];
    expect(asChatMessages(messages, true).map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'system',
    ]);
    expect(asChatMessages(messages, false).map(({ role }) => role)).toEqual(['system', 'user', 'system']);
  });

  it('answers each call once, whatever a window has left', () => {
    const id = fc.constantFrom('1', '2', '3');
    const message = fc.oneof(
      id.map(call),
      id.map((one) => result(one)),
      fc.constant(user),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 14 }), (messages) => {
        const open = new Set<string>();
        for (const { role, toolCalls, toolCallId } of asChatMessages(messages, true)) {
          if (role === 'tool') expect(open.delete(toolCallId ?? '')).toBe(true);
          for (const { id: called } of toolCalls ?? []) {
            expect(open.has(called)).toBe(false);
            open.add(called);
          }
        }
        expect(open.size).toBe(0);
      }),
    );
  });
});
