import type { StoredTurn } from '../types.js';
import { answerOf, frameOf } from './answers.js';
import { opensQuestion, statements, type Clause } from './clauses.js';
import { copulaFacts, nameAt } from './copula.js';
import { correctionOf, slipAt } from './corrections.js';
import type { Finding } from './emit.js';
import { type ExtractedFact, lineOf, userSubject } from './fact.js';
import { instructionFacts } from './instructions.js';
import { placePrepositions, timePrepositions } from './lexicon.js';
import { eventFacts, planFacts } from './plans.js';
import { nameOf, readSubject, refOf, type Reading, type Ref } from './subject.js';
import { loadTagger } from './tagger.js';
import { readSentences, type Sentence } from './tokens.js';
import { mentionedIn } from './mentioned.js';
import { verbFacts } from './verb-frames.js';
import { verbGroup } from './verb-group.js';

export interface ExtractionContext {
  /** The question that the assistant's turn before this one left open. */
  readonly previousQuestion?: string;
  /** What this user's turn before this one said, for "no, I meant Tuesday". */
  readonly previousFacts?: readonly ExtractedFact[];
}

/** Characters of a turn that are read: two minutes of talk, and about 2.5 ms of work. */
export const maxReadCharacters = 2000;
const maxFacts = 24;
const maxValueCharacters = 160;

/**
 * What a turn says about the user and their people and things: triples for always, by grammar alone. Questions,
 * wishes, suppositions, denials and what others are reported to have said give none. Pure; never throws; reads the
 * first {@link maxReadCharacters} of the text. The first call loads the tagger unless `warmUpFacts` did.
 */
export function extractFacts(
  turn: Pick<StoredTurn, 'role' | 'text' | 'turnId' | 'atMs' | 'speaker'>,
  context: ExtractionContext = {},
): ExtractedFact[] {
  if (turn.role !== 'user') return [];
  const text = cut(turn.text);
  if (!/\p{L}/u.test(text)) return [];
  const tag = loadTagger();
  const lowerCase = !/\p{Lu}/u.test(text.replace(/\bI\b/gu, ''));
  const speaker = turn.speaker === undefined || turn.speaker.trim() === '' ? userSubject : turn.speaker;
  const facts: ExtractedFact[] = [];
  const add = (finding: Finding): void => {
    const subject = typeof finding.subject === 'string' ? finding.subject : nameOf(finding.subject, speaker);
    const fact: ExtractedFact = {
      subject,
      relation: finding.relation,
      value: finding.value,
      effect: finding.effect ?? 'holds',
      ...(finding.slot && (finding.effect ?? 'holds') === 'holds' ? { slot: finding.slot } : {}),
      sourceTurn: turn.turnId,
      atMs: turn.atMs,
    };
    if (!isSound(fact) || facts.length >= maxFacts) return;
    if (!facts.some((other) => lineOf(other) === lineOf(fact) && other.effect === fact.effect))
      facts.push(fact);
  };

  const sentences = readSentences(text, tag);
  let mentioned: readonly Ref[] = [];
  const question =
    context.previousQuestion === undefined
      ? undefined
      : readSentences(cut(context.previousQuestion), tag).at(-1);
  if (question) {
    mentioned = mentionedIn(
      question.tokens.map((token) => (token.low === 'your' ? { ...token, low: 'my' } : token)),
      { text: '', lowerCase: false, mentioned: [] },
    );
    for (const finding of answered(question, sentences, text, lowerCase)) add(finding);
  }
  for (const sentence of sentences) {
    const slip = slipAt(sentence.tokens);
    const before = slip > 0 ? sentence.tokens.slice(0, slip - 1) : sentence.tokens;
    const known = facts.length > 0 ? facts : (context.previousFacts ?? []);
    const correction =
      facts.length === 0 && !sentence.asks ? correctionOf(sentence.tokens, text, known) : undefined;
    if (correction && slip < 0) {
      const { fact, value } = correction;
      const corrected: ExtractedFact = {
        ...fact,
        value,
        replaces: fact.value,
        sourceTurn: turn.turnId,
        atMs: turn.atMs,
      };
      if (isSound(corrected)) facts.push(corrected);
      continue;
    }
    const instructions =
      opensQuestion(sentence.tokens) && !/^(?:can|could|will)$/u.test(sentence.tokens[0]?.low ?? '')
        ? []
        : instructionFacts(sentence.tokens, { text, lowerCase, mentioned });
    if (instructions.length > 0) {
      instructions.forEach(add);
      continue;
    }
    mentioned = readClauses({ ...sentence, tokens: before }, { text, lowerCase, mentioned }, add);
    if (slip > 0) {
      const repair = correctionOf(sentence.tokens.slice(slip), text, facts);
      if (repair) facts[facts.indexOf(repair.fact)] = { ...repair.fact, value: repair.value };
      else
        mentioned = readClauses(
          { ...sentence, tokens: sentence.tokens.slice(slip) },
          { text, lowerCase, mentioned },
          add,
        );
    }
  }
  return facts;
}

