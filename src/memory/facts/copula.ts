import type { Finding } from './emit.js';
import {
  animals,
  attributes,
  canBeNamed,
  dose,
  events,
  isAnimal,
  isNumber,
  lastingAdjectives,
  nationality,
  notTrades,
  objects,
  passing,
  people,
  personSuffix,
  placePrepositions,
  possessions,
  possessives,
  secrets,
  singular,
} from './lexicon.js';
import {
  afterAdverbs,
  bare,
  bareTime,
  headOf,
  isMark,
  nounPhrase,
  phraseList,
  timePhrase,
} from './phrases.js';
import { isNameLike, nounOf, refOf, type Reading, type Ref, type Subject } from './subject.js';
import { loadTagger } from './tagger.js';
import { wordsOf, type Token } from './tokens.js';
import type { VerbGroup } from './verb-group.js';

const adjectiveOf = (head: string): boolean => lastingAdjectives.has(head) || nationality.test(head);
const isTrade = (head: string): boolean => personSuffix.test(head) && !notTrades.has(head);
const notPlaces = new Set(
  'details detail shop repair wash works eye sand trouble charge danger mood mess head mind love shape hurry pain bed air case fact general common time touch control pieces'.split(
    ' ',
  ),
);

/** What "X is Y" says. */
export function copulaFacts(
  subject: Subject,
  group: VerbGroup,
  tokens: readonly Token[],
  reading: Reading,
): Finding[] {
  if (group.negated || group.unreal || group.ended || group.future || !group.present) return [];
  const rest = tokens.slice(afterAdverbs(tokens, group.end));
  const low = rest[0]?.low ?? '';
  const ref = refOf(subject);
  if (rest.length === 0) return [];
  const facts =
    (low === 'called' || low === 'named' ? naming(subject, rest.slice(1), reading) : undefined) ??
    (ref && subject.kind === 'noun' && subject.noun === 'name'
      ? naming(subject, rest, reading)
      : undefined) ??
    inverted(subject, rest, reading) ??
    (subject.kind === 'noun' ? valued(subject, rest, reading) : undefined) ??
    (ref ? described(ref, subject, rest, reading) : undefined);
  return facts ?? [];
}

/** "... is called X", "... name is X". */
function naming(subject: Subject, rest: readonly Token[], reading: Reading): Finding[] | undefined {
  const value = nameAt(rest, reading, true);
  if (value === '') return undefined;
  // "My name is mud": names are written with a capital where anything is.
  if (
    !reading.lowerCase &&
    !/^\p{Lu}/u.test(value) &&
    subject.kind === 'noun' &&
    subject.noun === 'name' &&
    subject.owner?.kind === 'self'
  )
    return [];
  if (subject.kind === 'ref') {
    if (subject.ref.kind === 'self') return [{ subject: subject.ref, relation: 'name', value, slot: 'name' }];
    if (subject.ref.kind === 'owned')
      return [{ subject: subject.ref.owner, relation: nameable(subject.ref.noun), value }];
    return undefined;
  }
  if (!subject.owner)
    return subject.noun === 'name'
      ? [{ subject: { kind: 'self' }, relation: 'name', value, slot: 'name' }]
      : undefined;
  if (subject.noun !== 'name') return [{ subject: subject.owner, relation: nameable(subject.noun), value }];
  if (subject.owner.kind === 'self')
    return [{ subject: subject.owner, relation: 'name', value, slot: 'name' }];
  if (subject.owner.kind === 'owned')
    return [{ subject: subject.owner.owner, relation: nameable(subject.owner.noun), value }];
  return undefined;
}

const nameable = (noun: string): string => {
  const parts = noun.split(' ');
  const last = parts.at(-1) ?? '';
  return canBeNamed(last) ? [...parts.slice(0, -1), singular(last)].join(' ') : noun;
};

