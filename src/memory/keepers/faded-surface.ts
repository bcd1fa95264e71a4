import type { ExtractedFact } from '../facts/fact.js';
import type { FactBook } from '../facts/fact-book.js';
import { importanceOf } from '../ladder/importance.js';
import { retention } from '../ladder/retention.js';
import { rungOf } from '../ladder/rungs.js';
import { memoryState, surfaceOf, type Surface } from '../ladder/surface.js';
import type { Uses } from '../ladder/uses.js';
import type { StoredTurn } from '../types.js';

/** How faded a turn is now: by its age, its use, and what it is worth. */
export function turnSurface(turn: StoredTurn, uses: Uses, book: FactBook, nowMs: number): Surface {
  const use = uses.of(turn.turnId);
  const plain = memoryState(turn.atMs, use, 0, nowMs);
  // Importance only keeps more: what is fresh in any case need not be weighed, which takes a dozen patterns.
  if (rungOf(retention(plain, nowMs)) === 'full') return surfaceOf(turn.text, plain, nowMs);
  return surfaceOf(turn.text, { ...plain, importance: weightOf(turn, book.saidIn(turn.turnId)) }, nowMs);
}

const noFacts: readonly ExtractedFact[] = [];
const weights = new WeakMap<
  StoredTurn,
  { readonly facts: readonly ExtractedFact[]; readonly weight: number }
>();

/** What a turn is worth, weighed once for each decoded turn and what is known to be said in it. */
function weightOf(turn: StoredTurn, said: readonly ExtractedFact[]): number {
  const facts = said.length === 0 ? noFacts : said;
  const known = weights.get(turn);
  if (known?.facts === facts) return known.weight;
  const weight = importanceOf(turn, facts);
  weights.set(turn, { facts, weight });
  return weight;
}

/**
 * True when everything a turn said about the world has been replaced or has ended since: "I live in Bergen" after "I
 * moved to Oslo". A turn that said nothing of the kind is never out of date.
 */
export function isOutdated(turnId: number, book: FactBook): boolean {
  const said = book.saidIn(turnId).filter(({ effect }) => effect === 'holds');
  return said.length > 0 && said.every((fact) => book.find(fact) === undefined);
}
