/**
 * How much of a memory is left, by Ebbinghaus' forgetting curve as the design document gives it:
 *
 *     R = e^(-t / S),   S = 7 days x (1 + 0.1 x uses),   x 1.2 when used within the last day,   at most 1
 *
 * Importance is the project's own addition: it divides the time by `(1 - importance)^-2`, so that a memory of no
 * importance fades by exactly that formula, one of 0.5 four times as slowly, one of 0.9 a hundred times, and one of 1
 * (an allergy, "remember this") never.
 */
export const dayMs = 86_400_000;

export const retentionConstants = {
  strengthDays: 7,
  strengthPerUse: 0.1,
  recentUseFactor: 1.2,
  recentUseMs: dayMs,
} as const;

/** What the fading of one memory depends on. */
export interface MemoryState {
  /** Since it was last said, in ms; saying it again begins at 0. Less than 0 (a clock that jumped back) counts as 0. */
  readonly ageMs: number;
  /** When it was last offered to the model or asked for, Unix ms. */
  readonly lastUsedMs?: number;
  /** How often it was used or said again. */
  readonly uses: number;
  /** 0 (fades by the plain formula) to 1 (never fades). */
  readonly importance: number;
}

/** @returns 0 (gone) .. 1 (as fresh as when it was said). Values out of range are taken as the nearest in range. */
export function retention(state: MemoryState, nowMs: number): number {
  const { strengthDays, strengthPerUse, recentUseFactor } = retentionConstants;
  const ageDays = atLeastZero(state.ageMs) / dayMs;
  const resistance = 1 - Math.min(1, atLeastZero(state.importance));
  const strength = strengthDays * (1 + strengthPerUse * atLeastZero(state.uses));
  const kept = Math.exp((-ageDays * resistance * resistance) / strength);
  return Math.min(1, isRecent(state.lastUsedMs, nowMs) ? kept * recentUseFactor : kept);
}

/** Within a day, to either side: a use a little in the future is a clock that was put back, one far away is none. */
function isRecent(lastUsedMs: number | undefined, nowMs: number): boolean {
  return lastUsedMs !== undefined && Math.abs(nowMs - lastUsedMs) < retentionConstants.recentUseMs;
}

function atLeastZero(value: number): number {
  return value > 0 ? value : 0;
}
