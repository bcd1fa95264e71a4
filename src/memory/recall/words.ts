import { stemmer } from 'stemmer';

import { stopWords } from './stop-words.js';

/** A word that carries meaning. */
export interface Word {
  /** Lower case, stemmed: what is indexed and searched. */
  readonly stem: string;
  /** As it was written. */
  readonly surface: string;
  /** Capitalised although no sentence begins with it: a name, as a rule. */
  readonly isName: boolean;
  readonly startsSentence: boolean;
}

const wordPattern = /[\p{L}\p{N}]+(?:['’][\p{L}]+)*/gu;
const endOfSentence = /[.!?…:]["”’)\s]*$/u;
/** Endings that a contraction or possessive puts on a word. */
const contraction = /(?:n['’]t|['’](?:s|m|re|ve|ll|d))$/u;

/** Stems of common words come again and again; at this size the cache is emptied, which bounds its memory. */
const maxCachedStems = 50_000;
const stems = new Map<string, string>();

/** The words of a text that carry meaning, in order. Numbers count as words. Pure but for a cache. */
export function contentWords(text: string): Word[] {
  const found: Word[] = [];
  let end = 0;
  for (const match of text.matchAll(wordPattern)) {
    const between = text.slice(end, match.index);
    const startsSentence = end === 0 || endOfSentence.test(between);
    end = match.index + match[0].length;
    const surface = match[0].replace(contraction, '');
    const lower = surface.toLowerCase();
    if (lower === '' || stopWords.has(lower)) continue;
    const isCapital = surface !== lower && /^\p{Lu}/u.test(surface);
    found.push({ stem: stem(lower), surface, isName: isCapital && !startsSentence, startsSentence });
  }
  return found;
}

function stem(lower: string): string {
  let value = stems.get(lower);
  if (value === undefined) {
    if (stems.size >= maxCachedStems) stems.clear();
    value = stemmer(lower);
    stems.set(lower, value);
  }
  return value;
}

/** An answer with more meaning words than this can be understood without its question. */
const shortAnswerWords = 3;

/** True when a turn cannot be understood without the question before it: it is short and does not repeat its words. */
export function leansOn(question: string, answer: readonly Word[]): boolean {
  if (answer.length > shortAnswerWords) return false;
  const said = new Set(answer.map(({ stem }) => stem));
  return contentWords(question).some(({ stem }) => !said.has(stem));
}
