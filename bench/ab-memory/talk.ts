/** A turn of the conversation, and what an answer to it must hold when it asks for something said before. */
export interface Said {
  readonly text: string;
  readonly reply: string;
  readonly needs?: string;
}

const told: readonly Said[] = [
  { text: "My dog's name is Potola.", reply: 'What a lovely name.' },
  { text: 'I live in Lisbon.', reply: 'Lisbon is beautiful.' },
  { text: 'My sister is called Marta.', reply: 'Say hello to Marta.' },
  { text: 'My favourite food is ramen.', reply: 'Ramen is a fine choice.' },
  { text: 'I work as a gardener.', reply: 'That sounds peaceful.' },
  { text: 'I play the cello.', reply: 'A deep and warm sound.' },
  { text: "My cat's name is Whiskers.", reply: 'Two pets, how nice.' },
  { text: 'I am allergic to walnuts.', reply: 'I will keep that in mind.' },
];

const asked: readonly Said[] = [
  { text: "What's my dog's name?", reply: 'It is Potola.', needs: 'potola' },
  { text: 'Where do I live?', reply: 'In Lisbon.', needs: 'lisbon' },
  { text: 'What is my sister called?', reply: 'Marta.', needs: 'marta' },
  { text: 'What is my favourite food?', reply: 'Ramen.', needs: 'ramen' },
  { text: 'What do I work as?', reply: 'You are a gardener.', needs: 'gardener' },
  { text: 'What instrument do I play?', reply: 'The cello.', needs: 'cello' },
  { text: "What's my cat's name?", reply: 'It is Whiskers.', needs: 'whiskers' },
  { text: 'What am I allergic to?', reply: 'Walnuts.', needs: 'walnut' },
];

const topics = [
  'the weather',
  'the garden',
  'the neighbours',
  'the news',
  'a long film',
  'the harbour',
  'old maps',
];

/** Fifty turns, the same every time: facts, talk about other things, and at the end of it questions about the facts. */
export function talk(turns: number): Said[] {
  const between = turns - told.length - asked.length;
  const smallTalk = Array.from({ length: between }, (_, i): Said => {
    const topic = topics[i % topics.length] ?? 'nothing';
    return {
      text: `Today I thought for a while about ${topic}, and then of ${i + 2} other things on my way home.`,
      reply: `There is much to say about ${topic}, and day ${i + 1} was as good as any other for it.`,
    };
  });
  // The facts are spread over the first half, so that none is fresh when it is asked for.
  const step = Math.max(1, Math.floor(between / 2 / told.length));
  const first = told.flatMap((fact, i) => [fact, ...smallTalk.slice(i * step, (i + 1) * step)]);
  return [...first, ...smallTalk.slice(told.length * step), ...asked];
}
