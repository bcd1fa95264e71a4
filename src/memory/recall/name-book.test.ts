import { describe, expect, it } from 'vitest';

import { NameBook } from './name-book.js';
import { contentWords } from './words.js';

function book(...turns: readonly (string | { answer: string })[]): NameBook {
  const names = new NameBook();
  turns.forEach((turn, i) => {
    const text = typeof turn === 'string' ? turn : turn.answer;
    names.add(i + 1, contentWords(text), typeof turn !== 'string');
  });
  return names;
}

describe('NameBook', () => {
  it('knows names inside sentences and bare answers, not the words that sentences begin with', () => {
    const names = book('Dogs are fun. We call ours Potola.', { answer: 'Lisbon.' }, 'Walking is fun', {
      answer: 'Tomorrow we go shopping with friends.',
    });
    expect(names.best(10, 5).sort()).toEqual(['Lisbon', 'Potola']);
  });

  it('counts a known name at the start of a sentence', () => {
    expect(book('I met Anna and Ben.', 'Anna laughed.').best(1, 3)).toEqual(['Anna']);
  });

  it('leaves out days, months and words in capitals', () => {
    expect(book('We met on Monday in May, OK, said NATO').best(5, 2)).toEqual([]);
  });

  it('puts fresh and frequent names first', () => {
    const names = new NameBook();
    names.add(1, contentWords('I saw Old and Often.'), false);
    for (let turn = 200; turn < 208; turn++)
      names.add(turn, contentWords('Then Often came with Often.'), false);
    names.add(2, contentWords('In those days there was Olden, and Olden again.'), false);
    names.add(300, contentWords('Now I know New.'), false);
    expect(names.best(3, 300)).toEqual(['Often', 'New', 'Olden']);
    expect(names.best(0, 300)).toEqual([]);
  });
});
