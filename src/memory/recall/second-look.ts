import { featureCount } from './features.js';
import { softRanks } from '../order.js';
import type { TurnTable } from './turn-table.js';

/** Turns on either side in which another good candidate speaks for one. */
const vicinity = 8;
/** Logits further behind the best than this are all the same. */
const depth = 6;
const scale = 3;
/** Stands for a neighbour that is no candidate: as far behind as can be. */
const nothing = -depth / scale;
const rankSoftness = 5;

/**
 * What the second look adds: the first model's logits of a candidate and of those around it, as distances from the
 * best one, because evidence comes in clusters.
 */
export const secondNames = [
  'logit',
  'logitRank',
  'logitPrevious',
  'logitNext',
  'logitPrevious2',
  'logitNext2',
  'logitNear',
  'logitLead',
] as const;
const addedCount = secondNames.length;
export const secondCount = featureCount + addedCount;

/**
 * Rows for the second model: those of the first with {@link secondNames} behind them.
 * @param rows `candidates.length * featureCount`
 * @param logits of the first model
 */
export function fillSecond(
  table: TurnTable,
  candidates: Uint32Array,
  rows: Float32Array,
  logits: Float64Array,
): Float32Array {
  const added = secondLook(table, candidates, logits);
  const wide = new Float32Array(candidates.length * secondCount);
  for (let c = 0; c < candidates.length; c++) {
    wide.set(rows.subarray(c * featureCount, (c + 1) * featureCount), c * secondCount);
    wide.set(added.subarray(c * addedCount, (c + 1) * addedCount), c * secondCount + featureCount);
  }
  return wide;
}

/**
 * Rows of {@link secondNames} alone.
 * @param candidates ascending, so that neighbours stand beside each other
 * @param logits of the first model
 */
export function secondLook(table: TurnTable, candidates: Uint32Array, logits: Float64Array): Float32Array {
  const count = candidates.length;
  const added = new Float32Array(count * addedCount);
  const distances = new Float32Array(count);
  let best = -Infinity;
  for (let c = 0; c < count; c++) best = Math.max(best, logits[c] ?? 0);
  for (let c = 0; c < count; c++) distances[c] = Math.max(-depth, (logits[c] ?? 0) - best) / scale;
  const ranks = softRanks(logits, rankSoftness);
  for (let c = 0, f = 0; c < count; c++) {
    const id = candidates[c] ?? 0;
    const hasPrevious = table.follows(id);
    const hasNext = table.follows(id + 1);
    const hasPrevious2 = hasPrevious && table.follows(id - 1);
    const hasNext2 = hasNext && table.follows(id + 2);
    let near = nothing;
    let previous = nothing;
    let previous2 = nothing;
    let next = nothing;
    let next2 = nothing;
    for (let other = c - 1; other >= 0; other--) {
      const gap = id - (candidates[other] ?? 0);
      if (gap > vicinity) break;
      const distance = distances[other] ?? nothing;
      if (distance > near) near = distance;
      if (gap === 1 && hasPrevious) previous = distance;
      if (gap === 2 && hasPrevious2) previous2 = distance;
    }
    for (let other = c + 1; other < count; other++) {
      const gap = (candidates[other] ?? 0) - id;
      if (gap > vicinity) break;
      const distance = distances[other] ?? nothing;
      if (distance > near) near = distance;
      if (gap === 1 && hasNext) next = distance;
      if (gap === 2 && hasNext2) next2 = distance;
    }
    const own = distances[c] ?? nothing;
    added[f++] = own;
    added[f++] = ranks[c] ?? 0;
    added[f++] = previous;
    added[f++] = next;
    added[f++] = previous2;
    added[f++] = next2;
    added[f++] = near;
    // How far this one stands out from all around it.
    added[f++] = Math.max(-1, Math.min(1, own - near));
  }
  return added;
}
