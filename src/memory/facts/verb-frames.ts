import { nameAt, placeAt } from './copula.js';
import type { Finding } from './emit.js';
import {
  canBeNamed,
  conditions,
  dose,
  events,
  isAnimal,
  isNumber,
  isPerson,
  medicine,
  objects,
  people,
  personSuffix,
  possessions,
  possessives,
  singular,
} from './lexicon.js';
import {
  afterAdverbs,
  bare,
  bareTime,
  findTime,
  headOf,
  isMark,
  nounPhrase,
  phraseList,
  timePhrase,
} from './phrases.js';
import { isNameLike, nounOf, refOf, type Reading, type Ref } from './subject.js';
import { wordsOf, type Token } from './tokens.js';
import type { VerbGroup } from './verb-group.js';

/** Verbs with a direct object whose relation is the verb itself. */
const simple: Readonly<Record<string, string>> = { play: 'plays', drive: 'drives', own: 'has', speak: 'speaks', collect: 'collects', teach: 'teaches', study: 'studies', ride: 'rides', support: 'supports' }; // prettier-ignore
const likes = new Set(['like', 'love', 'adore', 'enjoy']);
const dislikes = new Set(['hate', 'dislike', 'detest', 'despise', 'loathe', 'stand']);
/** "I hate to say it": a way of speaking. */
const politeVerbs = new Set(
  'say admit be break bother tell disappoint ask see think interrupt complain brag know hear'.split(' '),
);
/** Loved or hated in passing, or too vague to be worth a fact. */
const vague = new Set(
  'idea thing things way voice sound stuff answer question joke one ones part moment feeling look song movie film weather traffic noise mess mondays monday person attitude bit story suggestion plan waiting being getting having people fact kind joke name taste doing going seeing standing sitting listening sound hearing'.split(
    ' ',
  ),
);
const games = new Set(
  'role part trick tricks joke game games song songs music it along dead fool dumb safe devil'.split(' '),
);
const subjectsOfStudy = new Set('it this that question problem situation menu map screen'.split(' '));

