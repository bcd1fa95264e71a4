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

/** What the weights are trained on. */
export const defaultCandidateLimits: CandidateLimits = { byWords: 160, byMeaning: 80, surrounded: 24 };
/** What fast looks at: on LoCoMo its handful of items holds 0.2 points less than with the limits above, in two thirds of the work. */
export const fastCandidateLimits: CandidateLimits = { byWords: 128, byMeaning: 48, surrounded: 16 };
const reach = 2;

/**
 * The turns worth ranking, ascending: what the words found, what is near in meaning, and what stands around the best
 * of both, because an answer often shares no word with the question that it answers.
 */
export function gather(
  table: TurnTable,
  byWords: Uint32Array,
  byMeaning: Uint32Array,
  surrounded: number,
  isOut: (turnId: number) => boolean,
): Uint32Array {
  const around = Math.min(byWords.length, surrounded) + Math.min(byMeaning.length, surrounded >> 1);
  const all = new Uint32Array(byWords.length + byMeaning.length + around * (2 * reach + 1));
  all.set(byWords);
  all.set(byMeaning, byWords.length);
  let count = byWords.length + byMeaning.length;
  for (const some of [byWords.subarray(0, surrounded), byMeaning.subarray(0, surrounded >> 1)]) {
    for (const turnId of some) {
      for (let turn = Math.max(1, turnId - reach); turn <= turnId + reach; turn++) all[count++] = turn;
    }
  }
  const sorted = all.subarray(0, count).sort();
  let kept = 0;
  let last = 0;
  for (const turnId of sorted) {
    if (turnId !== last && table.knows(turnId) && !isOut(turnId)) all[kept++] = turnId;
    last = turnId;
  }
  return all.slice(0, kept);
}
