import {
  adverbs,
  articles,
  isNumber,
  isOrdinal,
  months,
  possessives,
  prepositions,
  timeNouns,
  timePrepositions,
  weekdays,
} from './lexicon.js';
import type { Token } from './tokens.js';

const phraseEnders = new Set(
  `now too either anymore ever right sometimes nonstop alone though either either these yet tho together again instead lately nowadays twice once ago
  always already still but please however btw by very much well here there today tomorrow yesterday tonight
  when while because cause if that which who whose where what how than then though until whenever every as`.split(
    /\s+/u,
  ),
);
const objectPronouns = new Set(
  'me him them us you i we he she they it itself himself herself myself yourself this that these those something anything everything nothing someone anyone everyone one'.split(
    ' ',
  ),
);
const leading = new Set(['a', 'an', 'the', 'my', 'our', 'his', 'her', 'their', 'its', 'some', 'both']);

/** True for `,` and other marks inside a sentence. */
export const isMark = (token: Token | undefined): boolean =>
  token !== undefined && /^[^\p{L}\p{N}']/u.test(token.low);

/** Index of the first token at or after `i` that is no adverb of degree or time. */
export function afterAdverbs(tokens: readonly Token[], i: number): number {
  let at = i;
  while (adverbs.has(tokens[at]?.low ?? '')) at++;
  return at;
}

/**
 * The noun phrase that begins at a token: determiner, adjectives, nouns, and what hangs on it with "of". Empty when
 * there is none (a pronoun, a clause, a preposition).
 */
export function nounPhrase(tokens: readonly Token[], i: number): readonly Token[] {
  let at = i;
  let content = 0;
  for (; at < tokens.length; at++) {
    const token = tokens[at];
    if (!token || isMark(token) || objectPronouns.has(token.low)) break;
    if (token.low === 'or' || token.low === 'and' || phraseEnders.has(token.low)) break;
    if (/^(?:any|no)$/u.test(token.low) && /^(?:more|longer)$/u.test(tokens[at + 1]?.low ?? '')) break;
    if (/^(?:named|called)$/u.test(token.low) && content > 0) break;
    if (token.low === "'s") {
      if (content === 0) break;
      continue;
    }
    if (token.low.startsWith("'") || token.low === "n't") break;
    if (token.low === 'of' && content > 0 && isPhraseWord(tokens[at + 1])) continue;
    if (/^(?:at|in)$/u.test(token.low) && tokens[at + 1]?.low === 'law') continue;
    if (prepositions.has(token.low)) break;
    if (content > 0 && startsTime(tokens, at)) break;
    if (articles.has(token.low) || possessives.has(token.low) || token.low === 'some') {
      if (content > 0 && tokens[at - 1]?.low !== 'of') break;
      continue;
    }
    if (token.tag === 'AUX' || token.tag === 'PRON' || token.tag === 'SCONJ' || token.tag === 'INTJ') break;
    if (
      token.tag === 'VERB' &&
      content > 0 &&
      !/(?:ing|ed)$/u.test(token.low) &&
      !token.capital &&
      tokens[at + 1] !== undefined &&
      !isMark(tokens[at + 1])
    )
      break;
    content++;
  }
  while (at > i && tokens[at - 1]?.low === "'s") at--;
  return content > 0 ? tokens.slice(i, at) : [];
}

function isPhraseWord(token: Token | undefined): boolean {
  return (
    token !== undefined && !isMark(token) && !objectPronouns.has(token.low) && !prepositions.has(token.low)
  );
}

/** Phrases joined by commas and "and": `chess and the piano`. */
export function phraseList(
  tokens: readonly Token[],
  i: number,
): { phrases: (readonly Token[])[]; end: number } {
  const phrases: (readonly Token[])[] = [];
  let at = i;
  for (;;) {
    const phrase = nounPhrase(tokens, at);
    if (phrase.length === 0) break;
    phrases.push(phrase);
    at += phrase.length;
    let next = at;
    if (tokens[next]?.low === ',') next++;
    if (tokens[next]?.low === 'and') next++;
    if (next === at) break;
    const more = nounPhrase(tokens, next);
    // "and I", "and my sister works": a clause, not a member of the list.
    const follows = tokens[next + more.length];
    if (
      more.length === 0 ||
      more.length > 4 ||
      (follows && !isMark(follows) && follows.low !== 'and' && !startsTime(tokens, next + more.length))
    )
      break;
    at = next;
  }
  return { phrases, end: at };
}

/** A phrase without its determiner: what a value is made of. */
export function bare(phrase: readonly Token[]): readonly Token[] {
  let from = 0;
  while (from < phrase.length - 1 && leading.has(phrase[from]?.low ?? '')) from++;
  return phrase.slice(from);
}

/** The last noun of a phrase before "of": what it is a kind of. */
export function headOf(phrase: readonly Token[]): Token | undefined {
  const of = phrase.findIndex((token) => token.low === 'of');
  return (of > 0 ? phrase.slice(0, of) : phrase).at(-1);
}

const isTimeWord = (low: string): boolean =>
  weekdays.has(low) || timeNouns.has(low) || /^\d{1,2}(?:am|pm)$/u.test(low);

function startsTime(tokens: readonly Token[], i: number): boolean {
  const [low, next] = [tokens[i]?.low ?? '', tokens[i + 1]?.low ?? ''];
  if (weekdays.has(low) || /^(?:today|tomorrow|tonight|yesterday)$/u.test(low)) return true;
  return /^(?:next|last|this|every)$/u.test(low) && (isTimeWord(next) || months.has(next));
}

/**
 * The time expression that begins at a token: `on Tuesday at 3`, `the 12th of August`, `every Monday at six`. Empty
 * unless it names a day, a month, a part of the day or, after a preposition, a number.
 */
export function timePhrase(tokens: readonly Token[], i: number): readonly Token[] {
  let at = i;
  let end = i;
  let named = false;
  for (; at < tokens.length; at++) {
    const low = tokens[at]?.low ?? '';
    const previous = tokens[at - 1]?.low ?? '';
    const isNamed =
      isTimeWord(low) ||
      (/^(?:am|pm|a\.m|p\.m)$/u.test(low) && isNumber(previous)) ||
      (months.has(low) && (low !== 'may' || tokens[at]?.capital === true || at > i)) ||
      (isOrdinal(low) && /^(?:the|of|on)$|\w/u.test(previous));
    if (isNamed || isNumber(low)) {
      // A bare number is a time after "at", or with a part of the day.
      if (
        isNamed ||
        /^(?:at|from|until|till|around|about|past|to|by|in)$/u.test(previous) ||
        /^\d{1,2}[:.]\d\d$/u.test(low)
      )
        named = true;
      end = at + 1;
    } else if (
      !(timePrepositions.has(low) || low === 'the' || low === 'of' || low === 'and' || low === ',') ||
      (low === 'and' &&
        at === end &&
        !isNumber(tokens[at + 1]?.low ?? '') &&
        !isTimeWord(tokens[at + 1]?.low ?? ''))
    ) {
      break;
    }
  }
  return named ? tokens.slice(i, end) : [];
}

/** A time expression without its first "on" or "at". */
export function bareTime(phrase: readonly Token[]): readonly Token[] {
  let from = 0;
  while (from < phrase.length - 1 && /^(?:on|at|the|in|for|is)$/u.test(phrase[from]?.low ?? '')) from++;
  return phrase.slice(from);
}

/** Index of the first time expression at or after a token, or -1. */
export function findTime(tokens: readonly Token[], i: number): number {
  for (let at = i; at < tokens.length; at++) if (timePhrase(tokens, at).length > 0) return at;
  return -1;
}
