import type { ChatMessage, LanguageModel } from '../../engines/interfaces.js';
import { contextBlock, plainWords } from '../../memory/memory.js';

/** Longest summary: one or two sentences. */
const answerTokens = 80;
/** Tokens that a chat template adds around a message, and a few for where its answer begins. */
const templateTokens = 8;

const task =
  'You are given notes about a user and a question. Say in one or two short sentences what the notes tell about the ' +
  'question. Use only what the notes say. Call the user "the user". Do not answer anything else.';

/** The prompt of the memory model, with as many of the notes, best first, as leave room for its answer. */
export function summaryPrompt(
  question: string,
  notes: readonly string[],
  contextTokens: number,
  countTokens: (text: string) => number,
): ChatMessage[] | undefined {
  for (let count = notes.length; count > 0; count--) {
    const messages: ChatMessage[] = [
      { role: 'system', content: task },
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
  if (sentence === '' || !isGrounded(sentence, `${notes.join('\n')}\n${question}`)) return undefined;
  return contextBlock([`- ${sentence}`]);
}
