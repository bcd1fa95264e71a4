import { isNumber } from './lexicon.js';
import { bare, headOf, isMark, nounPhrase, phraseList } from './phrases.js';
import type { Reading } from './subject.js';
import { wordsOf, type Token } from './tokens.js';

/** "I hate to say it": a way of speaking. */
const politeVerbs = new Set(
  'say admit be break bother tell disappoint ask see think interrupt complain brag know hear'.split(' '),
);
/** Loved or hated in passing, or too vague to be worth a fact. */
export const vague = new Set(
  'idea thing things way voice sound stuff answer question joke one ones part moment feeling look song movie film weather traffic noise mess mondays monday person attitude bit story suggestion plan waiting being getting having people fact kind joke name taste doing going seeing standing sitting listening sound hearing smell connection acting fetch energy vibe vibes freedom chance rest'.split(
    ' ',
  ),
);
/** Objects of liking: things and activities, but not "it", "your voice", "when that happens" or "you". */
export function liked(rest: readonly Token[], reading: Reading): (readonly Token[])[] {
  const first = rest[0];
  if (!first) return [];
  if (first.low === 'to') {
    const verb = rest[1];
    const isVerb =
      verb !== undefined && (verb.tag === 'VERB' || verb.tag === 'NOUN') && !politeVerbs.has(verb.low);
    return isVerb ? activity(rest, 1).map(() => rest.slice(0, 1 + (activity(rest, 1)[0]?.length ?? 0))) : [];
  }
  if (
    first.low.endsWith('ing') &&
    (first.tag === 'VERB' || rest.length > 1) &&
    !vague.has(first.low) &&
    !/^(?:music|evening|morning|spring|string)$/u.test(first.low)
  ) {
    const done = activity(rest, 0);
    if (done.length > 0 || first.tag === 'VERB') return done;
  }
  if (
    /^(?:your|this|that|these|those|how|when|where|what|it|you|every|being|having|other|another|all)$/u.test(
      first.low,
    )
  )
    return [];
  if (first.low === 'not' || (first.tag === 'VERB' && !/(?:ing|ed)$/u.test(first.low) && !first.capital))
    return [];
  const { phrases, end } = phraseList(rest, 0);
  // "the way you", "people who": what follows makes it another thing.
  if (/^(?:you|i|that|who|which|when|how|he|she|we|they|it)$/u.test(rest[end]?.low ?? '')) return [];
  // "the colour and texture": both belong to something that was said before.
  const near = phrases.findIndex(
    (phrase) =>
      /^(?:the|his|her|their|its)$/u.test(phrase[0]?.low ?? '') &&
      !phrase.some((token) => token.capital) &&
      !knownByAll.has(headOf(phrase)?.low ?? ''),
  );
  return (near < 0 ? phrases : phrases.slice(0, near))
    .map(bare)
    .filter(
      (phrase) =>
        !vague.has(headOf(phrase)?.low ?? '') &&
        !vague.has(phrase[0]?.low ?? '') &&
        !/^(?:other|another|all|such|many|more|most|much)$/u.test(phrase[0]?.low ?? '') &&
        !(phrase.length === 1 && isNumber(phrase[0]?.low ?? '')) &&
        wordsOf(reading.text, phrase).length > 1,
    );
}

/** "the sea" is the same for everybody; "the smell" is that of something. */
const knownByAll = new Set(
  'sea seaside beach ocean mountains mountain outdoors rain snow cold heat sun winter summer autumn spring fall theatre theater opera ballet cinema city countryside country woods forest cello piano guitar violin gym desert coast lake water night sauna circus zoo library news'.split(
    ' ',
  ),
);

/** "helping my neighbours", "to swim in the sea": a verb with its object, or nothing when that is a pronoun or a clause. */
function activity(tokens: readonly Token[], i: number): (readonly Token[])[] {
  let end = i + 1;
  while (/^(?:out|up|around|off|about|new)$/u.test(tokens[end]?.low ?? '')) end++;
  for (let parts = 0; parts < 2; parts++) {
    const isLinked = /^(?:in|on|at|with|to|for|by|about|through|into|along)$/u.test(tokens[end]?.low ?? '');
    const phrase = nounPhrase(tokens, end + (isLinked ? 1 : 0));
    if (phrase.some((token) => /^(?:this|that|these|those|your)$/u.test(token.low))) return [];
    if (phrase.length === 0) break;
    end += phrase.length + (isLinked ? 1 : 0);
  }
  const next = tokens[end];
  const isWhole =
    next?.low !== '"' &&
    (next === undefined ||
      isMark(next) ||
      /^(?:and|but|because|too|now|again|together|so|every|when|at|on|in|with|since|though|alone|outside|outdoors|by|as|while|these|very|a)$/u.test(
        next.low,
      ));
  const verb = tokens[i]?.low ?? '';
  const isLoose =
    end === i + 1 &&
    /^(?:come|help|go|get|do|use|make|take|have|share|sharing|helping|expressing|using|making|taking|getting|watch|see|hear|add|try|trying|coming)$/u.test(
      verb,
    );
  return isWhole && !isLoose && end - i <= 9 ? [tokens.slice(i, end)] : [];
}
