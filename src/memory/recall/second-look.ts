import { featureCount } from './features.js';
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
export const secondCount = featureCount + secondNames.length;

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
  const count = candidates.length;
  const wide = new Float32Array(count * secondCount);
  const distances = new Float32Array(count);
  let best = -Infinity;
  for (const logit of logits) if (logit > best) best = logit;
  for (let c = 0; c < count; c++) distances[c] = Math.max(-depth, (logits[c] ?? 0) - best) / scale;
  const order = new Uint32Array(count);
  for (let c = 0; c < count; c++) order[c] = c;
  order.sort((x, y) => (logits[y] ?? 0) - (logits[x] ?? 0) || y - x);
  const ranks = new Float32Array(count);
  for (let rank = 0; rank < count; rank++) ranks[order[rank] ?? 0] = rankSoftness / (rank + rankSoftness);

  // Candidates ascend, so that neighbours stand beside each other.
  const at = (from: number, turnId: number): number => {
    const step = turnId < (candidates[from] ?? 0) ? -1 : 1;
    for (let c = from + step; c >= 0 && c < count; c += step) {
      const other = candidates[c] ?? 0;
      if (other === turnId) return distances[c] ?? nothing;
      if (step > 0 ? other > turnId : other < turnId) break;
    }
    return nothing;
  };
  for (let c = 0; c < count; c++) {
    const id = candidates[c] ?? 0;
    wide.set(rows.subarray(c * featureCount, (c + 1) * featureCount), c * secondCount);
    const hasPrevious = table.follows(id);
    const hasNext = table.follows(id + 1);
    let near = nothing;
    for (let other = c - 1; other >= 0 && id - (candidates[other] ?? 0) <= vicinity; other--) {
      near = Math.max(near, distances[other] ?? nothing);
    }
    for (let other = c + 1; other < count && (candidates[other] ?? 0) - id <= vicinity; other++) {
      near = Math.max(near, distances[other] ?? nothing);
    }
    let f = c * secondCount + featureCount;
    wide[f++] = distances[c] ?? nothing;
    wide[f++] = ranks[c] ?? 0;
    wide[f++] = hasPrevious ? at(c, id - 1) : nothing;
    wide[f++] = hasNext ? at(c, id + 1) : nothing;
    wide[f++] = hasPrevious && table.follows(id - 1) ? at(c, id - 2) : nothing;
    wide[f++] = hasNext && table.follows(id + 2) ? at(c, id + 2) : nothing;
    wide[f++] = near;
    // How far this one stands out from all around it.
    wide[f] = Math.max(-1, Math.min(1, (distances[c] ?? nothing) - near));
  }
  return wide;
}