/** Reads the statements of a sentence; gives who was spoken of. */
function readClauses(sentence: Sentence, reading: Reading, add: (finding: Finding) => void): readonly Ref[] {
  let spoken: Ref[] = [];
  for (const clause of statements(sentence)) {
    const mentioned = spoken.length > 0 ? spoken : reading.mentioned;
    const here: Reading = { ...reading, mentioned };
    const found = clauseFacts(clause, here);
    found.forEach(add);
    for (const ref of mentionedIn(clause, here)) {
      const name = found.find(
        (fact) => ref.kind === 'owned' && fact.relation === ref.noun && fact.effect !== 'ends',
      )?.value;
      const next: Ref =
        name === undefined || ref.kind !== 'owned' ? ref : { kind: 'named', name, noun: ref.noun };
      if (!spoken.some((other) => JSON.stringify(other) === JSON.stringify(next))) spoken.push(next);
    }
    const subject = readSubject(clause, here);
    const ref = subject && refOf(subject);
    if (ref?.kind === 'named' && !spoken.some((other) => other.kind === 'named' && other.name === ref.name))
      spoken = [...spoken, ref];
    const pronoun = subject?.kind === 'ref' && ref?.kind === 'owned' ? ref : undefined;
    if (pronoun && spoken.length === 0) spoken = [pronoun];
  }
  return spoken;
}

/** What one clause says. */
function clauseFacts(clause: Clause, reading: Reading): Finding[] {
  const first = clause[0]?.low ?? '';
  const group0 = /^(?:this|that|it)$/u.test(first) ? verbGroup(clause, 1) : undefined;
  if (first === 'this' && group0?.lemma === 'be') return introduced(clause.slice(group0.end), reading);
  const named = namedNow(clause, reading);
  if (named) return named;
  const favourite = favouriteFirst(clause, reading);
  if (favourite) return favourite;
  const subject = readSubject(clause, reading);
  if (!subject) return [];
  const group = verbGroup(clause, subject.end);
  if (!group) return [];
  const found: Finding[] = [];
  const ref = refOf(subject);
  if (subject.kind === 'noun' && subject.name !== undefined && subject.owner) {
    found.push({ subject: subject.owner, relation: subject.noun, value: subject.name });
  }
  if (group.lemma === 'be') return [...found, ...copulaFacts(subject, group, clause, reading)];
  found.push(...eventFacts(subject, group.verb, clause, group.end, reading.text));
  const plans = planFacts(subject, group, clause, reading.text);
  if (plans.length > 0) return [...found, ...plans];
  return ref ? [...found, ...verbFacts(ref, group, clause, reading)] : found;
}

/** "This is Malik speaking". */
function introduced(rest: Clause, reading: Reading): Finding[] {
  const last = rest.at(-1)?.low ?? '';
  if (!/^(?:speaking|here|again)$/u.test(last) || rest.length > 4) return [];
  const name = rest.slice(0, -1);
  if (!name.every((token) => token.capital) || name.length === 0) return [];
  return [
    {
      subject: { kind: 'self' },
      relation: 'name',
      value: reading.text.slice(name[0]?.start, name.at(-1)?.end),
      slot: 'name',
    },
  ];
}