/** What "X does Y" says. */
export function verbFacts(ref: Ref, group: VerbGroup, tokens: readonly Token[], reading: Reading): Finding[] {
  const { lemma } = group;
  if (lemma === undefined || group.unreal || group.future) return [];
  const at = afterAdverbs(tokens, group.end);
  const rest = tokens.slice(at);
  const words = (phrase: readonly Token[]): string => wordsOf(reading.text, phrase);
  const over =
    group.ended ||
    (group.negated && /\b(?:any ?more|any longer)\b/u.test(rest.map((token) => token.low).join(' ')));
  const fact = (relation: string, phrase: readonly Token[], extra: Partial<Finding> = {}): Finding[] =>
    phrase.length === 0
      ? []
      : [
          {
            subject: ref,
            relation,
            value: words(phrase),
            ...(over ? { effect: 'ends' as const } : {}),
            ...extra,
          },
        ];
  const object = nounPhrase(rest, 0);
  const head = headOf(object)?.low ?? '';
  const none: Finding[] = [];

  if (dislikes.has(lemma) || (likes.has(lemma) && group.negated && !over)) {
    if (!group.present || (lemma === 'stand') !== (group.negated && !likes.has(lemma))) return none;
    return liked(rest, reading).flatMap((phrase) => fact('dislikes', phrase, { slot: 'preference' }));
  }
  if (group.negated && !over) {
    const isDiet =
      (lemma === 'eat' || lemma === 'drink') &&
      group.present &&
      !group.progressive &&
      !/^(?:much|a|enough|that|this|it|lunch|breakfast|dinner|too)$/u.test(rest[0]?.low ?? '');
    return isDiet && !vague.has(head)
      ? phraseList(rest, 0).phrases.flatMap((phrase) =>
          fact(`does not ${lemma}`, bare(phrase), { slot: 'preference' }),
        )
      : none;
  }
  const isNow = group.present || over;

  if (likes.has(lemma))
    return isNow && !group.progressive
      ? liked(rest, reading).flatMap((phrase) => fact('likes', phrase, { slot: 'preference' }))
      : none;
  if (lemma === 'prefer') {
    const end = rest.findIndex((token) => isMark(token) || /^(?:because|but|and|when|if)$/u.test(token.low));
    const all = bare(end < 0 ? rest : rest.slice(0, end));
    const starts = all[0];
    const isChoice =
      starts &&
      all.length <= 10 &&
      (nounPhrase(all, 0).length > 0 || /^to$|ing$/u.test(starts.low)) &&
      !/^(?:not|it|that|this|you)$/u.test(starts.low) &&
      all[1]?.low !== 'not';
    return isNow && isChoice ? fact('prefers', all, { slot: 'preference' }) : none;
  }
  switch (lemma) {
    case 'live':
    case 'reside':
      return isNow ? lived(rest, reading, fact) : none;
    case 'move':
    case 'relocate': {
      if (!group.happened) return none;
      const from = rest.findIndex((token) => token.low === 'from');
      const to = rest.findIndex((token) => /^(?:to|into)$/u.test(token.low));
      const old = from >= 0 ? placeName(rest, from + 1) : [];
      const next = to >= 0 ? placeName(rest, to + 1) : [];
      return [
        ...fact('lives in', old, { effect: 'ends' }).filter(() => next.length > 0),
        ...fact('lives in', next),
      ];
    }
    case 'work':
      return isNow ? worked(rest, fact) : none;
    case 'study': {
      if (!isNow) return none;
      const subjects =
        subjectsOfStudy.has(head) ||
        possessives.has(rest[0]?.low ?? '') ||
        /^(?:the|hard|for|a)$/u.test(rest[0]?.low ?? '')
          ? []
          : phraseList(rest, 0).phrases;
      const where = rest.findIndex((token) => token.low === 'at');
      const school = where >= 0 ? bare(nounPhrase(rest, where + 1)) : [];
      return [
        ...subjects.flatMap((phrase) => fact('studies', bare(phrase))),
        ...(/^(?:home|night|moment)$/u.test(school[0]?.low ?? '') ? [] : fact('studies at', school)),
      ];
    }
    case 'play':
    case 'drive':
    case 'own':
    case 'speak':
    case 'collect':
    case 'teach':
    case 'ride':
    case 'support': {
      if (!isNow || (group.progressive && lemma !== 'teach')) return none;
      const phrases = phraseList(rest, 0).phrases.filter((phrase) => {
        const [last, first] = [headOf(phrase)?.low ?? '', phrase[0]?.low ?? ''];
        return (
          !games.has(last) &&
          !vague.has(last) &&
          !/^(?:you|this|that|these|those|too|very|your|up|out|home|her|him)$/u.test(first) &&
          !(lemma === 'drive' && (last === 'kids' || isPerson(last))) &&
          !(lemma === 'support' && /^(?:decision|plan|you)$/u.test(last))
        );
      });
      return phrases.flatMap((phrase) => fact(simple[lemma] ?? lemma, bare(phrase)));
    }
    case 'have':
      return isNow && !group.progressive ? had(ref, rest, reading, fact) : group.progressive ? none : none;
    case 'take':
      return isNow ? taken(rest, fact) : none;
    case 'suffer': {
      const from = rest[0]?.low === 'from' ? bare(nounPhrase(rest, 1)) : [];
      return isNow && conditions.has(headOf(from)?.low ?? '') ? fact('has', from) : none;
    }
    case 'smoke':
      return over
        ? fact(
            'smokes',
            [tokens[group.end - 1]].filter((token) => token !== undefined),
          )
        : none;
    case 'drink':
    case 'eat':
      return over && object.length > 0 ? fact(`${lemma}s`, bare(object)) : none;
    case 'quit':
      return over ? quitted(rest, fact) : none;
    case 'marry':
      return group.happened && isNameLike(object, reading.lowerCase) ? fact('married to', object) : none;
    case 'bear':
      return born(rest, fact);
    case 'come': {
      const from = rest.findIndex((token) => token.low === 'from');
      const place = from >= 0 && from <= 1 ? bare(nounPhrase(rest, from + 1)) : [];
      return group.present &&
        !group.progressive &&
        place.some((token) => token.capital || token.tag === 'PROPN')
        ? fact('from', place)
        : none;
    }
    case 'grow':
      return group.happened && rest[0]?.low === 'up' && /^(?:in|on|near)$/u.test(rest[1]?.low ?? '')
        ? fact(`grew up ${rest[1]?.low ?? ''}`, bare(nounPhraseWithPlace(rest, 2)))
        : none;
    case 'buy':
    case 'adopt':
    case 'get':
      return group.happened ? acquired(ref, rest, reading, fact) : none;
    case 'sell':
      return group.happened && /^(?:the|my|our)$/u.test(rest[0]?.low ?? '')
        ? fact('has', bare(object), { effect: 'ends' })
        : none;
    case 'give':
      return group.happened && rest[0]?.low === 'away'
        ? fact('has', bare(nounPhrase(rest, 1)), { effect: 'ends' })
        : none;
    case 'leave':
    case 'put':
    case 'keep':
    case 'store':
    case 'hide':
    case 'park':
    case 'place':
    case 'stash':
      return located(ref, lemma, group, rest, reading, fact);
    case 'die':
    case 'pass': {
      if (!group.happened || ref.kind === 'self' || (lemma === 'pass' && rest[0]?.low !== 'away'))
        return none;
      const time = timePhrase(rest, lemma === 'pass' ? 1 : 0);
      return fact('status', tokens.slice(group.end - 1, at + (lemma === 'pass' ? 1 : 0) + time.length), {});
    }
    case 'divorce':
    case 'retire':
      return group.happened && ref.kind !== undefined && (rest.length === 0 || findTime(rest, 0) >= 0)
        ? fact('status', tokens.slice(group.end - 1, group.end))
        : none;
    default:
      return none;
  }
}

