import type { FactBook } from '../facts/fact-book.js';
import { importanceOf } from '../ladder/importance.js';
import { memoryState, surfaceOf, type Surface } from '../ladder/surface.js';
import type { Uses } from '../ladder/uses.js';
import type { StoredTurn } from '../types.js';

/** How faded a turn is now: by its age, its use, and what it is worth. */
export function turnSurface(turn: StoredTurn, uses: Uses, book: FactBook, nowMs: number): Surface {
  const importance = importanceOf(turn, book.saidIn(turn.turnId));
  return surfaceOf(turn.text, memoryState(turn.atMs, uses.of(turn.turnId), importance, nowMs), nowMs);
}

/**
 * True when everything a turn said about the world has been replaced or has ended since: "I live in Bergen" after "I
 * moved to Oslo". A turn that said nothing of the kind is never out of date.
 */
export function isOutdated(turnId: number, book: FactBook): boolean {
  const said = book.saidIn(turnId).filter(({ effect }) => effect === 'holds');
  return said.length > 0 && said.every((fact) => book.find(fact) === undefined);
}
