import { afterFillers } from './clauses.js';
import { articles, isNumber } from './lexicon.js';
import { isMark } from './phrases.js';
import type { Token } from './tokens.js';
import { verbForm } from './verb-forms.js';

/** A question turned into the statement that its answer completes: `where do you live` -> `i live` + answer. */
export interface Frame {
  /** Words of the statement before the answer. */
  readonly before: readonly string[];
  /** Yes and no are answers, and `before` is the whole statement when it is yes. */
  readonly isPolar: boolean;
  /** The whole statement when the answer is yes. @defaultValue `before` */
  readonly yes?: readonly string[];
}

const swap: Readonly<Record<string, string>> = {
  you: 'I',
  your: 'my',
  yours: 'mine',
  i: 'you',
  my: 'your',
  me: 'you',
  are: 'are',
};
const turned = (tokens: readonly Token[]): string[] => tokens.map((token) => swap[token.low] ?? token.text);
const isIt = /^(?:it|that|they|he|she|his|her|their|its)$/u;

/** Undefined for questions whose answers are no facts ("how was your day", "what would you like"). */
export function frameOf(question: readonly Token[]): Frame | undefined {
  const tokens = question.slice(afterFillers(question)).filter((token) => !isMark(token));
  const low = (i: number): string => tokens[i]?.low ?? '';
  const flat = tokens.map((token) => token.low).join(' ');
  if (
    /^(?:who|what) (?:am i (?:talking|speaking) to|should i call you)$/u.test(flat) ||
    /^(?:who 's|who is) this$/u.test(flat)
  )
    return { before: ['my', 'name', 'is'], isPolar: false };
  if (
    /\b(?:would|could|should|was|were|did|will|if|today|tonight|doing|feeling|help|mean|think|next|else)\b/u.test(
      flat,
    )
  )
    return undefined;
  if (
    /^what do you do(?: for (?:a living|work))?$|^what 's your (?:job|profession|occupation)$|^what is your (?:job|profession|occupation)$/u.test(
      flat,
    )
  )
    return { before: ['I', 'am', 'a'], isPolar: false };
  const wh = /^(?:what|who|where|when|which|how)$/u.test(low(0));
  if (wh) {
    let at = 1;
    if (low(0) === 'how') {
      if (low(1) !== 'old') return undefined;
      at = 2;
    }
    // "which team do you support", "what instrument do you play"
    while (at < tokens.length && at < 4 && !isAux(low(at))) at++;
    const aux = low(at);
    const rest = tokens.slice(at + 1);
    if (rest.length === 0) return undefined;
    if (/^(?:is|are|'s|'re)$/u.test(aux)) {
      const tail = /^(?:called|named)$/u.test(rest.at(-1)?.low ?? '') ? rest.at(-1) : undefined;
      const subject = tail ? rest.slice(0, -1) : rest;
      if (isIt.test(subject[0]?.low ?? '') && subject.length === 1) return undefined;
      const words = turned(subject);
      const be = words[0] === 'I' ? 'am' : aux === 'are' || aux === "'re" ? 'are' : 'is';
      const from = subject.at(-1)?.low === 'from';
      return {
        before: [
          ...(from ? words.slice(0, -1) : words),
          be,
          ...(from ? ['from'] : []),
          ...(tail ? [tail.text] : []),
        ],
        isPolar: false,
      };
    }
    if (/^(?:do|does)$/u.test(aux)) return { before: stated(rest, aux), isPolar: false };
    return undefined;
  }
  if (/^(?:do|does|are|is|have)$/u.test(low(0))) {
    const rest = tokens.slice(1);
    const isHaving = rest.some((token) => token.low === 'have' || token.low === 'got');
    const any = rest.findIndex(
      (token) =>
        /^(?:any|anything|anyone|anywhere)$/u.test(token.low) || (isHaving && /^an?$/u.test(token.low)),
    );
    const asked = any < 0 ? rest : rest.slice(0, any);
    if (/^(?:are|is)$/u.test(low(0))) {
      const [subject] = turned(rest);
      const from =
        rest[0]?.low === 'your'
          ? rest.findIndex((token, i) => i > 0 && /^(?:allergic|married|called|named|from)$/u.test(token.low))
          : 1;
      if (subject === undefined || isIt.test(low(1)) || from < 1) return undefined;
      const be = subject === 'I' ? 'am' : low(0);
      const words = turned(asked);
      return { before: [...words.slice(0, from), be, ...words.slice(from)], isPolar: true };
    }
    if (low(0) === 'have' && low(2) !== 'got') return undefined;
    const words = low(0) === 'have' ? [...turned(asked.slice(0, 1)), 'have'] : stated(asked, low(0));
    const isAllergies = /^(?:food )?allerg(?:y|ies)$/u.test(
      rest
        .slice(any + 1)
        .map((token) => token.low)
        .join(' '),
    );
    if (any >= 0 && isAllergies) return { before: ['I', 'am', 'allergic', 'to'], isPolar: true };
    const whole =
      any >= 0 && /^an?$/u.test(rest[any]?.low ?? '') ? { yes: [...words, ...turned(rest.slice(any))] } : {};
    return { before: words, isPolar: true, ...whole };
  }
  return undefined;
}

