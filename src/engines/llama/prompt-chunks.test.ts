import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkEnds, chunksFrom, commonPrefix, reusableTokens } from './prompt-chunks.js';

const endsTurn = (token: number): boolean => token === 0;
const tokens = fc.array(fc.nat(5), { maxLength: 300 });

describe('chunkEnds', () => {
  it('cuts behind the end of a turn once there are enough tokens, and at the size limit', () => {
    const prompt = [1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1];
    expect(chunkEnds(prompt, endsTurn, { minTokens: 4, maxTokens: 6 })).toEqual([7 - 1, 12]);
    expect(chunkEnds(prompt, endsTurn, { minTokens: 3, maxTokens: 99 })).toEqual([3, 7]);
  });

  it('depends on nothing that comes later', () => {
    fc.assert(
      fc.property(tokens, tokens, (head, tail) => {
        const whole = chunkEnds([...head, ...tail], endsTurn);
        expect(whole.filter((end) => end <= head.length)).toEqual(chunkEnds(head, endsTurn));
      }),
    );
  });
});

describe('reusableTokens', () => {
  it('leads to the same batches whatever was cached', () => {
    fc.assert(
      fc.property(
        tokens,
        tokens,
        fc.array(fc.nat(5), { minLength: 1, maxLength: 200 }),
        (shared, old, fresh) => {
          const cached = [...shared, ...old];
          const prompt = [...shared, ...fresh];
          const ends = chunkEnds(prompt, endsTurn);
          const reused = reusableTokens(cached, prompt, ends);
          const fromNothing = chunksFrom(prompt, 0, ends);
          const fromCache = chunksFrom(prompt, reused, ends);
          expect(reused).toBeLessThan(prompt.length);
          expect(fromCache.flat()).toEqual(prompt.slice(reused));
          expect(fromNothing.slice(-fromCache.length)).toEqual(fromCache);
          // What is trusted was evaluated in those very batches by the call that left it.
          const before = chunksFrom(cached, 0, chunkEnds(cached, endsTurn));
          expect(before.slice(0, fromNothing.length - fromCache.length)).toEqual(
            fromNothing.slice(0, fromNothing.length - fromCache.length),
          );
        },
      ),
    );
  });

  it('keeps a growing conversation up to its last finished turn', () => {
    const turn = [...Array<number>(20).fill(1), 0];
    const cached = [...turn, ...turn, 2, 2, 2];
    const prompt = [...turn, ...turn, 3, 3, 3, 0, 4];
    expect(reusableTokens(cached, prompt, chunkEnds(prompt, endsTurn))).toBe(42);
  });

  it('leaves the last token to be evaluated when everything was cached', () => {
    const prompt = [...Array<number>(20).fill(1), 0];
    expect(reusableTokens(prompt, prompt, chunkEnds(prompt, endsTurn))).toBe(0);
    expect(reusableTokens([...prompt, 1], [...prompt, 1], chunkEnds(prompt, endsTurn))).toBe(21);
  });
});

describe('commonPrefix', () => {
  it('counts equal tokens from the start', () => {
    expect(commonPrefix([1, 2, 3], [1, 2, 4])).toBe(2);
    expect(commonPrefix([], [1])).toBe(0);
    expect(commonPrefix([1, 2], [1, 2, 3])).toBe(2);
  });
});
