import { describe, expect, it } from 'vitest';
import { readTextTokens } from './gpt2-vocabulary.js';

describe('readTextTokens', () => {
  it('turns the byte alphabet back into bytes', () => {
    // Ġ is a space, Ċ a line feed, Ã© the two bytes of é; U+0143 is byte 0xAD, the last of the 68.
    const tokens = readTextTokens('!\nĠthe\nĊ\nÃ©\n\u0143\n<|endoftext|>\n<|en|>\n');
    expect(tokens.map((token) => token.toString('hex'))).toEqual([
      '21',
      '20746865',
      '0a',
      'c3a9',
      'ad',
      Buffer.from('<|endoftext|>').toString('hex'),
    ]);
  });

  it('refuses a list without an end of text', () => {
    expect(() => readTextTokens('a\nb\n')).toThrow('has no end-of-text token');
  });

  it('refuses characters that stand for no byte', () => {
    expect(() => readTextTokens('a\n→\n<|endoftext|>')).toThrow('(id 1)');
  });
});
