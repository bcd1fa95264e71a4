import { stemmer } from 'stemmer';

import { type Fact, userSubject } from './fact.js';
import { isAnimal, isPerson, singular } from './lexicon.js';

/** Words of questions that carry nothing to search for. */
const empty = new Set(
  `what who where when why how which whose is are was were am be been do does did have has had can could will would should
  the a an of in on at to for with my your our his her their i you we he she they it me us him them that this and or any
  tell remember know again please s name called much many did ever about say said which so um hey`.split(
    /\s+/u,
  ),
);
/** What a question's word may mean in a relation. Keys and values are stems. */
const related: Readonly<Record<string, readonly string[]>> = expand({
  home: ['lives'], address: ['lives'], city: ['lives'], town: ['lives'], country: ['lives', 'from'],
  job: ['works', 'is'], work: ['works', 'is'], living: ['works', 'is'], profession: ['works', 'is'], company: ['works'], employer: ['works'],
  old: ['age'], age: ['born', 'birthday'], birthday: ['born'], born: ['birthday'],
  pet: ['#animal'], animal: ['#animal'], family: ['#person', 'married'], sibling: ['brother', 'sister'], parent: ['mother', 'father', 'mom', 'mum', 'dad'],
  child: ['son', 'daughter', 'kid'], kid: ['son', 'daughter', 'child'], children: ['son', 'daughter', 'kid', 'child'],
  husband: ['married'], wife: ['married'], spouse: ['married', 'wife', 'husband'], mom: ['mother', 'mum'], mum: ['mother', 'mom'], dad: ['father'], mother: ['mum', 'mom'], father: ['dad'],
  medication: ['takes'], medicine: ['takes'], pill: ['takes'], drug: ['takes'], allergy: ['allergic'], allergies: ['allergic'],
  like: ['likes', 'favourite', 'prefers'], love: ['likes'], enjoy: ['likes'], hobby: ['likes', 'plays', 'collects'], hobbies: ['likes', 'plays', 'collects'], hate: ['dislikes'], dislike: ['dislikes'], favorite: ['favourite'], favourite: ['likes'], prefer: ['prefers'],
  car: ['drives'], instrument: ['plays'], language: ['speaks'], school: ['studies'], university: ['studies'], study: ['studies'],
  wifi: ['wi-fi'], plan: ['plans', 'appointment', 'meeting'], appointment: ['meeting', 'plans'], own: ['has'], eat: ['eat', 'allergic', 'food'], food: ['eat', 'allergic'], cook: ['eat', 'allergic', 'food'],
  condition: ['has'], illness: ['has'],
}); // prettier-ignore

function expand(table: Readonly<Record<string, readonly string[]>>): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(table).map(([key, words]) => [
      stemmer(key),
      words.map((word) => (word.startsWith('#') ? word : stemmer(word))),
    ]),
  );
}

const wordPattern = /[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*/gu;
const stemsOf = (text: string): string[] =>
  [
    ...text
      .toLowerCase()
      .replaceAll(/['’]s\b/gu, ' ')
      .matchAll(wordPattern),
  ].map(([word]) => stemmer(word));

/** What a fact can be found by. */
export interface FactStems {
  /** Empty for the user. */
  readonly subject: readonly string[];
  readonly relation: readonly string[];
  readonly value: readonly string[];
  /** Kinds of things that it is about: `#animal`, `#person`, and `#name` for the user's own. */
  readonly kinds: readonly string[];
}

export function stemsOfFact(fact: Fact): FactStems {
  const isUser = fact.subject === userSubject;
  const head = singular(fact.relation.split(' ').at(-1) ?? '');
  const valueWords = fact.value.split(' ');
  return {
    subject: isUser ? [] : [...new Set(stemsOf(fact.subject))],
    relation: stemsOf(fact.relation),
    value: stemsOf(fact.value),
    kinds: [
      ...(isAnimal(head) || valueWords.some(isAnimal) ? ['#animal'] : []),
      ...(isPerson(head) || valueWords.some(isPerson) ? ['#person'] : []),
      ...(isUser && fact.relation === 'name' ? ['#name'] : []),
    ],
  };
}

/** A question about facts, read once. */
export interface AskedFacts {
  /** Stems of its words that carry something. */
  readonly asked: ReadonlySet<string>;
  /** What these may mean in a relation, and kinds of things. */
  readonly meant: ReadonlySet<string>;
  readonly isWhere: boolean;
  /** "What is my…" */
  readonly ofUser: boolean;
  /** "What is my name?", and nothing else. */
  readonly onlyName: boolean;
}

export function readAsked(question: string): AskedFacts {
  const words = [
    ...question
      .toLowerCase()
      .slice(0, 400)
      .replaceAll(/['’]s\b/gu, ' ')
      .matchAll(wordPattern),
  ].map(([word]) => word);
  const asked = new Set(words.filter((word) => !empty.has(word)).map((word) => stemmer(word)));
  return {
    asked,
    meant: new Set([...asked].flatMap((stem) => related[stem] ?? [])),
    isWhere: words.includes('where'),
    ofUser: words.some((word) => /^(?:i|my|me|we|our|mine)$/u.test(word)),
    onlyName: asked.size === 0 && (words.includes('name') || words.includes('called')),
  };
}

/**
 * How well a fact answers a question; 0 when it shares nothing with it. Pure.
 * @param ofOthers the question names somebody or something that facts are about
 */
export function scoreOf(
  { subject, relation, value, kinds }: FactStems,
  fact: Fact,
  { asked, meant, isWhere, ofUser, onlyName }: AskedFacts,
  ofOthers: boolean,
): number {
  const isUser = fact.subject === userSubject;
  let score = 0;
  let about = 0;
  for (const stem of relation) {
    if (asked.has(stem)) score += 3;
    else if (meant.has(stem)) score += 2;
  }
  for (const kind of kinds) {
    if (kind !== '#name' && meant.has(kind)) score += 2;
    else if (kind === '#name' && onlyName) score += 4;
  }
  for (const stem of value) if (asked.has(stem)) score += 1.5;
  for (const stem of subject) if (asked.has(stem)) about += 1;
  if (fact.relation === 'located' && isWhere && about > 0) score += 3;
  if (about > 0) score += about + (asked.size <= about ? 1 : 0);
  // Somebody else was asked about, or the user was.
  if (ofOthers && about === 0 && isUser) score *= 0.6;
  if (!isUser && about === 0 && ofUser) score *= 0.5;
  return score;
}