const isAux = (low: string): boolean => /^(?:is|are|'s|'re|do|does)$/u.test(low);

/** "you live in" -> "I live in"; "your brother live" -> "my brother lives". */
function stated(tokens: readonly Token[], aux: string): string[] {
  const words = turned(tokens);
  if (aux !== 'does') return words;
  const verb = tokens.findIndex((token, i) => i > 0 && verbForm(token.low)?.form === 'base');
  return words.map((word, i) =>
    i === verb
      ? word === 'have'
        ? 'has'
        : /[^aeiou]y$/u.test(word)
          ? `${word.slice(0, -1)}ies`
          : `${word}s`
      : word,
  );
}

/** What an answer gives: the words that complete the frame, a plain yes, or nothing. */
export type Answer =
  | { readonly kind: 'value'; readonly tokens: readonly Token[] }
  | { readonly kind: 'yes' }
  | { readonly kind: 'none' };

const maxAnswerTokens = 9;

/** Reads an elliptical answer; a full sentence is not one, and is read for itself. */
export function answerOf(tokens: readonly Token[], frame: Frame): Answer {
  const words = tokens.filter((token, i) => !(isMark(token) && (i === 0 || i === tokens.length - 1)));
  const first = words[0]?.low ?? '';
  if (
    frame.isPolar &&
    /^(?:yes|yeah|yep|yup|sure|correct|exactly|right)$/u.test(first) &&
    words
      .slice(1)
      .every(
        (token) =>
          isMark(token) || /^(?:i|do|am|that|'s|right|correct|is|it|he|she|does|they|are)$/u.test(token.low),
      )
  )
    return { kind: 'yes' };
  if (
    /^(?:no|nope|nah|not|none|nothing|never|neither|why|what|who|how|where|nobody|both|whatever|guess|maybe|perhaps|if|can|could|do|don't|sorry|later|stop|play|tell|call)$/u.test(
      first,
    )
  )
    return { kind: 'none' };
  let from = afterFillers(words);
  const lead =
    /^(?:(?:it|that|this) (?:is|'s|would be)|(?:his|her|its|their|the|my) (?:name|favou?rite) (?:is|'s)|i think|i guess|definitely|probably|i 'd say|has to be) /u.exec(
      `${words
        .slice(from)
        .map((token) => token.low)
        .join(' ')} `,
    );
  if (lead) from += lead[0].trim().split(' ').length;
  let value = words.slice(from);
  while (
    value.length > 1 &&
    /^(?:originally|actually|now|mostly|currently|probably|definitely|always)$/u.test(value.at(-1)?.low ?? '')
  )
    value = value.slice(0, -1);
  const end = value.findIndex(
    (token, i) =>
      isMark(token) &&
      /^(?:i|and|why|but|what|you|though|actually|thanks|thank|please)$/u.test(value[i + 1]?.low ?? ''),
  );
  if (end >= 0) {
    // "Radiohead, I guess" is an answer; "Hey Nate, I love it" is a sentence.
    const more = value
      .slice(end + 1)
      .map((token) => token.low)
      .join(' ');
    if (
      /^(?:i|you|and i|but)\b/u.test(more) &&
      !/^(?:i (?:guess|think|suppose|believe)|you know)$/u.test(more)
    )
      return { kind: 'none' };
    value = value.slice(0, end);
  }
  if (value.length === 0 || value.length > maxAnswerTokens) return { kind: 'none' };
  const starts = value[0];
  if (starts?.tag === 'VERB' && !starts.low.endsWith('ing') && !starts.capital) return { kind: 'none' };
  if (!starts || (/^(?:PRON|SCONJ|AUX|INTJ)$/u.test(starts.tag) && !starts.capital)) return { kind: 'none' };
  if (
    /^(?:i|you|he|she|we|they|it|there|not|no|don't|good|fine|great|okay|pretty|very|same|any|some|depends|cool|wow|nice|awesome|absolutely|totally|wonderful|amazing|sweet|hi|hello|hey|true|haha|lol|hard|secret|lots|many|many|thank|thanks)$/u.test(
      starts.low,
    )
  )
    return { kind: 'none' };
  // A finite verb makes it a sentence of its own.
  const isSentence = value.some(
    (token, i) =>
      token.tag === 'AUX' ||
      (i > 0 &&
        token.tag === 'VERB' &&
        !token.capital &&
        !/^(?:called|named)$/u.test(token.low) &&
        !token.low.endsWith('ing')) ||
      /^(?:'s|'m|'re|n't|please)$/u.test(token.low),
  );
  if (isSentence) return { kind: 'none' };
  const words2 = isArticleDoubled(frame, value) ? value.slice(1) : value;
  return {
    kind: 'value',
    tokens:
      words2.length > 0 && !(frame.before.at(-1) === 'a' && isNumber(words2[0]?.low ?? '')) ? words2 : value,
  };
}

const isArticleDoubled = (frame: Frame, value: readonly Token[]): boolean =>
  frame.before.at(-1) === 'a' && articles.has(value[0]?.low ?? '');
