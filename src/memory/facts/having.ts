import { nameAt } from './copula.js';
import type { Finding, MakeFact } from './emit.js';
import {
  canBeNamed,
  conditions,
  dose,
  events,
  isAnimal,
  medicine,
  possessions,
  singular,
} from './lexicon.js';
import { bare, bareTime, findTime, headOf, isMark, nounPhrase, phraseList, timePhrase } from './phrases.js';
import { isNameLike, nounOf, type Reading, type Ref } from './subject.js';
import { wordsOf, type Token } from './tokens.js';

/** "a cat named Whiskers", "two kids, Emma and Noah", "asthma", "a meeting on Thursday". */
export function had(ref: Ref, rest: readonly Token[], reading: Reading, fact: MakeFact): Finding[] {
  const low = rest[0]?.low ?? '';
  if (/^(?:no|to|never|been|any|your|this|that|it)$/u.test(low)) return [];
  const found: Finding[] = [];
  const { phrases } = phraseList(rest, 0);
  const first = phrases[0];
  const head = first ? (headOf(first)?.low ?? '') : '';
  if (!first) return [];
  const kind = singular(head);
  const behind = rest.slice(first.length);
  const time = findTime(rest, 1);
  if (events.has(kind) && kind !== 'date') {
    if (time < 0) return [];
    const eventEnd = rest.findIndex((token, i) => i > 0 && (i === time || isMark(token)));
    const label = bare(rest.slice(0, eventEnd < 0 ? time : eventEnd));
    const when = bareTime(timePhrase(rest, time));
    const noun = nounOf([...rest.slice(0, 0), ...label], reading);
    const relation =
      noun?.kind === 'noun'
        ? noun.noun
        : label
            .map((token) => (token.capital ? token.text : token.low))
            .join(' ')
            .replaceAll(" 's", "'s");
    return label.length > 0 && label.length <= 7 && !/^(?:today|tonight)$/u.test(wordsOf(reading.text, when))
      ? fact(relation, when)
      : [];
  }
  if (canBeNamed(head) && behind.length > 0) {
    const isNamed = /^(?:named|called)$/u.test(behind[0]?.low ?? '');
    const names = namesAfter(behind, isNamed ? 1 : behind[0]?.low === ',' ? 1 : -1, reading, isNamed);
    const noun = nounOnly(first, kind);
    if (names.length > 0) {
      if (names.length > 1 || !isNamed) found.push(...fact('has', bare(first)));
      return [...found, ...names.flatMap((name) => ({ subject: ref, relation: noun, value: name }))];
    }
  }
  for (const phrase of phrases) {
    const last = headOf(phrase)?.low ?? '';
    const keeps = isKept(last);
    const isTrivial =
      (/^(?:friends?|people|mates|colleagues|neighbou?rs)$/u.test(last) && phrase.length < 3) ||
      (/^(?:boss|agent|client|mate|nurse|doctor|fish|mechanic|bee|spider|mouse|chicken|duck)$/u.test(last) &&
        phrase.length < 2);
    const isOwn = /^(?:the|my|your|his|her|their)$/u.test(phrase[0]?.low ?? '');
    if (keeps && !isTrivial && !isOwn) found.push(...fact('has', bare(phrase)));
  }
  return found;
}

/** What an animal or person is called: the nouns of a phrase without numbers and adjectives. */
function nounOnly(phrase: readonly Token[], kind: string): string {
  const at = phrase.findIndex((token) => singular(token.low) === kind);
  const before = phrase[at - 1];
  return before && /^(?:best|older|younger|big|little|twin|half|step|elder|guinea)$/u.test(before.low)
    ? `${before.low} ${kind}`
    : kind;
}

function namesAfter(tokens: readonly Token[], i: number, reading: Reading, sure: boolean): string[] {
  if (i < 0) return [];
  const names: string[] = [];
  let at = i;
  while (at < tokens.length && names.length < 8) {
    const name = nameAt(tokens.slice(at), { ...reading, lowerCase: reading.lowerCase && sure }, sure);
    if (name === '') break;
    names.push(name);
    at += name.split(' ').length;
    if (tokens[at]?.low === ',') at++;
    if (tokens[at]?.low === 'and') at++;
    else if (tokens[at - 1]?.low !== ',') break;
  }
  return names;
}

