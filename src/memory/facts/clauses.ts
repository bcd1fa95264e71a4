import {
  adverbs,
  articles,
  beForms,
  fillers,
  hedges,
  modals,
  pastBe,
  possessives,
  subjectPronouns,
} from './lexicon.js';
import { isMark } from './phrases.js';
import type { Sentence, Token } from './tokens.js';
import { verbForm } from './verb-forms.js';

/** A clause that states something: what is asked, supposed, wished or reported is not among them. */
export type Clause = readonly Token[];

const joins = new Set(
  'and but so because cause since then though although plus or while when where if that who which whereas'.split(
    ' ',
  ),
);
/** Clauses that begin so say when or where something is, not that it is. */
const subordinate = new Set(
  'when while where that who which whose until before after once as than like or if whether unless what how why whenever'.split(
    ' ',
  ),
);
/** After one of these nothing in the sentence is a fact. */
const unreal = new Set(
  'wish wishes wished hope hopes hoping hoped suppose supposing imagine imagining pretend pretending dream dreamt dreamed dreams wonder wonders wondering doubt wether'.split(
    ' ',
  ),
);
const reports = new Set(
  'say says said tell tells told think thinks thought believe believes believed hear heard claim claims claimed reckon reckons read asked wrote mentioned mentions whispered shouted joked'.split(
    ' ',
  ),
);
const ironic =
  /^(?:(?:oh|wow|ah) ,? ?(?:great|sure|joy|wonderful|fantastic|right|yeah|lovely|perfect|brilliant)|yeah ,? ?(?:right|because|sure|cause)|sure ,? ?(?:because|cause)|as if|in (?:the|my|this|that|his|her) (?:book|movie|film|story|game|novel|show|series|dream|play|song|episode)|according to|let 's (?:say|pretend|imagine|suppose)|what if|just (?:kidding|joking)|rumou?r)\b/u;
const asking =
  /^(?:what|who|where|when|why|how|which|whose|whom)(?: (?:'s|'re|'d|is|are|was|were|do|does|did|can|could|will|would|should|have|has|had|many|much|old|long|far|kind|colou?r|about|if|time)\b|$)|^(?:do|does|did|is|are|was|were|can|could|will|would|should|have|has|had|am|ca|wo|may|might)(?: n't)? (?:i|you|he|she|it|we|they|my|your|his|her|our|their|the|there|any|anyone|this|that|a)\b|^(?:remember|guess|tell me|say|know|do you know) (?:what|who|where|when|why|how|which)\b/u;

const lows = (tokens: readonly Token[]): string => tokens.map((token) => token.low).join(' ');

/** Index of the first token that is neither a filler nor a mark. "no longer" is no filler. */
export function afterFillers(tokens: readonly Token[], i = 0): number {
  let at = i;
  for (;;) {
    const low = tokens[at]?.low ?? '';
    if (low === '') return at;
    if (
      /^(?:you know|i mean|to be|by the|just so|of course|you see|i guess)$/u.test(
        `${low} ${tokens[at + 1]?.low ?? ''}`,
      )
    ) {
      const rest = lows(tokens.slice(at, at + 4));
      const known =
        /^(?:just so you know|to be honest|by the way|you know (?!what|who|where|how|that)|you know$|i mean|of course|you see|i guess)/u.exec(
          rest,
        );
      if (!known) return at;
      at += known[0].trim().split(' ').length;
    } else if (isMark(tokens[at]) || fillers.has(low)) at++;
    else return at;
  }
}

/** True when words open as questions do, whatever mark ends them. */
export function opensQuestion(tokens: readonly Token[]): boolean {
  return asking.test(lows(tokens.slice(afterFillers(tokens), afterFillers(tokens) + 5)));
}

/** The clauses of a sentence that state something, without the words before them. */
export function statements(sentence: Sentence): Clause[] {
  const { tokens } = sentence;
  const flat = lows(tokens);
  const start = lows(tokens.slice(afterFillers(tokens)));
  if (
    ironic.test(flat) ||
    ironic.test(start) ||
    /\b(?:if|unless|whether|lol|kidding|supposedly)\b/u.test(flat)
  )
    return [];
  const parts = split(tokens);
  const last = parts.at(-1);
  if (sentence.asks) {
    if (parts.length < 2 || !last || !opensQuestion(last.tokens)) return [];
    parts.pop();
  }
  const found: Clause[] = [];
  for (const { tokens: part, join } of parts) {
    if (blocksRest(part)) break;
    const clause = part.slice(afterFillers(part));
    const prefix =
      /^(?:i 'd say|i would say|i can say|i said(?: that)?|i told you(?: that)?|you know|as you know|remember(?: that)?|the thing is|it 's just that) (?=\S)/u.exec(
        lows(clause),
      );
    const body = prefix ? clause.slice(prefix[0].trim().split(' ').length) : clause;
    if (
      body.length === 0 ||
      subordinate.has(join) ||
      subordinate.has(body[0]?.low ?? '') ||
      opensQuestion(body)
    )
      continue;
    if (body.some((token) => hedges.has(token.low) || /^(?:almost|nearly)$/u.test(token.low))) continue;
    found.push(body);
  }
  return found;
}

/** "I wish", "she said", "I'm not sure": what follows is not stated. */
function blocksRest(part: readonly Token[]): boolean {
  const flat = lows(part.slice(afterFillers(part)));
  if (
    part.some(
      (token) =>
        unreal.has(token.low) &&
        !/^(?:my|our|the|a|her|his)$/u.test(part[part.indexOf(token) - 1]?.low ?? ''),
    )
  )
    return true;
  if (/\bnot (?:sure|certain)\b|n't (?:know|believe|think|say)\b|\bno idea\b/u.test(flat)) return true;
  // "He's like: my name is Chad".
  if (
    /^(?:(?:he|she|they|it|i|we|you) (?:'s|'re|'m|was|were|is|are|am) (?:all )?like|(?:then )?(?:he|she|they|i) goes?|repeat after me|spell|translate)\b ?,?$/u.test(
      flat,
    ) ||
    /^(?:translate|repeat after me|write a)\b/u.test(flat)
  )
    return true;
  const speech = part.find((token) => reports.has(token.low));
  if (!speech) return false;
  return !/^i (?:said|told you)|^i 'd say|^i would say|^you can say|^say\b/u.test(flat);
}

/** Cuts at marks and conjunctions before a new subject, and before a new "I ..." where a recogniser left them out. */
function split(tokens: readonly Token[]): { tokens: Token[]; join: string }[] {
  const parts: { tokens: Token[]; join: string }[] = [];
  let current: Token[] = [];
  let join = '';
  const close = (next: string): void => {
    if (current.length > 0) parts.push({ tokens: current, join });
    current = [];
    join = next;
  };
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (!token) break;
    const hasVerb = current.some(isVerb);
    const isJoin = joins.has(token.low);
    if (hasVerb && (isMark(token) || isJoin)) {
      let next = i + 1;
      let conjunction = isJoin ? token.low : '';
      if (isMark(token) && joins.has(tokens[next]?.low ?? '')) conjunction = tokens[next++]?.low ?? '';
      const from = afterFillers(tokens, next);
      if (/^no$/u.test(tokens[next]?.low ?? '') && isMark(token)) {
        close('');
        continue;
      }
      if (startsClause(tokens, from)) {
        close(conjunction);
        i = next - 1;
        continue;
      }
      // "I live in Oslo and work at Shell": the subject is shared.
      const form = verbForm(tokens[from]?.low ?? '');
      const subject = current[0];
      if (
        conjunction === 'and' &&
        form &&
        form.form !== 'ing' &&
        subject &&
        /^(?:i|we)$/u.test(subject.low) &&
        tokens[from]?.tag === 'VERB'
      ) {
        close('');
        current.push(subject);
        i = from - 1;
        continue;
      }
    } else if (hasVerb && opensAfresh(tokens, i)) close('');
    current.push(token);
  }
  close('');
  return parts;
}

const isVerb = (token: Token): boolean =>
  token.tag === 'AUX' ||
  token.tag === 'VERB' ||
  beForms.has(token.low) ||
  pastBe.has(token.low) ||
  modals.has(token.low) ||
  verbForm(token.low) !== undefined;

/** Without a mark: "my name is Bob I live in Leeds". */
function opensAfresh(tokens: readonly Token[], i: number): boolean {
  const [low, before] = [tokens[i]?.low ?? '', tokens[i - 1]];
  if (
    !before ||
    before.tag === 'ADP' ||
    before.tag === 'VERB' ||
    before.tag === 'AUX' ||
    before.tag === 'SCONJ'
  )
    return false;
  if (subordinate.has(before.low) || subjectPronouns.has(before.low) || adverbs.has(before.low)) return false;
  if (/^(?:i|we|he|she|they)$/u.test(low)) return startsClause(tokens, i);
  return /^(?:my|our)$/u.test(low) && before.tag !== 'DET' && startsClause(tokens, i);
}

/** A subject and a verb begin at a token. */
function startsClause(tokens: readonly Token[], i: number): boolean {
  let at = i;
  while (adverbs.has(tokens[at]?.low ?? '') || isMark(tokens[at])) at++;
  const token = tokens[at];
  if (!token) return false;
  const next = tokens[at + 1];
  if (subjectPronouns.has(token.low) || /^(?:there|this|that)$/u.test(token.low)) {
    let verb = at + 1;
    while (adverbs.has(tokens[verb]?.low ?? '') || /^(?:no|longer|never|not)$/u.test(tokens[verb]?.low ?? ''))
      verb++;
    const found = tokens[verb];
    return found !== undefined && isVerb(found);
  }
  if (/^(?:what|who|where|when|how|do|did|does|can|could|would|please|will|have)$/u.test(token.low))
    return true;
  if (/^(?:call|always|never|do)$/u.test(token.low)) return true;
  const isNominal =
    possessives.has(token.low) || articles.has(token.low) || token.capital || token.tag === 'PROPN';
  if (!isNominal) return false;
  if (!next || isMark(next) || next.low === 'and') return false;
  for (let k = at + 1; k < Math.min(at + 7, tokens.length); k++) {
    const word = tokens[k];
    if (
      !word ||
      isMark(word) ||
      joins.has(word.low) ||
      (word.tag === 'ADP' && word.low !== 'of' && tokens[k + 1]?.low !== 'law')
    )
      return false;
    if (word.low === "'s" ? k > at : isVerb(word) && (k > at + 1 || token.capital)) return true;
  }
  return false;
}
