import type { TurnTable } from './turn-table.js';

/** How many turns are ranked, and where they come from. */
export interface CandidateLimits {
  /** Best by words. */
  readonly byWords: number;
  /** Nearest by meaning. */
  readonly byMeaning: number;
  /** Of the best by words and the nearest, those that bring the turns around them. */
  readonly surrounded: number;
}

export const defaultCandidateLimits: CandidateLimits = { byWords: 160, byMeaning: 80, surrounded: 24 };
const reach = 2;

/** The places of the `limit` largest scores, best first; of equals the later ones. */
export function topPlaces(scores: Float32Array, limit: number): number[] {
  // A heap whose root is the worst that is kept: most scores are compared once and passed over.
  const heap: number[] = [];
  const isWorse = (x: number, y: number): boolean => {
    const lead = (scores[x] ?? 0) - (scores[y] ?? 0);
    return lead < 0 || (lead === 0 && x < y);
  };
  const sink = (): void => {
    for (let at = 0; ;) {
      let worst = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && isWorse(heap[child] ?? 0, heap[worst] ?? 0)) worst = child;
      }
      if (worst === at) return;
      [heap[at], heap[worst]] = [heap[worst] ?? 0, heap[at] ?? 0];
      at = worst;
    }
  };
  for (let i = 0; i < scores.length; i++) {
    if (heap.length < limit) {
      let at = heap.push(i) - 1;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!isWorse(heap[at] ?? 0, heap[parent] ?? 0)) break;
        [heap[at], heap[parent]] = [heap[parent] ?? 0, heap[at] ?? 0];
        at = parent;
      }
    } else if (limit > 0 && isWorse(heap[0] ?? 0, i)) {
      heap[0] = i;
      sink();
    }
  }
  return heap.sort((x, y) => (isWorse(x, y) ? 1 : -1));
}

/**
 * The turns worth ranking, ascending: what the words found, what is near in meaning, and what stands around the best
 * of both, because an answer often shares no word with the question that it answers.
 */
export function gather(
  table: TurnTable,
  byWords: readonly number[],
  byMeaning: Uint32Array,
  surrounded: number,
  isOut: (turnId: number) => boolean,
): Uint32Array {
  const all = new Set<number>();
  const add = (turnId: number): void => {
    if (table.knows(turnId) && !isOut(turnId)) all.add(turnId);
  };
  const addAround = (turnId: number): void => {
    for (let turn = Math.max(1, turnId - reach); turn <= turnId + reach; turn++) add(turn);
  };
  for (const turnId of byWords) add(turnId);
  for (const turnId of byMeaning) add(turnId);
  for (const turnId of byWords.slice(0, surrounded)) addAround(turnId);
  for (const turnId of byMeaning.slice(0, surrounded / 2)) addAround(turnId);
  return Uint32Array.from(all).sort();
}
