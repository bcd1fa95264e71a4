import type { TurnTable } from './turn-table.js';

/** How many turns are ranked, and where they come from. */
export interface CandidateLimits {
  /** Best by words. */
  readonly byWords: number;
  /** Nearest by meaning. */
  readonly byMeaning: number;
  /** Of the best by words and the nearest, those that bring the turns around them. */
  readonly surrounded: number;
  /**
   * Of what words bring, the best by words alone, which are weighed again together with what meaning brings.
   * @defaultValue all
   */
  readonly again?: number;
}

/** What the weights are trained on. */
export const defaultCandidateLimits: CandidateLimits = { byWords: 160, byMeaning: 80, surrounded: 24 };
/**
 * What fast looks at: on LoCoMo its handful of items holds as much as with the limits above. Words rank their finds while
 * the query's vector is computed, so that only the best of them are weighed again when it is there.
 */
export const fastCandidateLimits: CandidateLimits = { byWords: 128, byMeaning: 16, surrounded: 4, again: 16 };
const reach = 2;

/** Turns that are ranked for a reason, best first, and how many of them bring the turns around them. */
export interface Finds {
  readonly turnIds: Uint32Array;
  readonly surrounded: number;
}

/**
 * The turns worth ranking, ascending: what was found, by words or by meaning, and what stands around the best of it,
 * because an answer often shares no word with the question that it answers.
 */
export function gather(
  table: TurnTable,
  finds: readonly Finds[],
  isOut: (turnId: number) => boolean,
): Uint32Array {
  const all = new Uint32Array(
    finds.reduce((sum, { turnIds, surrounded }) => sum + turnIds.length + surrounded * (2 * reach + 1), 0),
  );
  let count = 0;
  for (const { turnIds, surrounded } of finds) {
    all.set(turnIds, count);
    count += turnIds.length;
    for (const turnId of turnIds.subarray(0, surrounded)) {
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
