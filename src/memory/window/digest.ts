import { compressedWords } from '../ladder/rungs.js';
import { plainWords } from '../recall/context-block.js';
import { asks, openQuestion, sentences } from '../recall/questions.js';
import { contentWords, leansOn } from '../recall/words.js';

/** One message as the window sees it. A `developer` counts as `system`. */
export interface WindowMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant';
  readonly content: string;
}

/** What a digest begins with, in the system's voice. */
export const digestHeader = 'Earlier in this conversation, shortened:';

/** Most words that stay of a message: of the user's as many as the design document keeps, of the bot's fewer. */
const maxWords = { user: 20, assistant: 12, system: 40, developer: 40 } as const;
/** An answer without a word that carries meaning ("Yes, of course.") stays this long, if there was a question. */
const bareAnswerWords = 4;
const nameWeight = 2;
const readChars = 2000;

/**
 * What stays of a message in a digest: its most telling sentences, without fillers, in their order. Extractive and
 * deterministic: no word is made up. The question stays when its answer cannot be understood without it.
 *
 * @param previous the message before, if any
 * @returns `- user: dog's name Potola`; empty when the message says nothing of its own
 */
export function digestLine(message: WindowMessage, previous?: WindowMessage): string {
  const text = plainWords(message.content.slice(0, readChars));
  const question =
    message.role === 'user' && previous?.role === 'assistant'
      ? openQuestion(plainWords(previous.content.slice(-readChars)))
      : undefined;
  const leans = question !== undefined && leansOn(question, contentWords(text));
  const words = tellingWords(text, maxWords[message.role], message.role === 'assistant');
  const kept = words.length === 0 && leans ? compressedWords(text).slice(0, bareAnswerWords) : words;
  if (kept.length === 0) return '';
  const who = message.role === 'developer' || message.role === 'system' ? 'note' : message.role;
  return `- ${who}${leans ? ` (asked: ${question})` : ''}: ${kept.join(' ')}`;
}

/** @returns the digest as the content of one message, empty without lines */
export function digestOf(lines: readonly string[]): string {
  return lines.length === 0 ? '' : [digestHeader, ...lines].join('\n');
}

function tellingWords(text: string, limit: number, leaveQuestions: boolean): string[] {
  const weighed = sentences(text).map((sentence, at) => ({
    at,
    words: compressedWords(sentence),
    // The bot's own questions tell nothing, but by their answers.
    weight: leaveQuestions && asks(sentence) ? 0 : weightOf(sentence),
  }));
  let room = limit;
  const chosen = [];
  for (const sentence of weighed.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight)) {
    if (room <= 0) break;
    chosen.push({ at: sentence.at, words: sentence.words.slice(0, room) });
    room -= sentence.words.length;
  }
  return chosen.sort((a, b) => a.at - b.at).flatMap(({ words }) => words);
}

function weightOf(sentence: string): number {
  let weight = 0;
  for (const { isName, surface } of contentWords(sentence)) {
    weight += isName || /\p{N}/u.test(surface) ? nameWeight : 1;
  }
  return weight;
}