/** The name that begins the rest of a clause. `sure` when the grammar leaves no doubt that it is one. */
export function nameAt(rest: readonly Token[], reading: Reading, sure: boolean): string {
  const end = rest.findIndex(
    (token) =>
      isMark(token) ||
      /^(?:and|but|now|because|so|by|after|who|which|in|on|at|from|with|too|please|speaking|here|though|like)$/u.test(
        token.low,
      ),
  );
  let name = end < 0 ? rest : rest.slice(0, end);
  const small = name.findIndex(
    (token, i) =>
      i > 0 && !token.capital && !/^(?:de|la|le|van|von|der|del|da|al|el|bin|di|of|the)$/u.test(token.low),
  );
  if (sure && name[0]?.capital === true && small > 0) name = name.slice(0, small);
  if (name.length === 0 || name.length > 4) return '';
  if (isNameLike(name, reading.lowerCase)) return wordsOf(reading.text, name);
  const one = name[0];
  const isOne =
    sure &&
    name.length === 1 &&
    one !== undefined &&
    /^\p{L}/u.test(one.low) &&
    /^(?:NOUN|PROPN|X|ADJ|VERB|INTJ)$/u.test(one.tag) &&
    !/ing$|^(?:not|so|too|very|really|hard|difficult|important|secret|boring|funny|weird|unusual|common)$/u.test(
      one.low,
    );
  return isOne ? wordsOf(reading.text, name) : '';
}

/** "Potola is my dog", "green tea is my favourite drink". */
function inverted(subject: Subject, rest: readonly Token[], reading: Reading): Finding[] | undefined {
  if (subject.kind !== 'ref' || subject.ref.kind !== 'named') return undefined;
  const isOwned = /^(?:my|our)$/u.test(rest[0]?.low ?? '') || rest[1]?.low === "'s";
  const phrase = nounPhrase(rest, 0);
  if (!isOwned || phrase.length === 0) return undefined;
  const noun = nounOf(phrase, reading);
  if (noun?.kind !== 'noun' || !noun.owner || noun.name !== undefined) return undefined;
  if (!canBeNamed(noun.head) && !noun.noun.startsWith('favourite ')) return undefined;
  return [{ subject: noun.owner, relation: noun.noun, value: subject.ref.name, ...slotOf(noun.noun) }];
}

const slotOf = (relation: string): { slot?: 'preference' } =>
  relation.startsWith('favourite') ? { slot: 'preference' } : {};

/** Appointments, codes, favourites, names of one's people, places of one's things. */
function valued(
  subject: Extract<Subject, { kind: 'noun' }>,
  rest: readonly Token[],
  reading: Reading,
): Finding[] | undefined {
  const { noun, head } = subject;
  if (/^(?:one|ones)$/u.test(head)) return [];
  const owner: Ref = subject.owner ?? { kind: 'self' };
  const fact = (value: readonly Token[], extra: Partial<Finding> = {}): Finding[] => [
    { subject: owner, relation: noun, value: wordsOf(reading.text, value), ...extra },
  ];
  const time = timePhrase(rest, 0);
  if (events.has(head))
    return time.length > 0 &&
      !/^(?:tonight|today)$/u.test(wordsOf(reading.text, time)) &&
      (subject.owner ?? !/^(?:show|game|match|play|concert|race)$/u.test(head))
      ? fact(bareTime(time))
      : [];
  if (secrets.has(head)) {
    const value = rest.slice(0, endOfValue(rest));
    const isPlain =
      value.length === 1 &&
      /^(?:ADJ|VERB|ADV)$/u.test(value[0]?.tag ?? '') &&
      !/\d/u.test(value[0]?.low ?? '');
    const isValue =
      !isPlain &&
      value.length > 0 &&
      value.length <= 12 &&
      !/^(?:ADV|ADP|DET|PRON|SCONJ|AUX)$/u.test(value[0]?.tag ?? '') &&
      !/^(?:wrong|right|correct|incorrect|secret|old|new|different|low|high|too|long|short|easy|hard|great|gone|lost)$/u.test(
        value[0]?.low ?? '',
      );
    return isValue ? fact(value) : [];
  }
  if (noun.startsWith('favourite ') && head !== 'thing' && head !== 'part') {
    if (subject.owner === undefined) return [];
    const value = bare(nounPhrase(rest, 0));
    const all = value.length > 0 ? value : rest.slice(0, endOfValue(rest));
    return all.length > 0 && all.length <= 8 && !/^(?:PRON|SCONJ|ADV)$/u.test(all[0]?.tag ?? '')
      ? fact(all, { slot: 'preference' })
      : [];
  }
  const isPart = /^(?:parked|stored|kept|hidden|hanging|lying|sitting|always|usually)$/u.test(
    rest[0]?.low ?? '',
  );
  const place = placeAt(rest, isPart ? 1 : 0);
  if (place.length > 0) {
    return objects.has(head) || (isPart && !canBeNamed(head))
      ? [
          {
            subject: subject.owner ? { kind: 'owned', owner, noun } : noun,
            relation: 'located',
            value: wordsOf(reading.text, place),
          },
        ]
      : [];
  }
  if (subject.owner && canBeNamed(head) && subject.name === undefined) {
    const name = nameAt(rest, reading, false);
    const names = phraseList(rest, 0).phrases;
    if (names.length > 1 && names.every((phrase) => isNameLike(phrase, false))) {
      return names.map((phrase) => ({
        subject: owner,
        relation: nameable(noun),
        value: wordsOf(reading.text, phrase),
      }));
    }
    if (name !== '') return [{ subject: owner, relation: noun, value: name }];
  }
  if (subject.owner && attributes.has(head)) {
    if (time.length > 0 && head !== 'age') return fact(bareTime(time));
    const value = bare(rest.slice(0, endOfValue(rest)));
    const first = value[0];
    const isValue =
      first !== undefined &&
      value.length <= 8 &&
      (/^(?:PROPN|NUM)$/u.test(first.tag) ||
        isNumber(first.low) ||
        first.capital ||
        (/^(?:NOUN|X)$/u.test(first.tag) &&
          /^(?:job|hobby|sign|type|size|allergy|allergies|language|religion|degree|major|team|nickname|profession|occupation)$/u.test(
            head,
          )));
    return isValue ? fact(value) : [];
  }
  return undefined;
}