type MakeFact = (relation: string, phrase: readonly Token[], extra?: Partial<Finding>) => Finding[];

/** Objects of liking: things and activities, but not "it", "your voice", "when that happens" or "you". */
function liked(rest: readonly Token[], reading: Reading): (readonly Token[])[] {
  const first = rest[0];
  if (!first) return [];
  if (first.low === 'to') {
    const verb = rest[1];
    if (!verb || politeVerbs.has(verb.low) || verb.tag !== 'VERB') return [];
    return [rest.slice(1, 2 + nounPhrase(rest, 2).length)];
  }
  if (/^(?:your|this|that|these|those|how|when|where|what|it|you|every)$/u.test(first.low)) return [];
  const { phrases, end } = phraseList(rest, 0);
  // "the way you", "people who": what follows makes it another thing.
  if (/^(?:you|i|that|who|which|when|how|he|she|we|they)$/u.test(rest[end]?.low ?? '')) return [];
  return phrases
    .map(bare)
    .filter(
      (phrase) =>
        !vague.has(headOf(phrase)?.low ?? '') &&
        !vague.has(phrase[0]?.low ?? '') &&
        !(phrase.length === 1 && isNumber(phrase[0]?.low ?? '')) &&
        wordsOf(reading.text, phrase).length > 1,
    );
}

