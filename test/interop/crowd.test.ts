/** Fifty of Pipecat's JavaScript clients at once: nothing is lost, nothing comes out of order, nobody hears another. */
import { beforeAll, expect, it } from 'vitest';
import { processKinds } from './clients.js';
import { crowd, secondsOf } from './crowd.js';
import { installClients } from './install.js';

beforeAll(async () => {
  await installClients(processKinds.slice(0, 1));
});

it('fifty clients hear their own bot, every word and every sample in order', async () => {
  const { clients } = await crowd(50, 4, true);
  expect(clients).toHaveLength(50);
  for (const { written, spoken, expected, breaks, voicedSeconds } of clients) {
    expect(written).toBe(expected.join(' '));
    expect(spoken).toEqual(expected);
    expect(breaks).toBe(0);
    // Each sentence begins with one sample of zero.
    expect(voicedSeconds).toBeCloseTo(secondsOf(expected), 2);
  }
});
