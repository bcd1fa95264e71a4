import type { Finding } from './emit.js';
import { liked, vague } from './liking.js';
import { lived, worked, placeName, nounPhraseWithPlace, born } from './dwelling.js';
import { acquired, had, isKept, quitted, taken } from './having.js';
import { located } from './placing.js';
import { conditions, isPerson, possessives } from './lexicon.js';
import {
  afterAdverbs,
  bare,
  findTime,
  headOf,
  isMark,
  nounPhrase,
  phraseList,
  timePhrase,
} from './phrases.js';
import { isNameLike, type Reading, type Ref } from './subject.js';
import { wordsOf, type Token } from './tokens.js';
import type { VerbGroup } from './verb-group.js';

/** Verbs with a direct object whose relation is the verb itself. */
const simple: Readonly<Record<string, string>> = { play: 'plays', drive: 'drives', own: 'has', speak: 'speaks', collect: 'collects', teach: 'teaches', study: 'studies', ride: 'rides', support: 'supports' }; // prettier-ignore
const likes = new Set(['like', 'love', 'adore', 'enjoy']);
const dislikes = new Set(['hate', 'dislike', 'detest', 'despise', 'loathe', 'stand']);
const games = new Set(
  'fetch catch hide match matches guess theme role part trick tricks joke game games song songs music it along dead fool dumb safe devil'.split(
    ' ',
  ),
);
const subjectsOfStudy = new Set('it this that people question problem situation menu map screen'.split(' '));

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
      const old = from >= 0 ? placeName(rest, from + 1, reading.lowerCase) : [];
      const next = to >= 0 ? placeName(rest, to + 1, reading.lowerCase) : [];
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
        /^(?:ADV|ADJ)$/u.test(headOf(object)?.tag ?? '') ||
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
          !(lemma === 'support' && !phrase.some((token) => token.capital)) &&
          !(lemma === 'teach' && phrase.some((token) => isPerson(token.low))) &&
          !/^(?:all|any|some|many|each|no|other|another|one)$/u.test(first) &&
          !/^(?:ADV|ADJ|INTJ|PRON)$/u.test(
            headOf(phrase)?.tag === 'ADJ' && headOf(phrase)?.capital ? 'PROPN' : (headOf(phrase)?.tag ?? 'X'),
          )
        );
      });
      return phrases.flatMap((phrase) => fact(simple[lemma] ?? lemma, bare(phrase)));
    }
    case 'have':
      // "We don't have the dog any more"
      if (over) return fact('has', bare(object)).filter(() => isKept(head));
      return isNow && !group.progressive ? had(ref, rest, reading, fact) : none;
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
      return group.happened &&
        /^(?:the|my|our)$/u.test(rest[0]?.low ?? '') &&
        !/^(?:soul|heart|body|shares|idea)$/u.test(head)
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
      return group.happened && (rest.length === 0 || findTime(rest, 0) >= 0)
        ? fact('status', tokens.slice(group.end - 1, group.end))
        : none;
    default:
      return none;
  }
}