/** A noun phrase and the place that hangs on it: `a flat near the harbour`. */
function nounPhraseWithPlace(tokens: readonly Token[], i: number): readonly Token[] {
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
function placeName(tokens: readonly Token[], i: number): readonly Token[] {
  const phrase = bare(nounPhraseWithPlace(tokens, i));
  const head = headOf(phrase)?.low ?? '';
  if (
    /^(?:peace|fear|hope|cloud|computer|office|past|present|moment|car|bubble|denial|dream|hell|luxury|poverty|harmony|shadow|sin|head|world|castle|palace|conclusion|topic|side|bed|next|now|front|back|other|something|couch|gym|here|sweats)$/u.test(
      head,
    )
  )
    return [];
  return /^(?:your|this|that)$/u.test(phrase[0]?.low ?? '') ? [] : phrase;
}

function lived(rest: readonly Token[], reading: Reading, fact: MakeFact): Finding[] {
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
  const place = placeName(rest, preposition + 1);
  const isOdd = low !== 'in' && /^(?:all|least|the moment|end|edge|own)$/u.test(place[0]?.low ?? '');
  return isOdd ? [] : fact(low === 'in' ? 'lives in' : `lives ${low}`, place);
}

function worked(rest: readonly Token[], fact: MakeFact): Finding[] {
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

/** "a cat named Whiskers", "two kids, Emma and Noah", "asthma", "a meeting on Thursday". */
function had(ref: Ref, rest: readonly Token[], reading: Reading, fact: MakeFact): Finding[] {
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
    const isKept =
      canBeNamed(last) ||
      possessions.has(last) ||
      possessions.has(singular(last)) ||
      conditions.has(last) ||
      /^(?:allergy|allergies|disability|condition)$/u.test(last);
    const isTrivial =
      /^(?:boss|agent|client|mate|nurse|doctor|fish|mechanic|bee|spider|mouse|chicken|duck)$/u.test(last) &&
      phrase.length < 2;
    const isOwn = /^(?:the|my|your|his|her|their)$/u.test(phrase[0]?.low ?? '');
    if (isKept && !isTrivial && !isOwn) found.push(...fact('has', bare(phrase)));
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

function taken(rest: readonly Token[], fact: MakeFact): Finding[] {
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
function quitted(rest: readonly Token[], fact: MakeFact): Finding[] {
  const object = bare(nounPhrase(rest, 0));
  const head = headOf(object)?.low ?? '';
  const at = rest.findIndex((token) => token.low === 'at');
  if (head === 'job') return at >= 0 ? fact('works at', bare(nounPhrase(rest, at + 1))) : [];
  if (/^smok/u.test(head) || /^cigarettes?$/u.test(head)) return fact('smokes', object);
  if (/^(?:meat|sugar|gluten|dairy|bread|chocolate|sweets|fish|eggs|cheese|carbs)$/u.test(head))
    return fact('eats', object);
  return /^(?:coffee|alcohol|beer|wine|caffeine|tea|soda|drinking|booze|coke|milk)$/u.test(head)
    ? fact('drinks', object)
    : [];
}

function born(rest: readonly Token[], fact: MakeFact): Finding[] {
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

/** "adopted a puppy called Biscuit", "bought a new bike", "got a new job at Volvo", "got rid of the sofa". */
function acquired(ref: Ref, rest: readonly Token[], reading: Reading, fact: MakeFact): Finding[] {
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
  const isThing = /^(?:a|an|two|three|four|some)$/u.test(low) && (possessions.has(head) || isAnimal(head));
  return isThing && !/^(?:chicken|fish|duck|coffee)$/u.test(head) ? fact('has', bare(object)) : [];
}

/** "I put my keys in the drawer", "I left my job at the bank". */
function located(
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

/** People and animals that a clause speaks of, for the pronouns of the next. */
export function mentionedIn(tokens: readonly Token[], reading: Reading): Ref[] {
  const found: Ref[] = [];
  tokens.forEach((token, i) => {
    if (!canBeNamed(token.low) || token.low !== singular(token.low)) return;
    for (let back = i - 1; back >= Math.max(0, i - 3); back--) {
      const low = tokens[back]?.low ?? '';
      if (/^(?:my|our|a|an|one)$/u.test(low)) {
        const noun = tokens
          .slice(back + 1, i + 1)
          .filter((word) => word.tag !== 'ADJ' || /^(?:best|older|younger|elder)$/u.test(word.low));
        const next = nounOf(tokens.slice(back, i + 2), reading);
        const named = next?.kind === 'noun' && next.name !== undefined ? refOf(next) : undefined;
        found.push(
          named ?? { kind: 'owned', owner: { kind: 'self' }, noun: noun.map((word) => word.low).join(' ') },
        );
        return;
      }
      if (prepositionOrVerb(tokens[back])) return;
    }
  });
  return found;
}

const prepositionOrVerb = (token: Token | undefined): boolean =>
  token?.tag === 'ADP' || token?.tag === 'VERB' || isMark(token);
