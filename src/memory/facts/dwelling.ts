import type { Finding, MakeFact } from './emit.js';
import { canBeNamed, isNumber, residences } from './lexicon.js';
import { bare, bareTime, headOf, nounPhrase, phraseList, timePhrase } from './phrases.js';
import { isNameLike, type Reading } from './subject.js';
import type { Token } from './tokens.js';

/** A noun phrase and the place that hangs on it: `a flat near the harbour`. */
export function nounPhraseWithPlace(tokens: readonly Token[], i: number): readonly Token[] {
  const phrase = nounPhrase(tokens, i);
  if (phrase.length === 0) return [];
  const next = i + phrase.length;
  const isHung =
    /^(?:in|near|by|on|outside|above)$/u.test(tokens[next]?.low ?? '') &&
    timePhrase(tokens, next).length === 0;
  const more = isHung && !phrase.every((token) => token.capital) ? nounPhrase(tokens, next + 1) : [];
  return tokens.slice(i, next + (more.length > 0 ? 1 + more.length : 0));
}

/** The name of a place to live: "Oslo", "a flat near the harbour", not "the car" or "a bubble". */
export function placeName(tokens: readonly Token[], i: number, lowerCase: boolean): readonly Token[] {
  const phrase = bare(nounPhraseWithPlace(tokens, i));
  const head = headOf(phrase)?.low ?? '';
  if (
    /^(?:peace|fear|hope|cloud|computer|office|past|present|moment|car|bubble|denial|dream|hell|luxury|poverty|harmony|shadow|sin|head|world|castle|palace|conclusion|topic|side|bed|next|now|front|back|other|something|couch|gym|here|sweats)$/u.test(
      head,
    )
  )
    return [];
  const first = phrase[0];
  if (!first || first.tag === 'ADV' || /^(?:your|this|that|next|left|right)$/u.test(first.low)) return [];
  const isNamed = phrase.some((token) => token.capital || token.tag === 'PROPN');
  const isCalled =
    lowerCase &&
    !/^(?:a|an|the|my|our)$/u.test(tokens[i]?.low ?? '') &&
    phrase.length <= 3 &&
    phrase.every((token) => /^(?:NOUN|PROPN|ADJ|X)$/u.test(token.tag));
  return isNamed || isCalled || residences.has(head) ? phrase : [];
}

export function lived(rest: readonly Token[], reading: Reading, fact: MakeFact): Finding[] {
  const preposition = rest.findIndex(
    (token, i) => i <= 2 && /^(?:in|at|near|with|on|outside|by)$/u.test(token.low),
  );
  if (
    preposition < 0 ||
    (preposition > 0 && !/^(?:over|up|down|out|alone|just|together|right)$/u.test(rest[0]?.low ?? ''))
  )
    return [];
  const low = rest[preposition]?.low ?? '';
  if (low === 'with') {
    const names = phraseList(rest, preposition + 1).phrases;
    return names
      .filter((phrase) => canBeNamed(headOf(phrase)?.low ?? '') || isNameLike(phrase, reading.lowerCase))
      .flatMap((phrase) => fact('lives with', bare(phrase)));
  }
  const place = placeName(rest, preposition + 1, reading.lowerCase && low !== 'on');
  const isOdd = low !== 'in' && /^(?:all|least|the moment|end|edge|own)$/u.test(place[0]?.low ?? '');
  return isOdd ? [] : fact(low === 'in' ? 'lives in' : `lives ${low}`, place);
}

export function worked(rest: readonly Token[], fact: MakeFact): Finding[] {
  const found: Finding[] = [];
  let at =
    /^(?:nights|days|weekends|shifts|part|full|part-time|full-time|evenings|mornings|remotely|over)$/u.test(
      rest[0]?.low ?? '',
    )
      ? /^(?:part|full)$/u.test(rest[0]?.low ?? '')
        ? 2
        : 1
      : 0;
  for (;;) {
    const low = rest[at]?.low ?? '';
    if (!/^(?:at|for|as|in)$/u.test(low)) break;
    const phrase = nounPhrase(rest, at + 1);
    const head = headOf(phrase)?.low ?? '';
    if (phrase.length === 0 || timePhrase(rest, at).length > 0 || isNumber(phrase[0]?.low ?? '')) break;
    const isVague =
      /^(?:home|night|moment|all|while|years?|months?|weeks?|hours?|days?|desk|computer|living|free|it|least|best|progress|peace|garden|kitchen|myself|past|office|team|teams?|long)$/u.test(
        head,
      ) || /^(?:your|this|that)$/u.test(phrase[0]?.low ?? '');
    if (!isVague)
      found.push(...fact(low === 'in' ? 'works in' : low === 'as' ? 'works as' : 'works at', bare(phrase)));
    at += 1 + phrase.length;
    if (found.length >= 3) break;
  }
  return found;
}

export function born(rest: readonly Token[], fact: MakeFact): Finding[] {
  const found: Finding[] = [];
  for (let at = 0; at < rest.length;) {
    if (!/^(?:in|on|at)$/u.test(rest[at]?.low ?? '')) break;
    const isYear = /^\d{4}$/u.test(rest[at + 1]?.low ?? '');
    const time = isYear ? rest.slice(at, at + 2) : timePhrase(rest, at);
    if (time.length > 0) {
      found.push(...fact('born on', bareTime(time)));
      at += time.length;
      continue;
    }
    const place = nounPhrase(rest, at + 1);
    if (place.length === 0) break;
    found.push(...fact('born in', bare(place)));
    at += 1 + place.length;
  }
  return found;
}
