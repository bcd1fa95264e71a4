import type { ChatMessage, LanguageModel } from '../../engines/interfaces.js';
import { contextBlock, plainWords } from '../../memory/memory.js';

/** Longest summary: one or two sentences. */
const answerTokens = 80;
/** Tokens that a chat template adds around a message, and a few for where its answer begins. */
const templateTokens = 8;

/** An example shows a small model what is wanted better than words do; its names are kept out by {@link isGrounded}. */
const example: readonly ChatMessage[] = [
  {
    role: 'system',
    content: 'Say in one or two short sentences what the notes about the user tell about the question.',
  },
  {
    role: 'user',
    content:
      'Notes:\n- last week, user: My sister Ines moved to Faro.\n- yesterday, user: Tea is better than coffee.\n\n' +
      'Question: Where does my sister live?',
  },
  { role: 'assistant', content: "The user's sister Ines moved to Faro last week." },
];

/** The prompt of the memory model, with as many of the notes, best first, as leave room for its answer. */
export function summaryPrompt(
  question: string,
  notes: readonly string[],
  contextTokens: number,
  countTokens: (text: string) => number,
): ChatMessage[] | undefined {
  for (let count = notes.length; count > 0; count--) {
    const messages: ChatMessage[] = [
      ...example,
      {
        role: 'user',
        content: `Notes:\n${notes.slice(0, count).join('\n')}\n\nQuestion: ${plainWords(question)}`,
      },
    ];
    const tokens = messages.reduce((sum, { content }) => sum + countTokens(content) + templateTokens, 0);
    if (tokens + templateTokens + answerTokens <= contextTokens) return messages;
  }
  return undefined;
}

/**
 * True when every name and number of a sentence stands in its sources. A small model that fills gaps with names of its
 * own is worse than the notes as they are.
 */
export function isGrounded(sentence: string, sources: string): boolean {
  const known = new Set(wordsOf(sources).map((word) => word.toLowerCase()));
  const sentences = sentence.split(/(?<=[.!?])\s+/u);
  return sentences.every((each) =>
    wordsOf(each).every((word, i) => {
      const isName = i > 0 && /^\p{Lu}/u.test(word) && word !== 'I';
      return !(isName || /\d/u.test(word)) || known.has(word.toLowerCase());
    }),
  );
}

/** True when a sentence tells something that the question does not hold already. */
export function tellsMore(sentence: string, notes: string, question: string): boolean {
  const stems = (text: string): string[] => wordsOf(text.toLowerCase()).filter((word) => word.length > 2);
  const asked = new Set([...stems(question), ...stems(example.map(({ content }) => content).join(' '))]);
  const noted = new Set(stems(notes));
  return stems(sentence).some((word) => noted.has(word) && !asked.has(word));
}

function wordsOf(text: string): string[] {
  return (text.match(/[\p{L}\p{N}]+(?:['’][\p{L}]+)?/gu) ?? []).map((word) => word.replace(/['’]s$/u, ''));
}

/**
 * Lets a small model turn recalled notes into a sentence or two. Depends on its arguments alone: the model answers the
 * same to the same messages.
 *
 * @param contextTokens most tokens of the model's prompt and answer together
 * @param signal ends the wait; what is written by then is thrown away
 * @returns the block with the sentence, or undefined when the model said nothing or something the notes do not say
 */
export async function summarise(
  model: LanguageModel,
  question: string,
  notes: readonly string[],
  contextTokens: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const room = Math.min(contextTokens, model.contextTokens);
  const messages = summaryPrompt(question, notes, room, (text) => model.countTokens(text));
  if (messages === undefined) return undefined;
  let answer = '';
  for await (const piece of model.generate(messages, { maxTokens: answerTokens, signal })) answer += piece;
  const sentence = plainWords(answer);
  const noted = notes.join('\n');
  if (!tellsMore(sentence, noted, question) || !isGrounded(sentence, `${noted}\n${question}`))
    return undefined;
  return contextBlock([`- ${sentence}`]);
}
