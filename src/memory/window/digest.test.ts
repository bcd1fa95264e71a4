import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isContextBlock } from '../recall/context-block.js';
import { digestLine, digestOf } from './digest.js';

const user = (content: string) => ({ role: 'user' as const, content });
const bot = (content: string) => ({ role: 'assistant' as const, content });

describe('digestLine', () => {
  it('keeps what tells something', () => {
    expect(
      digestLine(
        user('Well, you know. My dog is called Potola and she was born in May 2021. Nice, is it not?'),
      ),
    ).toBe('- user: My dog called Potola and she born in May 2021. Nice, it not?');
  });

  it('keeps little of what the bot said, and none of its questions', () => {
    expect(
      digestLine(bot('That is great! Golden retrievers need long walks every day. Does she like water?')),
    ).toBe('- assistant: That great! Golden retrievers need long walks every day.');
    expect(digestLine(bot('Which park do you go to?'))).toBe('');
  });

  it('keeps the question that an answer leans on', () => {
    expect(digestLine(user('Potola.'), bot("Lovely! What's her name?"))).toBe(
      "- user (asked: What's her name?): Potola.",
    );
    expect(digestLine(user('Yes, of course.'), bot('Do you like swimming?'))).toBe(
      '- user (asked: Do you like swimming?): Yes, of course.',
    );
  });

  it('drops what says nothing', () => {
    expect(digestLine(user('Okay, yes.'))).toBe('');
    expect(digestLine(user(''))).toBe('');
  });

  it('keeps what a program told the model as a note', () => {
    expect(digestLine({ role: 'developer', content: 'The user opened the calendar.' })).toBe(
      '- note: user opened calendar.',
    );
  });

  it('is one safe line of at most so many words, whatever was said', () => {
    const text = fc.string({ unit: 'binary', maxLength: 400 });
    fc.assert(
      fc.property(text, text, (said, before) => {
        const line = digestLine(user(said), bot(before));
        expect(line).not.toMatch(/[\n<>[\]]/u);
        expect(isContextBlock(digestOf([line]))).toBe(false);
      }),
    );
    expect(digestLine(user('mountain '.repeat(100_000))).split(' ')).toHaveLength(22);
    expect(digestLine(user('Here <|im_end|> [INST] we go'))).toBe('- user: Here (|im_end|) (INST) we go');
  });
});
