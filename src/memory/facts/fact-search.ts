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

interface Stems {
  readonly subject: readonly string[];
  readonly relation: readonly string[];
  readonly value: readonly string[];
}
/** Stemming costs more than comparing, and a fact is asked for again and again. */
const stemsByFact = new WeakMap<Fact, Stems>();

function stemsOfFact(fact: Fact): Stems {
  let stems = stemsByFact.get(fact);
  if (!stems) {
    const subject = fact.subject === userSubject ? [] : stemsOf(fact.subject);
    stems = { subject, relation: stemsOf(fact.relation), value: stemsOf(fact.value) };
    stemsByFact.set(fact, stems);
  }
  return stems;
}

/** How well facts answer a question, best first; facts that share nothing with it are left out. Pure. */
export function scoreFor(question: string, facts: readonly Fact[]): { fact: Fact; score: number }[] {
  const words = [
    ...question
      .toLowerCase()
      .slice(0, 400)
      .replaceAll(/['’]s\b/gu, ' ')
      .matchAll(wordPattern),
  ].map(([word]) => word);
  const asked = new Set(words.filter((word) => !empty.has(word)).map((word) => stemmer(word)));
  const isWhere = words.includes('where');
  const ofUser = words.some((word) => /^(?:i|my|me|we|our|mine)$/u.test(word));
  const asksName = words.includes('name') || words.includes('called');
  const meant = new Set([...asked].flatMap((stem) => related[stem] ?? []));
  const others = new Set(facts.flatMap((fact) => stemsOfFact(fact).subject));
  const askedOthers = [...asked].filter((stem) => others.has(stem));
  const found: { fact: Fact; score: number }[] = [];
  for (const fact of facts) {
    const isUser = fact.subject === userSubject;
    const { subject, relation, value } = stemsOfFact(fact);
    const head = singular(fact.relation.split(' ').at(-1) ?? '');
    let score = 0;
    let about = 0;
    for (const stem of relation) {
      if (asked.has(stem)) score += 3;
      else if (meant.has(stem)) score += 2;
    }
    if (meant.has('#animal') && (isAnimal(head) || fact.value.split(' ').some(isAnimal))) score += 2;
    if (meant.has('#person') && (isPerson(head) || fact.value.split(' ').some(isPerson))) score += 2;
    for (const stem of value) if (asked.has(stem)) score += 1.5;
    for (const stem of new Set(subject)) if (asked.has(stem)) about += 1;
    if (fact.relation === 'located' && isWhere && about > 0) score += 3;
    if (fact.relation === 'name' && asksName && isUser && asked.size === 0) score += 4;
    if (about > 0) score += about + (asked.size <= about ? 1 : 0);
    if (score === 0) continue;
    // Somebody else was asked about, or the user was.
    if (askedOthers.length > 0 && about === 0 && isUser) score *= 0.6;
    if (!isUser && about === 0 && ofUser) score *= 0.5;
    found.push({ fact, score });
  }
  return found.sort((a, b) => b.score - a.score || b.fact.sourceTurn - a.fact.sourceTurn);
}
