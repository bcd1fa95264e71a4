import { canBeNamed, singular } from './lexicon.js';
import { isMark } from './phrases.js';
import { nounOf, refOf, type Reading, type Ref } from './subject.js';
import type { Token } from './tokens.js';

/** People and animals that a clause speaks of, for the pronouns of the next. */
export function mentionedIn(tokens: readonly Token[], reading: Reading): Ref[] {
  const found: Ref[] = [];
  tokens.forEach((token, i) => {
    if (!canBeNamed(token.low) || token.low !== singular(token.low) || canBeNamed(tokens[i + 1]?.low ?? ''))
      return;
    for (let back = i - 1; back >= Math.max(0, i - 3); back--) {
      const low = tokens[back]?.low ?? '';
      // "is a Labrador", "is my mother": a predicate, not another one.
      const isPredicate =
        /^(?:a|an)$/u.test(low) && /^(?:is|'s|was|are|'m|am)$/u.test(tokens[back - 1]?.low ?? '');
      if (isPredicate) return;
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
