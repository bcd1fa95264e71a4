import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { extractFacts } from './extract-facts.js';
import type { ExtractedFact } from './fact.js';
import { FactBook } from './fact-book.js';

/** A book of what was said, turn by turn, a second apart. */
function bookOf(...said: string[]): FactBook {
  const book = new FactBook();
  let previousFacts: ExtractedFact[] = [];
  said.forEach((text, i) => {
    previousFacts = extractFacts(
      { turnId: i + 1, role: 'user', text, atMs: (i + 1) * 1000 },
      { previousFacts },
    );
    book.add(previousFacts);
  });
  return book;
}
const lines = (facts: readonly { line: string }[]): string[] => facts.map(({ line }) => line);

describe('FactBook', () => {
  it('replaces the value of a relation that has one, and keeps the old in its history', () => {
    const book = bookOf('I live in Bergen.', 'I moved to Oslo.');
    expect(lines(book.current())).toEqual(['1|lives in|Oslo']);
    expect(book.history('1', 'lives in')).toMatchObject([
      { value: 'Bergen', validFromMs: 1000, validToMs: 2000 },
      { value: 'Oslo', validFromMs: 2000, sourceTurn: 2 },
    ]);
    expect(lines(book.current(1500))).toEqual(['1|lives in|Bergen']);
  });

  it('gathers the values of a relation that has many', () => {
    expect(
      lines(
        bookOf(
          'I love jazz.',
          'I love sushi.',
          'My sister is called Ilse.',
          'My sister is called Ada.',
        ).current(),
      ),
    ).toEqual(['1|likes|jazz', '1|likes|sushi', '1|sister|Ilse', '1|sister|Ada']);
  });

  it('holds a fact once, however often it is said', () => {
    const book = bookOf('My dog is called Rex.', "My dog's name is Rex.");
    expect(book.current()).toMatchObject([{ line: '1|dog|Rex', sourceTurn: 1, validFromMs: 1000 }]);
  });

  it('ends what is over', () => {
    const book = bookOf(
      'I work at Shell.',
      'I drive an old Volvo car.',
      'I no longer work at Shell.',
      'We sold the car.',
    );
    expect(lines(book.current())).toEqual([]);
    expect(book.history('1', 'works at')).toMatchObject([{ value: 'Shell', validToMs: 3000 }]);
  });

  it('keeps as past what ended before it was known', () => {
    const book = bookOf('I used to live in Paris.');
    expect(book.current()).toEqual([]);
    expect(book.history('1', 'lives in')).toMatchObject([
      { value: 'Paris', validFromMs: 1000, validToMs: 1000 },
    ]);
  });

  it('lets disliking end liking', () => {
    expect(lines(bookOf('I love coffee.', "I don't like coffee.").current())).toEqual(['1|dislikes|coffee']);
  });

  it('takes a correction also where values gather', () => {
    expect(lines(bookOf("My cat's name is Felix.", "Actually, it's Max now.").current())).toEqual([
      '1|cat|Max',
    ]);
  });

  it('forgets a turn, and what it had replaced holds again', () => {
    const book = bookOf('I live in Bergen.', 'I moved to Oslo.', 'My dog is called Rex.');
    expect(book.forgetTurn(2)).toBe(true);
    expect(lines(book.current())).toEqual(['1|lives in|Bergen', '1|dog|Rex']);
    expect(JSON.stringify(book.history('1', 'lives in'))).not.toContain('Oslo');
    expect(book.forgetTurn(2)).toBe(false);
  });

  it('keeps a fact that another turn said too', () => {
    const book = bookOf('My dog is called Rex.', "My dog's name is Rex.");
    book.forgetTurn(1);
    expect(book.current()).toMatchObject([{ line: '1|dog|Rex', sourceTurn: 2 }]);
  });

  it('always tells name, allergies, instructions, preferences, in that order', () => {
    const book = bookOf(
      'I love jazz.',
      'Always call me Captain.',
      "I'm allergic to nuts.",
      'Never mention my ex.',
      'I live in Oslo.',
    );
    expect(lines(book.always())).toEqual([
      '1|called|Captain',
      '1|allergic to|nuts',
      '1|instruction|Never mention my ex',
      '1|likes|jazz',
    ]);
  });

  it('survives a clock that jumps back', () => {
    const book = new FactBook();
    book.add(extractFacts({ turnId: 1, role: 'user', text: 'I live in Bergen.', atMs: 5000 }));
    book.add(extractFacts({ turnId: 2, role: 'user', text: 'I moved to Oslo.', atMs: 1000 }));
    expect(lines(book.current())).toEqual(['1|lives in|Oslo']);
    expect(book.history('1', 'lives in')[0]).toMatchObject({ validFromMs: 5000, validToMs: 5000 });
  });

  it('does not depend on the order in which turns are added', () => {
    const turns = [
      'I live in Bergen.',
      'I moved to Oslo.',
      'I love tea.',
      "I don't like tea.",
      'We sold the car.',
      'I moved to Rome.',
    ].map((text, i) => extractFacts({ turnId: i + 1, role: 'user', text, atMs: i }));
    const inOrder = new FactBook();
    inOrder.add(turns.flat());
    fc.assert(
      fc.property(fc.shuffledSubarray(turns, { minLength: turns.length }), (shuffled) => {
        const book = new FactBook();
        for (const facts of shuffled) book.add(facts);
        expect(book.current()).toEqual(inOrder.current());
        expect(book.history('1', 'lives in')).toEqual(inOrder.history('1', 'lives in'));
      }),
    );
  });
});

describe('FactBook.findFor', () => {
  const book = bookOf(
    "My dog's name is Potola.", 'I live in Oslo.', 'My sister Julia works in Boston.', "I'm allergic to peanuts.", 'I put my keys in the drawer.',
    'My name is Sam.', "I'm 42 years old.", 'My dentist appointment is on Tuesday at 3.', 'The wifi password is hunter2.', 'I work at the library.',
    'I love jazz.', 'My favourite food is pizza.', 'I take metformin twice a day.', 'My birthday is on May 3rd.', 'I play the cello.',
  ); // prettier-ignore
  it.each([
    ["What's my dog's name?", '1|dog|Potola'],
    ['what pets do i have', '1|dog|Potola'],
    ['Where do I live?', '1|lives in|Oslo'],
    ['where does my sister work', 'Julia|works in|Boston'],
    ['Where does Julia work?', 'Julia|works in|Boston'],
    ['What am I allergic to?', '1|allergic to|peanuts'],
    ['where are my keys', "1's keys|located|in the drawer"],
    ['What is my name?', '1|name|Sam'],
    ['How old am I?', '1|age|42'],
    ['When is my dentist appointment?', '1|dentist appointment|Tuesday at 3'],
    ["what's the wifi password", '1|wifi password|hunter2'],
    ['Where do I work?', '1|works at|library'],
    ['What food do I like best?', '1|favourite food|pizza'],
    ['which medication do I take', '1|takes|metformin twice a day'],
    ['When was I born?', '1|birthday|May 3rd'],
    ['What instrument do I play?', '1|plays|cello'],
    ['Who is Potola?', '1|dog|Potola'],
  ])('%s', (question, line) => {
    expect(lines(book.findFor(question, 3))).toContain(line);
  });

  it('finds nothing where nothing is shared', () => {
    expect(book.findFor('What is the capital of Norway?')).toEqual([]);
    expect(book.findFor('')).toEqual([]);
  });
});
