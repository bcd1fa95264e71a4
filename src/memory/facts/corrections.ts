import type { ExtractedFact } from './fact.js';
import { isNumber } from './lexicon.js';
import { isMark, timePhrase } from './phrases.js';
import { wordsOf, type Token } from './tokens.js';

const cue =
  /^(?:(?:oh|ah|um|uh|well|so|and|but) )*(?:,? ?(?:no|nope|sorry|actually|wait|oops|correction|i mean|i meant|make (?:that|it)|rather|scratch that) ?,? ?)+/u;
const lead =
  /^(?:(?:i meant(?: to say)?|i mean|it 's|it is|that 's|that is|they 're|make (?:that|it)|not \w+ ,?|but|on|in|at|to|called|named) ,? ?)+/u;
const said = new Set(
  'fine okay ok good great true right wrong nice yes no not bad better what wait sorry never nothing that it this forget enough alright really sure correct thanks thank please you i me we he she they the point'.split(
    ' ',
  ),
);

type Kind = 'time' | 'number' | 'name' | 'word';

/** Where a sentence takes back what it has just said (", no wait, Wednesday"), or -1. */
export function slipAt(tokens: readonly Token[]): number {
  for (let i = 4; i < tokens.length - 1; i++) {
    if (!isMark(tokens[i - 1])) continue;
    const [low, next] = [tokens[i]?.low ?? '', tokens[i + 1]?.low ?? ''];
    if (
      /^(?:no|sorry|wait|actually|oops)$/u.test(low) ||
      (low === 'i' && /^(?:mean|meant)$/u.test(next)) ||
      (low === 'make' && next === 'that')
    )
      return i;
  }
  return -1;
}

/** "No, I meant Tuesday": the value that replaces that of the latest fact of its kind. Undefined when nothing is corrected. */
export function correctionOf(
  tokens: readonly Token[],
  text: string,
  facts: readonly ExtractedFact[],
): { readonly fact: ExtractedFact; readonly value: string } | undefined {
  const flat = tokens.map((token) => token.low).join(' ');
  const opened = cue.exec(`${flat} `)?.[0] ?? '';
  if (opened.trim() === '' || /^no longer\b/u.test(flat)) return undefined;
  let rest = tokens.slice(opened.trim().split(/\s+/u).length);
  const led = lead.exec(`${rest.map((token) => token.low).join(' ')} `)?.[0] ?? '';
  if (led.trim() !== '') rest = rest.slice(led.trim().split(/\s+/u).length);
  while (
    rest.length > 0 &&
    (isMark(rest.at(-1)) || /^(?:now|instead|please|then|actually|sorry)$/u.test(rest.at(-1)?.low ?? ''))
  )
    rest = rest.slice(0, -1);
  const not = rest.findIndex((token, i) => i > 0 && token.low === 'not');
  if (not > 0) rest = rest.slice(0, isMark(rest[not - 1]) ? not - 1 : not);
  const first = rest[0];
  if (!first || rest.length > 5 || said.has(first.low)) return undefined;
  if (
    rest.some(
      (token, i) =>
        token.tag === 'AUX' ||
        token.tag === 'PRON' ||
        (token.tag === 'VERB' && !token.capital) ||
        (isMark(token) && i < 1),
    )
  )
    return undefined;
  const kind = kindOf(rest);
  const value = wordsOf(text, rest);
  const fact = facts.findLast(
    (old) => old.effect === 'holds' && fits(old, kind) && old.value.toLowerCase() !== value.toLowerCase(),
  );
  return fact && { fact, value };
}

function kindOf(tokens: readonly Token[]): Kind {
  if (timePhrase(tokens, 0).length > 0) return 'time';
  if (tokens.every((token) => isNumber(token.low))) return 'number';
  return tokens[0]?.capital ? 'name' : 'word';
}

const timeLike =
  /\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|tomorrow|noon|morning|evening|afternoon)\b|^\d{1,2}(?::\d\d)?(?: ?[ap]m)?$/iu;

function fits(old: ExtractedFact, kind: Kind): boolean {
  const isTime = timeLike.test(old.value);
  const isNumeric = isNumber(old.value.toLowerCase().replaceAll(' ', '-')) || /^[\d .:-]+$/u.test(old.value);
  switch (kind) {
    case 'time':
      return isTime;
    case 'number':
      return isNumeric || isTime;
    case 'name':
      return /^\p{Lu}/u.test(old.value) && !isTime;
    case 'word':
      return !isTime && !isNumeric && old.relation !== 'instruction' && !/^\p{Lu}/u.test(old.value);
  }
}
