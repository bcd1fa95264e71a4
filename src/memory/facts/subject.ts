import {
  animals,
  attributes,
  beForms,
  canBeNamed,
  events,
  fictional,
  isNumber,
  modals,
  months,
  objects,
  passing,
  pastBe,
  possessions,
  prepositions,
  secrets,
  singular,
  subjectPronouns,
  thirdPersons,
  timeNouns,
  weekdays,
} from './lexicon.js';
import { isMark } from './phrases.js';
import type { Token } from './tokens.js';
import { verbForm } from './verb-forms.js';

/** Someone, or something someone has. */
export type Ref =
  | { readonly kind: 'self' }
  | { readonly kind: 'named'; readonly name: string; readonly noun?: string }
  | { readonly kind: 'owned'; readonly owner: Ref; readonly noun: string };

/** What a clause is about. */
export type Subject =
  | { readonly kind: 'ref'; readonly ref: Ref; readonly end: number }
  | {
      readonly kind: 'noun';
      /** Absent after "the". */
      readonly owner?: Ref;
      /** Lower case: `favourite food`, `mother in law`. */
      readonly noun: string;
      /** Its last noun: `food`. */
      readonly head: string;
      /** "my sister Julia". */
      readonly name?: string;
      readonly end: number;
    };

/** What the reading of a clause may look at. */
export interface Reading {
  readonly text: string;
  /** The source has no capital letter, so that names cannot be told by them. */
  readonly lowerCase: boolean;
  /** People and animals spoken of in this or the last sentence, by the latest mention last. */
  readonly mentioned: readonly Ref[];
}

const self: Ref = { kind: 'self' };
const female = new Set(
  'mother mom mum mama mommy mummy sister daughter wife girlfriend fiancee fiancée grandmother grandma granny nana granddaughter aunt auntie niece landlady stepmother stepmom stepmum stepdaughter stepsister godmother hen cow'.split(
    ' ',
  ),
);
const male = new Set(
  'father dad papa daddy brother son husband boyfriend fiance fiancé grandfather grandpa grandad granddad grandson uncle nephew landlord stepfather stepdad stepson stepbrother godfather'.split(
    ' ',
  ),
);

/** Who a pronoun stands for, when only one can be meant. */
export function antecedent(pronoun: string, mentioned: readonly Ref[]): Ref | undefined {
  const fits = mentioned.filter((ref) => {
    const noun = ref.kind === 'self' ? undefined : ref.noun;
    const base = noun === undefined ? undefined : singular(noun.split(' ').at(-1) ?? '');
    if (/^(?:she|her)$/u.test(pronoun)) return base === undefined || !male.has(base);
    if (/^(?:he|his)$/u.test(pronoun)) return base === undefined || !female.has(base);
    if (/^(?:it|its)$/u.test(pronoun)) return base !== undefined && animals.has(base);
    return base !== undefined;
  });
  return fits.length === 1 ? fits[0] : undefined;
}

/** Words that can be a name: capitals, or in a text without any, a noun that is no common one. */
export function isNameLike(tokens: readonly Token[], lowerCase: boolean): boolean {
  return (
    tokens.length > 0 &&
    tokens.length <= 4 &&
    tokens.every((token, i) => {
      if (
        isNumber(token.low) ||
        isCalendar(token.low) ||
        prepositions.has(token.low) ||
        !/^\p{L}/u.test(token.low)
      ) {
        return /^(?:of|the)$/u.test(token.low) && i > 0 && i < tokens.length - 1;
      }
      if (token.capital) return true;
      if (!lowerCase) return i > 0 && /^(?:de|la|le|van|von|der|del|da|al|el|bin|di)$/u.test(token.low);
      return /^(?:NOUN|PROPN|X)$/u.test(token.tag) && !isCommon(token.low) && tokens.length <= 2;
    })
  );
}

const isCalendar = (low: string): boolean => weekdays.has(low) || months.has(low) || timeNouns.has(low);
const isCommon = (low: string): boolean =>
  canBeNamed(low) || attributes.has(low) || events.has(low) || possessions.has(low) || objects.has(low) || passing.has(low) || secrets.has(low) ||
  /(?:ing|ed|ness|ment|tion|ble|ful|ous|ly|less|ship|hood)$/u.test(low) || verbForm(low) !== undefined ||
  /^(?:family|trouble|fun|love|life|everything|nothing|stuff|people|things?|time|work|home|school|money|mad|sick|ill|here|fine|okay|ok|cool|gone|asleep|weird|great|nice|good|bad|sure|sorry|next|gold|black|white|red|blue|green|brown|grey|gray|old|young|dead|mine|yours|hers|cute|sweet|pretty|hungry|busy|late|home|back|done|not|too|very|so|rain)$/u.test(low); // prettier-ignore

