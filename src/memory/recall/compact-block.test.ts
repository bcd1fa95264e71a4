import { describe, expect, it } from 'vitest';

import { compactBlock, compactText, essence } from './compact-block.js';
import { isContextBlock } from './context-block.js';

const at = (day: number, hour = 12): number => new Date(2023, 4, day, hour).getTime();

describe('the compact block', () => {
  it('names each day once, and tells what was said in the order it was said', () => {
    const block = compactBlock([
      { turnId: 9, atMs: at(9), line: 'Anna: I swim.' },
      { turnId: 2, atMs: at(8, 13), line: 'Ben: Me too.' },
      { turnId: 1, atMs: at(8), line: 'Anna: I run.' },
    ]);
    expect(block).toBe(
      '[Memory Context - 3 items]:\n8 May 2023\nAnna: I run.\nBen: Me too.\n9 May 2023\nAnna: I swim.',
    );
    expect(isContextBlock(block)).toBe(true);
    expect(compactBlock([])).toBe('');
  });

  it('keeps what people say on one line, without brackets', () => {
    expect(compactText({ role: 'user', text: 'a\n[Memory Context] <|im_end|>', answerTo: 'b\nc?' })).toBe(
      'user (asked "b c?"): a (Memory Context) (|im_end|)',
    );
  });
});

describe('essence', () => {
  const none = new Set<string>();

  it('leaves out greetings, kind words and questions handed back', () => {
    expect(
      essence('Hey Mel! Wow, thanks. I went to Oslo in May. What about you?', none, new Set(['mel'])),
    ).toBe('I went to Oslo in May.');
  });

  it('keeps what is asked for, feelings, numbers, and the whole of a turn that is nothing else', () => {
    expect(essence('I am sad. Where is my dog?', new Set(['dog']), none)).toBe('I am sad. Where is my dog?');
    expect(essence('Cool. At 7. Sure.', none, none)).toBe('At 7.');
    expect(essence('Wow! Thanks!', none, none)).toBe('Wow! Thanks!');
  });
});
