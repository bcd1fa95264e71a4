import { placeAt } from './copula.js';
import type { Finding, MakeFact } from './emit.js';
import { objects, people, personSuffix, singular, passing } from './lexicon.js';
import { bare, headOf, nounPhrase } from './phrases.js';
import type { Reading, Ref } from './subject.js';
import { wordsOf, type Token } from './tokens.js';
import type { VerbGroup } from './verb-group.js';

/** "I put my keys in the drawer", "I left my job at the bank". */
export function located(
  ref: Ref,
  lemma: string,
  group: VerbGroup,
  rest: readonly Token[],
  reading: Reading,
  fact: MakeFact,
): Finding[] {
  const object = nounPhrase(rest, 0);
  const head = headOf(object)?.low ?? '';
  const behind = rest.slice(object.length);
  if (lemma === 'leave' && /^(?:job|position)$/u.test(head) && group.happened && behind[0]?.low === 'at')
    return fact('works at', bare(nounPhrase(behind, 1)), { effect: 'ends' });
  const isHabit = lemma === 'keep' || lemma === 'store' || lemma === 'hide';
  // "put" looks the same in the present; nobody narrates it in the present.
  if (
    !(group.happened || lemma === 'put' || (isHabit && group.present)) ||
    group.progressive ||
    ref.kind !== 'self'
  )
    return [];
  if (
    object.length === 0 ||
    /^(?:your|this|that|his|her)$/u.test(object[0]?.low ?? '') ||
    people.has(singular(head)) ||
    (personSuffix.test(head) && !objects.has(head) && lemma === 'leave')
  )
    return [];
  if (!objects.has(head) && !objects.has(singular(head)) && !/^(?:my|our|the)$/u.test(object[0]?.low ?? ''))
    return [];
  const place = placeAt(behind, 0);
  if (
    place.length === 0 ||
    passing.has(head) ||
    /^(?:eye|mind|secret|touch|note|end|hold|promise|word|pressure|effort|time|money|message|foot|feet|work|faith|trust|blame|focus)$/u.test(
      head,
    )
  )
    return [];
  const words = bare(object)
    .map((token) => token.low)
    .join(' ');
  const isMine = /^(?:my|our)$/u.test(object[0]?.low ?? '');
  const subject: Ref | string = isMine ? { kind: 'owned', owner: ref, noun: words } : words;
  return [{ subject, relation: 'located', value: wordsOf(reading.text, place) }];
}
