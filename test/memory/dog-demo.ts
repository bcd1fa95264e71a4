/** What a person tells about two pets in the demo of the design, and what is asked of it later. */
export const told: readonly string[] = [
  'My dog name is Potola',
  'She loves walks',
  'We go to the park every morning',
  'Potola chases squirrels there',
  'My favorite time is 7am',
  "She's 3 years old",
  'Potola is a golden retriever',
  'My cat is named Whiskers',
  'Both pets sleep on my bed',
];

/** Each with what the recalled block must hold for the question to be answerable. */
export const asked: readonly { readonly question: string; readonly needs: string }[] = [
  { question: "What's my dog's name?", needs: 'Potola' },
  { question: "What's my cat's name?", needs: 'Whiskers' },
  { question: 'What does Potola chase in the park?', needs: 'squirrels' },
  { question: 'Is Potola a golden retriever?', needs: 'golden retriever' },
  { question: 'Where do both pets sleep?', needs: 'bed' },
  { question: 'What is my favorite time?', needs: '7am' },
];

/** Talk of other things, no two turns alike, with a dog and a name now and then to lead astray. */
export function smallTalk(turns: number): string[] {
  const openings = ['Today', 'Yesterday', 'This week', 'Last night', 'On Monday'];
  const doings = [
    'I repaired the bicycle of my neighbour',
    'the train to Lisbon was late again',
    'we cooked soup with lentils and lemon',
    'I read a book about lighthouses',
    'the meeting about the budget went on for hours',
    'my sister called from Berlin',
    'the kitchen tap started dripping',
    'I watched a film about a lost dog',
    'it rained so much that the cellar was wet',
    'I learnt two chords on the guitar',
    'the bakery had no rye bread left',
  ];
  return Array.from(
    { length: turns },
    (_, i) => `${openings[i % openings.length]!} ${doings[i % doings.length]!}, number ${i + 1}.`,
  );
}