/** Index of the mark or word that ends a value of free form. */
function endOfValue(rest: readonly Token[]): number {
  const end = rest.findIndex(
    (token, i) =>
      (isMark(token) && !(token.low === '-' || token.low === '#' || token.low === '+')) ||
      (i > 0 && /^(?:and|but|because|so|now|by|please|though|if|when|which|who|too)$/u.test(token.low)),
  );
  return end < 0 ? rest.length : end;
}

/** "in the top drawer of my desk". Empty for "in trouble" and "in my head". */
export function placeAt(tokens: readonly Token[], i: number): readonly Token[] {
  let at = afterAdverbs(tokens, i);
  const start = at;
  if (!placePrepositions.has(tokens[at]?.low ?? '')) return [];
  at++;
  if (tokens[start]?.low === 'next' && tokens[at]?.low === 'to') at++;
  else if (tokens[start]?.low === 'next') return [];
  if (/^(?:front|top|back)$/u.test(tokens[at]?.low ?? '') && tokens[at + 1]?.low === 'of') at += 2;
  const phrase = nounPhrase(tokens, at);
  const head = headOf(phrase)?.low ?? '';
  if (phrase.length === 0 || notPlaces.has(head) || timePhrase(tokens, start).length > 0) return [];
  return tokens.slice(start, at + phrase.length);
}

