import { adverbs, modals } from './lexicon.js';
import type { Token } from './tokens.js';
import { verbForm } from './verb-forms.js';

/** A finite verb with all that stands around it. */
export interface VerbGroup {
  /** `be`, `have` or another known verb; undefined for a verb that the grammar does not know. */
  readonly lemma: string | undefined;
  /** As spoken, lower case. */
  readonly verb: string;
  /** Index of the first token behind the group. */
  readonly end: number;
  readonly negated: boolean;
  /** "no longer", "used to", "stopped": it was so and is over. */
  readonly ended: boolean;
  /** The present holds: simple present, "have been working", "am working", "started working". */
  readonly present: boolean;
  /** It has happened: simple past or present perfect. */
  readonly happened: boolean;
  readonly progressive: boolean;
  /** "am going to visit", "will visit". */
  readonly future: boolean;
  /** `would`, `might` and the like: nothing is said to be so. */
  readonly unreal: boolean;
}

/** Reads the verb group at a token; undefined when there is no verb. */
export function verbGroup(tokens: readonly Token[], i: number): VerbGroup | undefined {
  const low = (at: number): string => tokens[at]?.low ?? '';
  let at = i;
  let [negated, ended, past, perfect, be, begun, future, unreal] = [
    false,
    false,
    false,
    false,
    '',
    false,
    false,
    false,
  ];
  const group = (lemma: string | undefined, form: string, end: number): VerbGroup => {
    const progressive = be !== '' && form === 'ing';
    const isPast = past || (form === 'past' && !begun && be === '');
    return {
      lemma, verb: low(end - 1), end, negated, ended, unreal, future,
      progressive: progressive && !perfect && be === 'present',
      present: !isPast && !future && (!perfect || progressive) && be !== 'past',
      happened: (isPast || perfect) && !progressive,
    }; // prettier-ignore
  };
  for (; at < tokens.length; at++) {
    const word = low(at);
    const next = low(skip(tokens, at + 1));
    if (word === 'no' && low(at + 1) === 'longer') {
      ended = true;
      at++;
    } else if (word === 'not' || word === "n't" || word === 'never' || word === 'hardly' || word === 'rarely')
      negated = true;
    else if (adverbs.has(word)) continue;
    else if (word === 'ca' || word === 'can' || word === 'cannot' || word === 'could') {
      if (word === 'cannot' || next === "n't" || next === 'not' || low(at + 1) === "n't") negated = true;
      if (
        low(skip(tokens, at + 1)) === 'stand' ||
        (/^(?:n't|not)$/u.test(low(at + 1)) && low(skip(tokens, at + 2)) === 'stand')
      )
        continue;
      unreal = true;
    } else if (word === 'will' || word === "'ll" || word === 'wo' || word === 'shall') future = true;
    else if (modals.has(word)) unreal = true;
    else if (word === 'do' || word === 'does') {
      if (!/^(?:n't|not)$/u.test(low(at + 1)) && !verbForm(next)) return group('do', 'base', at + 1);
    } else if (word === 'did') past = true;
    else if (word === 'used' && low(at + 1) === 'to') {
      ended = true;
      at++;
    } else if (
      word === 'have' ||
      word === 'has' ||
      word === "'ve" ||
      word === 'had' ||
      (word === "'s" && /^(?:got|been)$/u.test(next))
    ) {
      if (word === 'had') past = true;
      const follows = skip(tokens, at + 1);
      const form = verbForm(low(follows))?.form;
      if (low(follows) === 'got' && !/^(?:rid|married|divorced|engaged)$/u.test(low(follows + 1))) {
        if (low(follows + 1) === 'to') unreal = true;
        return group('have', 'base', follows + 1);
      }
      if (form !== 'past' && low(follows) !== 'been') {
        if (low(follows) === 'to' || low(follows) === "n't") {
          if (low(follows) === "n't") {
            negated = true;
            continue;
          }
          unreal = true;
        }
        if (word === "'ve" && form === undefined && low(follows).endsWith('ed')) {
          perfect = true;
          continue;
        }
        return group('have', 'base', at + 1);
      }
      perfect = true;
    } else if (/^(?:am|is|are|'s|'m|'re|was|were|been|be|being)$/u.test(word)) {
      if (word === 'was' || word === 'were') be = 'past';
      else if (be === '') be = 'present';
      let follows = skip(tokens, at + 1);
      while (/^(?:not|n't|never)$/u.test(low(follows))) {
        negated = true;
        follows = skip(tokens, follows + 1);
      }
      if (low(follows) === 'no' && low(follows + 1) === 'longer') {
        ended = true;
        follows = skip(tokens, follows + 2);
      }
      if (low(follows) === 'going' && low(follows + 1) === 'to' && tokens[follows + 2]?.tag === 'VERB') {
        future = true;
        return {
          ...group(undefined, 'base', follows + 3),
          verb: low(follows + 2),
          present: false,
          future: be === 'present' && !perfect,
        };
      }
      const isIng =
        low(follows).endsWith('ing') &&
        (tokens[follows]?.tag === 'VERB' || verbForm(low(follows))?.form === 'ing');
      if (isIng) return group(verbForm(low(follows))?.lemma, 'ing', follows + 1);
      if (low(follows) === 'born') return { ...group('bear', 'past', follows + 1), happened: true };
      if (low(follows) === 'about' || low(follows) === 'supposed') unreal = true;
      return {
        ...group('be', be === 'past' ? 'past' : 'base', at + 1),
        end: follows,
        happened: be === 'past',
        present: be === 'present' && !perfect,
      };
    } else {
      const known = verbForm(word);
      const ing = verbForm(low(skip(tokens, at + 1)));
      if (known && /^(?:start|begin)$/u.test(known.lemma) && ing?.form === 'ing') {
        begun = known.form === 'past' || perfect;
        return { ...group(ing.lemma, 'ing', skip(tokens, at + 1) + 1), present: begun, happened: false };
      }
      const gave = known?.lemma === 'give' && low(at + 1) === 'up';
      if (known && (/^(?:stop|quit)$/u.test(known.lemma) || gave)) {
        const follows = gave ? at + 2 : at + 1;
        const object = verbForm(low(follows));
        if ((known.form !== 'past' && known.lemma !== 'quit' && !perfect) || past) unreal = true;
        if (object?.form === 'ing')
          return { ...group(object.lemma, 'ing', follows + 1), ended: true, present: true, happened: false };
        return { ...group('quit', 'past', follows), ended: true, happened: true };
      }
      if (known) return group(known.lemma, known.form, at + 1);
      if (tokens[at]?.tag === 'VERB')
        return group(undefined, word.endsWith('ing') ? 'ing' : word.endsWith('ed') ? 'past' : 'base', at + 1);
      return undefined;
    }
  }
  return undefined;
}

function skip(tokens: readonly Token[], i: number): number {
  let at = i;
  while (adverbs.has(tokens[at]?.low ?? '')) at++;
  return at;
}
