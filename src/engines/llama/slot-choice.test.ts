import { describe, expect, it } from 'vitest';
import { chunkEnds } from './prompt-chunks.js';
import { chooseSlot, stableTokens, type SlotState } from './slot-choice.js';

const endsTurn = (token: number): boolean => token === 0;
const turn = (word: number, length = 30): number[] => [...Array<number>(length).fill(word), 0];
const system = turn(9);
const empty: SlotState = { cached: [], stable: 0, usedAt: 0 };

function held(prompt: readonly number[], usedAt: number): SlotState {
  return { cached: prompt, stable: stableTokens(prompt, endsTurn), usedAt };
}

function choose(
  slots: readonly SlotState[],
  prompt: readonly number[],
  callNumber: number,
  idle?: number[],
): number {
  const ends = chunkEnds(prompt, endsTurn);
  return chooseSlot(slots, idle ?? slots.map((_, index) => index), prompt, ends, callNumber);
}

/** A conversation of some finished turns, with what is recalled and asked last. */
function conversation(word: number, turns: number, question: number): number[] {
  const history = Array.from({ length: turns }, () => [...turn(word), ...turn(word + 1)]).flat();
  return [...system, ...history, ...turn(7), ...turn(question), 8];
}

describe('stableTokens', () => {
  it('leaves out what is recalled and asked last', () => {
    expect(stableTokens(conversation(1, 3, 5), endsTurn)).toBe(31 + 3 * 62);
    expect(stableTokens([1, 2], endsTurn)).toBe(0);
  });
});

describe('chooseSlot', () => {
  it('goes back to the sequence of the same conversation', () => {
    const slots = [held(conversation(1, 5, 5), 1), held(conversation(3, 5, 5), 2)];
    expect(choose(slots, conversation(1, 6, 6), 3)).toBe(0);
    expect(choose(slots, conversation(3, 6, 6), 3)).toBe(1);
  });

  it('gives a new conversation an empty sequence, although another one holds its system message', () => {
    expect(choose([held(conversation(1, 20, 5), 1), empty], conversation(3, 0, 5), 2)).toBe(1);
  });

  it('keeps a conversation in place from its very first turn', () => {
    expect(choose([empty, held(conversation(1, 0, 5), 1), empty], conversation(1, 1, 6), 2)).toBe(1);
  });

  it('makes room where a conversation has been silent for long', () => {
    const slots = [held(conversation(1, 20, 5), 1), held(conversation(3, 6, 5), 40)];
    expect(choose(slots, conversation(5, 0, 2), 41)).toBe(0);
  });

  it('never takes a sequence at work', () => {
    const slots = [held(conversation(1, 5, 5), 1), held(conversation(3, 5, 5), 2)];
    expect(choose(slots, conversation(1, 6, 6), 3, [1])).toBe(1);
  });
});
