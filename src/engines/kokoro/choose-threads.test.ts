import { expect, it } from 'vitest';
import { chooseThreads, threadCandidates } from './choose-threads.js';

it('measures no more threads than there are cores to spare', () => {
  expect([1, 2, 4, 8, 64].map(threadCandidates)).toEqual([[1], [1, 2], [1, 2], [1, 2, 4], [1, 2, 4]]);
});

it('takes more threads only for a clear gain', () => {
  expect(chooseThreads([{ threads: 1, ms: 100 }])).toBe(1);
  expect(
    chooseThreads([
      { threads: 2, ms: 95 },
      { threads: 1, ms: 100 },
    ]),
  ).toBe(1);
  expect(
    chooseThreads([
      { threads: 1, ms: 100 },
      { threads: 2, ms: 70 },
      { threads: 4, ms: 66 },
    ]),
  ).toBe(2);
  expect(
    chooseThreads([
      { threads: 1, ms: 100 },
      { threads: 2, ms: 250 },
    ]),
  ).toBe(1);
  expect(chooseThreads([])).toBe(1);
});