export function taken(rest: readonly Token[], fact: MakeFact): Finding[] {
  const phrase = nounPhrase(rest, 0);
  const isMedicine =
    phrase.some(
      (token) =>
        medicine.test(token.low) &&
        token.low.length > 3 &&
        !/^(?:line|time|wine|medicine-ball|online|fine|nine|mine|vaccine|machine|magazine|routine|engine)$/u.test(
          token.low,
        ),
    ) || phrase.some((token) => dose.test(token.low));
  if (!isMedicine || /^(?:out|off|away|it|that)$/u.test(rest[0]?.low ?? '')) return [];
  const after = phrase.length;
  const often = /^(?:once|twice|three|every|each|daily|at|in|a)$/u.test(rest[after]?.low ?? '');
  let end = after;
  if (often)
    while (
      end < rest.length &&
      !isMark(rest[end]) &&
      !/^(?:and|but|for|because|so|with)$/u.test(rest[end]?.low ?? '') &&
      end < after + 7
    )
      end++;
  return fact('takes', bare(rest.slice(0, end)));
}

/** "quit my job at the bank", "gave up coffee". */
export function quitted(rest: readonly Token[], fact: MakeFact): Finding[] {
  const object = bare(nounPhrase(rest, 0));
  const head = headOf(object)?.low ?? '';
  const at = rest.findIndex((token) => token.low === 'at');
  if (head === 'job') return at >= 0 ? fact('works at', bare(nounPhrase(rest, at + 1))) : [];
  if (head.startsWith('smok') || /^cigarettes?$/u.test(head)) return fact('smokes', object);
  if (/^(?:meat|sugar|gluten|dairy|bread|chocolate|sweets|fish|eggs|cheese|carbs)$/u.test(head))
    return fact('eats', object);
  return /^(?:coffee|alcohol|beer|wine|caffeine|tea|soda|drinking|booze|coke|milk)$/u.test(head)
    ? fact('drinks', object)
    : [];
}

/** "adopted a puppy called Biscuit", "bought a new bike", "got a new job at Volvo", "got rid of the sofa". */
export function acquired(ref: Ref, rest: readonly Token[], reading: Reading, fact: MakeFact): Finding[] {
  const low = rest[0]?.low ?? '';
  if (low === 'rid' && rest[1]?.low === 'of')
    return fact('has', bare(nounPhrase(rest, 2)), { effect: 'ends' });
  if (/^(?:married|engaged)$/u.test(low) && rest[1]?.low === 'to') {
    const name = nounPhrase(rest, 2);
    return isNameLike(name, reading.lowerCase) ? fact(`${low} to`, name) : [];
  }
  if (/^(?:married|engaged|divorced)$/u.test(low)) {
    const time = timePhrase(rest, 1);
    return fact('status', rest.slice(0, 1 + time.length));
  }
  const object = nounPhrase(rest, 0);
  const head = headOf(object)?.low ?? '';
  const behind = rest.slice(object.length);
  if (/^(?:job|position|role|internship|apprenticeship)$/u.test(head)) {
    return /^(?:at|with)$/u.test(behind[0]?.low ?? '') ? fact('works at', bare(nounPhrase(behind, 1))) : [];
  }
  if (/^(?:named|called)$/u.test(behind[0]?.low ?? '') && canBeNamed(head)) {
    return namesAfter(behind, 1, reading, true).map((value) => ({
      subject: ref,
      relation: nounOnly(object, singular(head)),
      value,
    }));
  }
  const isGift = behind[0]?.low === 'for' && !/^(?:me|myself|us)$/u.test(behind[1]?.low ?? '');
  if (isGift) return [];
  const isThing = /^(?:a|an|two|three|four|some)$/u.test(low) && (possessions.has(head) || isAnimal(head));
  return isThing && !/^(?:chicken|fish|duck|coffee)$/u.test(head) ? fact('has', bare(object)) : [];
}

/** Nouns of what people have for long: people, animals, possessions, conditions. */
export const isKept = (noun: string): boolean =>
  canBeNamed(noun) ||
  possessions.has(noun) ||
  possessions.has(singular(noun)) ||
  conditions.has(noun) ||
  /^(?:allergy|allergies|disability|condition)$/u.test(noun);
