import { reusableTokens } from './prompt-chunks.js';

/** What is known of a sequence when a call looks for one. */
export interface SlotState {
  /** Tokens that were evaluated cut by cut. */
  readonly cached: readonly number[];
  /** How many of them the conversation is likely to send again. */
  readonly stable: number;
  /** Number of the call that used it last; 0 for never. */
  readonly usedAt: number;
}

/**
 * The tokens of a prompt that its conversation sends again next time. The last two messages are what was
 * recalled for the question and the question itself: the former is gone next time, so nothing after it counts.
 */
export function stableTokens(prompt: readonly number[], endsTurn: (token: number) => boolean): number {
  const turnEnds = prompt.flatMap((token, index) => (endsTurn(token) ? [index + 1] : []));
  return turnEnds.at(-3) ?? 0;
}

/**
 * Picks the idle sequence that costs least: tokens to evaluate now, plus half of those that another
 * conversation would have to evaluate again. What has not been used for as many calls as there are sequences
 * counts half as much, and so on, so that finished conversations make room.
 *
 * @returns the index in `slots` of one in `idle`
 */
export function chooseSlot(
  slots: readonly SlotState[],
  idle: readonly number[],
  prompt: readonly number[],
  ends: readonly number[],
  callNumber: number,
): number {
  const costs = idle.map((index) => {
    const slot = slots[index];
    if (slot === undefined) throw new RangeError(`no sequence ${index}`);
    const reused = reusableTokens(slot.cached, prompt, ends);
    const age = callNumber - slot.usedAt;
    const lost = Math.max(0, slot.stable - reused) * 0.5 ** (1 + age / slots.length);
    return { index, cost: prompt.length - reused + lost, usedAt: slot.usedAt };
  });
  const best = costs.sort((a, b) => a.cost - b.cost || a.usedAt - b.usedAt)[0];
  if (best === undefined) throw new RangeError('no idle sequence');
  return best.index;
}