/** What someone is: a trade, an age, an allergy, where from, married to whom. */
function described(
  ref: Ref,
  subject: Subject,
  rest: readonly Token[],
  reading: Reading,
): Finding[] | undefined {
  const low = rest[0]?.low ?? '';
  const noun = ref.kind === 'self' ? undefined : ref.noun;
  const isBeing = subject.kind === 'ref' || canBeNamed(subject.head);
  const fact = (relation: string, value: readonly Token[], extra: Partial<Finding> = {}): Finding[] =>
    value.length === 0 ? [] : [{ subject: ref, relation, value: wordsOf(reading.text, value), ...extra }];
  if (!isBeing) {
    const made = bare(nounPhrase(rest, 0));
    return /^(?:a|an)$/u.test(low) &&
      possessions.has(
        singular(noun ?? '')
          .split(' ')
          .at(-1) ?? '',
      ) &&
      made.some((token) => token.tag === 'PROPN')
      ? fact('is', made)
      : undefined;
  }
  if (low === 'allergic' && rest[1]?.low === 'to') {
    return phraseList(rest, 2)
      .phrases.filter(
        (phrase) =>
          !/^(?:work|bullshit|mondays|you|exercise|effort|nonsense|stupidity)$/u.test(
            headOf(phrase)?.low ?? '',
          ),
      )
      .flatMap((phrase) => fact('allergic to', bare(phrase), { slot: 'allergy' }));
  }
  if (/^(?:married|engaged)$/u.test(low) && rest[1]?.low === 'to') {
    const name = nounPhrase(rest, 2);
    return isNameLike(name, reading.lowerCase) ? fact(`${low} to`, name) : [];
  }
  if (low === 'from' && rest.length > 1) {
    const place = bare(nounPhrase(rest, 1));
    return place.some((token) => token.tag === 'PROPN' || token.capital) ||
      (reading.lowerCase && place.length === 1)
      ? fact('from', place)
      : [];
  }
  if (/^(?:afraid|scared|terrified|frightened)$/u.test(low) && rest[1]?.low === 'of') {
    const feared = bare(nounPhrase(rest, 2));
    return feared.length > 0 &&
      !/^(?:your|this|that)$/u.test(feared[0]?.low ?? '') &&
      !(feared[0]?.low ?? '').endsWith('ing')
      ? fact('afraid of', feared)
      : [];
  }
  if (low === 'into') {
    return phraseList(rest, 1).phrases.flatMap((phrase) =>
      fact('likes', bare(phrase), { slot: 'preference' }),
    );
  }
  if (isNumber(low)) return aged(rest, fact);
  const phrase = nounPhrase(rest, 0);
  const head = headOf(phrase)?.low ?? '';
  if (/^(?:a|an)$/u.test(low)) {
    const value = bare(phrase);
    const fan = rest.findIndex((token) => token.low === 'fan');
    if (fan > 0 && rest[fan + 1]?.low === 'of') {
      const liked = nounPhrase(rest, fan + 2);
      return liked.length > 0 && !possessives.has(liked[0]?.low ?? '')
        ? fact('likes', bare(liked), { slot: 'preference' })
        : [];
    }
    const isBreed =
      noun !== undefined &&
      isAnimal(noun.split(' ').at(-1) ?? '') &&
      (animals.has(singular(head)) ||
        value.some((token) => token.capital) ||
        /(?:mix|doodle|shepherd|mutt|tabby|siamese|shorthair|cross|rottweiler|dane|rescue)$/u.test(head));
    const lasting =
      isTrade(head) ||
      adjectiveOf(head) ||
      (people.has(head) && /^(?:parent|twin|nurse|doctor|lawyer|student|teacher)$/u.test(head));
    const isLoose = rest
      .slice(phrase.length)
      .some((token) => /^(?:at|of|when|who|that|about)$/u.test(token.low) && token.low !== 'at');
    return isBreed ||
      (lasting &&
        !isLoose &&
        !value.some((token) =>
          /^(?:bit|little|total|complete|real|such|huge|terrible|bad|good|great|fast|slow|quick|bloody|happy|lucky|sad|hard|heavy|light|picky|poor|lazy)$/u.test(
            token.low,
          ),
        ))
      ? fact('is', value)
      : [];
  }
  const adjectives = rest.slice(0, 3);
  const at = adjectives.findIndex((token) => adjectiveOf(token.low));
  if (
    at >= 0 &&
    adjectives
      .slice(0, at)
      .every(
        (token) =>
          /^(?:NOUN|ADJ|ADV|PROPN)$/u.test(token.tag) && !/^(?:happy|sad|feeling|so|too)$/u.test(token.low),
      )
  ) {
    return fact('is', adjectives.slice(0, at + 1));
  }
  // "I'm Priya": a capital that begins no sentence.
  if (ref.kind === 'self' && !reading.lowerCase) {
    const name = nameAt(rest, reading, false);
    const tag = rest[0]?.tag;
    if (
      name !== '' &&
      rest[0]?.capital === true &&
      /^(?:PROPN|NOUN|X)$/u.test(tag ?? '') &&
      !passing.has(low) &&
      !isAdjective(low)
    )
      return [{ subject: ref, relation: 'name', value: name, slot: 'name' }];
  }
  return undefined;
}

/** What the tagger takes for an adjective when it is written small: "I'm Fine" is no introduction. */
const isAdjective = (low: string): boolean =>
  /^(?:ADJ|ADV|VERB)$/u.test(loadTagger()(['I', 'am', low])[2] ?? '');

/** "five years old", "31", but not "five minutes late". */
function aged(
  rest: readonly Token[],
  fact: (relation: string, value: readonly Token[]) => Finding[],
): Finding[] {
  let end = 0;
  while (isNumber(rest[end]?.low ?? '')) end++;
  const next = rest[end]?.low ?? '';
  const isAge =
    (/^(?:years?|months?|weeks?)$/u.test(next) && rest[end + 1]?.low === 'old') ||
    (next === '' && end <= 3) ||
    (isMark(rest[end]) && next === ',') ||
    /^(?:now|and|already)$/u.test(next);
  const first = rest[0]?.low ?? '';
  if (!isAge || dose.test(next) || /[.:/]/u.test(first) || Number(first) > 120) return [];
  return fact(
    'age',
    next.startsWith('month') || next.startsWith('week') ? rest.slice(0, end + 1) : rest.slice(0, end),
  );
}