/** The subject at the beginning of a clause; undefined for one that is of no interest, or that nobody can resolve. */
export function readSubject(tokens: readonly Token[], reading: Reading): Subject | undefined {
  const first = tokens[0];
  if (!first) return undefined;
  if (first.low === 'i' || first.low === 'we') return { kind: 'ref', ref: self, end: 1 };
  if (thirdPersons.has(first.low)) {
    const ref = antecedent(first.low, reading.mentioned);
    return ref && { kind: 'ref', ref, end: 1 };
  }
  if (subjectPronouns.has(first.low)) return undefined;
  const end = endOfSubject(tokens);
  if (end === 0) return undefined;
  return nounOf(tokens.slice(0, end), reading, end);
}

/** Reads `my sister Julia`, `Anna's husband`, `the name of my sister`; all tokens belong to it. */
export function nounOf(tokens: readonly Token[], reading: Reading, end = tokens.length): Subject | undefined {
  const of = tokens.findIndex((token) => token.low === 'of');
  if (of > 0 && /^(?:the )?(?:\w+ )?(?:name|birthday|age|number)$/u.test(lowsOf(tokens.slice(0, of)))) {
    const whose = nounOf(tokens.slice(of + 1), reading);
    const noun = lowsOf(tokens.slice(0, of)).replace(/^the /u, '');
    const owner = whose && refOf(whose);
    return owner && { kind: 'noun', owner, noun, head: noun.split(' ').at(-1) ?? noun, end };
  }
  let rest = tokens;
  let owner: Ref | undefined;
  const low = rest[0]?.low ?? '';
  if (low === 'my' || low === 'our') owner = self;
  else if (/^(?:his|her|their|its)$/u.test(low)) {
    owner = antecedent(low, reading.mentioned);
    if (!owner) return undefined;
  } else if (low === 'the') owner = undefined;
  else {
    // A name, alone or with what is its own.
    const mark = rest.findIndex((token) => token.low === "'s");
    const name = mark < 0 ? rest : rest.slice(0, mark);
    const isName =
      name.every((token) => token.tag === 'PROPN' && token.capital) &&
      isNameLike(name, reading.lowerCase) &&
      name.length <= 2;
    if (mark < 0) {
      if (isName && name.length === 1 && !fictional.has(name[0]?.low ?? ''))
        return { kind: 'ref', ref: { kind: 'named', name: spell(name) }, end };
      return tokens.length <= 3 && tokens.some((token) => events.has(token.low))
        ? noun(rest, undefined, reading, end)
        : undefined;
    }
    if (!isName) return undefined;
    owner = { kind: 'named', name: spell(name) };
    return noun(rest.slice(mark + 1), owner, reading, end);
  }
  rest = rest.slice(1);
  return noun(rest, owner, reading, end);
}

function noun(
  tokens: readonly Token[],
  owner: Ref | undefined,
  reading: Reading,
  end: number,
): Subject | undefined {
  const mark = tokens.findIndex((token) => token.low === "'s");
  if (mark > 0 && tokens.length > mark + 1 && !isTitled(tokens, mark)) {
    const whose = noun(tokens.slice(0, mark), owner ?? self, reading, mark);
    return whose && noun(tokens.slice(mark + 1), refOf(whose), reading, end);
  }
  const plain = tokens.filter((token) => !isMark(token));
  const of = plain.findIndex(
    (token, i) => i > 0 && prepositions.has(token.low) && plain[i + 1]?.low !== 'law',
  );
  const core = of > 0 && !/^(?:with|for)$/u.test(plain[of]?.low ?? '') ? plain.slice(0, of) : plain;
  if (core.length === 0 || core.length > 7) return undefined;
  const person = core.findIndex((token, i) => canBeNamed(token.low) && core[i + 1]?.low !== 'in');
  const law = core.findIndex((token, i) => token.low === 'law' && core[i - 1]?.low === 'in');
  const at = Math.max(person, law);
  if (at >= 0 && at < core.length - 1) {
    const behind = core.slice(at + 1);
    const low = behind.map((token) => token.low).join(' ');
    const owns = behind.at(-1)?.low ?? '';
    if (attributes.has(owns) && owner && behind.length <= 2) {
      // "my dog name", "my brothers name": the apostrophe was lost.
      const whose = core.slice(0, at + 1);
      const ref: Ref = {
        kind: 'owned',
        owner,
        noun: label(whose.map((token, i) => (i === whose.length - 1 ? singular(token.low) : token.low))),
      };
      return { kind: 'noun', owner: ref, noun: label([low]), head: owns, end };
    }
    if (owner && isNameLike(behind, reading.lowerCase)) {
      return {
        kind: 'noun',
        owner,
        noun: labelOf(core.slice(0, at + 1)),
        head: core[at]?.low ?? '',
        name: spell(behind),
        end,
      };
    }
  }
  const headAt = of > 0 ? Math.min(of, core.length) - 1 : core.length - 1;
  const head = core[headAt]?.low ?? '';
  return { kind: 'noun', ...(owner ? { owner } : {}), noun: labelOf(core), head, end };
}

