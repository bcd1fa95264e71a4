import { describe, expect, it } from 'vitest';
import { chooseThreads } from './thread-choice.js';

/** Plays back durations for each number of threads and notes what was asked for. */
function machine(durationsMs: Record<number, number[]>): {
  asked: number[];
  measure: (n: number) => Promise<number>;
} {
  const asked: number[] = [];
  return {
    asked,
    measure: (threads) => {
      const ms = durationsMs[threads]?.[asked.filter((other) => other === threads).length];
      asked.push(threads);
      return ms === undefined ? Promise.reject(new Error('asked too often')) : Promise.resolve(ms);
    },
  };
}

describe('chooseThreads', () => {
  it('takes more threads as long as each pays', async () => {
    const { measure } = machine({ 1: [100, 101, 99], 2: [55, 54, 56], 3: [40, 41, 40], 4: [38, 39, 38] });
    expect(await chooseThreads(4, measure)).toBe(3);
  });

  it('keeps one thread where the second is slower, and finds out with a single run', async () => {
    const { measure, asked } = machine({ 1: [100, 101, 99], 2: [900] });
    expect(await chooseThreads(4, measure)).toBe(1);
    expect(asked).toEqual([1, 1, 1, 2]);
  });

  it('does not take a number that is slow every now and then', async () => {
    const { measure } = machine({ 1: [100, 100, 100], 2: [50, 50, 700] });
    expect(await chooseThreads(2, measure)).toBe(1);
  });

  it('takes all there are where all pay', async () => {
    const { measure } = machine({ 1: [100, 100, 100], 2: [50, 50, 50] });
    expect(await chooseThreads(2, measure)).toBe(2);
  });
});