/** "We named her Pebble": the name of the one animal or child spoken of. */
function namedNow(clause: Clause, reading: Reading): Finding[] | undefined {
  const [who, verb, whom, ...name] = clause;
  if (
    !/^(?:i|we)$/u.test(who?.low ?? '') ||
    !/^(?:named|called|call)$/u.test(verb?.low ?? '') ||
    !/^(?:him|her|it|them)$/u.test(whom?.low ?? '')
  )
    return undefined;
  const ref = reading.mentioned.length === 1 ? reading.mentioned[0] : undefined;
  const value = nameAt(name, reading, false);
  return ref?.kind === 'owned' && value !== '' ? [{ subject: ref.owner, relation: ref.noun, value }] : [];
}

/** "Green tea is my favourite drink": the subject is the value. */
function favouriteFirst(clause: Clause, reading: Reading): Finding[] | undefined {
  const flat = clause.map((token) => token.low).join(' ');
  const found =
    /^(.{2,60}?) (?:is|are|'s) (?:definitely |probably |by far |still |also )?(?:my|our) (favou?rite \w+(?: \w+)?)$/u.exec(
      flat,
    );
  if (!found) return undefined;
  const count = found[1]?.split(' ').length ?? 0;
  const [from, to] = [clause[0], clause[count - 1]];
  const start = /^(?:the|a|an)$/u.test(from?.low ?? '') ? clause[1] : from;
  if (
    !start ||
    !to ||
    /^(?:that|this|it|what|which|he|she|they|these|those)$/u.test(start.low) ||
    /favou?rite (?:thing|part|one)/u.test(found[2] ?? '')
  )
    return undefined;
  return [
    {
      subject: { kind: 'self' },
      relation: (found[2] ?? '').replace('favorite', 'favourite'),
      value: reading.text.slice(start.start, to.end),
      slot: 'preference',
    },
  ];
}

/** What an answer says together with its question. */
function answered(
  question: Sentence,
  sentences: readonly Sentence[],
  text: string,
  lowerCase: boolean,
): Finding[] {
  const frame = frameOf(question.tokens);
  const first = sentences[0];
  if (!frame || !first || first.asks || opensQuestion(first.tokens)) return [];
  const candidates = [
    first,
    ...(first.tokens.length <= 2 && sentences[1] && !sentences[1].asks ? [sentences[1]] : []),
  ];
  for (const sentence of candidates) {
    const answer = answerOf(sentence.tokens, frame);
    if (answer.kind === 'none') continue;
    const words =
      answer.kind === 'value' ? text.slice(answer.tokens[0]?.start, answer.tokens.at(-1)?.end) : '';
    const lead = (answer.kind === 'yes' ? (frame.yes ?? frame.before) : frame.before)
      .join(' ')
      .replaceAll(" '", "'");
    const verb = frame.before.at(-1) ?? '';
    const isPlace = /^(?:where)$/u.test(question.tokens.find((token) => token.low === 'where')?.low ?? '');
    const bareAnswer =
      answer.kind === 'value' &&
      !placePrepositions.has(answer.tokens[0]?.low ?? '') &&
      !timePrepositions.has(answer.tokens[0]?.low ?? '');
    const link =
      isPlace && bareAnswer && /^(?:live|lives|work|works|study|studies)$/u.test(verb)
        ? verb.startsWith('live')
          ? ' in '
          : ' at '
        : ' ';
    const composed = `${lead}${link}${words}`.trim();
    const [statement] = readSentences(composed, loadTagger());
    if (!statement) continue;
    const found: Finding[] = [];
    readClauses(statement, { text: composed, lowerCase, mentioned: [] }, (finding) => found.push(finding));
    if (found.length > 0) return found;
  }
  return [];
}

function isSound({ subject, relation, value }: ExtractedFact): boolean {
  if (
    value === '' ||
    value.length > maxValueCharacters ||
    relation === '' ||
    relation.length > maxValueCharacters
  )
    return false;
  if (!/[\p{L}\p{N}]/u.test(value) || subject.length > maxValueCharacters) return false;
  return !(relation === 'name' && value.toLowerCase() === subject.toLowerCase());
}

/** The part that is read, without half a surrogate pair at its end. */
function cut(text: string): string {
  return text.slice(0, maxReadCharacters).replace(/[\ud800-\udbff]$/u, '');
}