/** "doctor's appointment": the possessive is part of the noun. */
const isTitled = (tokens: readonly Token[], mark: number): boolean =>
  events.has(tokens.at(-1)?.low ?? '') &&
  !/^(?:birthday|anniversary|wedding|graduation|funeral)$/u.test(tokens.at(-1)?.low ?? '') &&
  mark > 0;

const labelOf = (tokens: readonly Token[]): string =>
  label(
    tokens.map((token) =>
      /^(?:pin|id|iban)$/u.test(token.low)
        ? token.low
        : token.capital && token.tag === 'PROPN'
          ? token.text
          : token.low,
    ),
  );
export const label = (parts: readonly string[]): string =>
  parts
    .join(' ')
    .replace(/\bfavorite\b/gu, 'favourite')
    .replaceAll(" 's", "'s")
    .trim();
const spell = (tokens: readonly Token[]): string => tokens.map((token) => token.text).join(' ');
const lowsOf = (tokens: readonly Token[]): string => tokens.map((token) => token.low).join(' ');

/** Whom a subject stands for. */
export function refOf(subject: Subject): Ref | undefined {
  if (subject.kind === 'ref') return subject.ref;
  if (subject.name !== undefined) return { kind: 'named', name: subject.name, noun: subject.noun };
  return subject.owner && { kind: 'owned', owner: subject.owner, noun: subject.noun };
}

/** `1`, `Anna`, `1's sister`. */
export function nameOf(ref: Ref, speaker: string): string {
  switch (ref.kind) {
    case 'self':
      return speaker;
    case 'named':
      return ref.name;
    case 'owned':
      return `${nameOf(ref.owner, speaker)}'s ${ref.noun}`;
  }
}

/** Where the subject ends and its verb begins; 0 when there is no verb. */
function endOfSubject(tokens: readonly Token[]): number {
  for (let i = 1; i < tokens.length; i++) {
    const token = tokens[i];
    if (!token) break;
    if (token.low === "'s") {
      if (isBe(tokens, i)) return i;
    } else if (isMark(token)) {
      // "my wife, Lena, is": a name between commas.
      const close = tokens.findIndex((other, k) => k > i && isMark(other));
      if (token.low !== ',' || close < 0 || close > i + 3) return 0;
    } else if (isFinite(tokens, i)) return i;
  }
  return 0;
}

function isFinite(tokens: readonly Token[], i: number): boolean {
  const token = tokens[i];
  if (!token) return false;
  const { low, tag } = token;
  if (
    beForms.has(low) ||
    pastBe.has(low) ||
    modals.has(low) ||
    /^(?:do|does|did|have|has|had|not|never)$/u.test(low)
  )
    return true;
  if (low === 'no' && tokens[i + 1]?.low === 'longer') return true;
  if (/^(?:also|just|really|always|still|now|recently|absolutely)$/u.test(low) && i > 1) return true;
  if (token.capital && i > 0) return false;
  const form = verbForm(low)?.form;
  if (form === 's' || form === 'past') return true;
  if (form === 'base' && tag === 'VERB') return true;
  if (form === 'base' && (tokens[i - 1]?.low ?? '').endsWith('s')) return true;
  return tag === 'VERB' && !low.endsWith('ing');
}

/** True when `'s` is short for "is" or "has" rather than a possessive. */
function isBe(tokens: readonly Token[], i: number): boolean {
  const next = tokens[i + 1]?.low ?? '';
  if (
    /^(?:a|an|the|my|our|not|n't|called|named|in|on|at|from|under|allergic|married|got|been|no|actually|just|now|retired|very|really|gone)$/u.test(
      next,
    )
  )
    return true;
  for (let k = i + 1; k < Math.min(i + 7, tokens.length); k++) {
    if (k > i + 1 && (isFinite(tokens, k) || tokens[k]?.low === "'s")) return false;
    if (isMark(tokens[k])) break;
  }
  return true;
}
