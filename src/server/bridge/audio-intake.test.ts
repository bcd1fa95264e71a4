import { describe, expect, it } from 'vitest';

import { AudioIntake } from './audio-intake.js';

const open = new AbortController().signal;

describe('AudioIntake', () => {
  it('gives what came, in order, and is empty then', async () => {
    const intake = new AudioIntake(16_000);
    const message = new Uint8Array([0, 64, 0, 192]);
    intake.add(message);
    message.fill(0);
    intake.add(new Uint8Array([0, 32]));
    expect(intake.bytes).toBe(6);
    expect([...(await intake.take(open))]).toEqual([0.5, -0.5, 0.25]);
    expect(intake.bytes).toBe(0);
    expect([...(await intake.take(open))]).toEqual([]);
  });

  it('keeps the length of the time, whatever the rate and the pieces', async () => {
    for (const rateHz of [8000, 16_000, 24_000, 44_100]) {
      const intake = new AudioIntake(rateHz);
      for (let rest = rateHz; rest > 0; rest -= 7001) intake.add(new Uint8Array(2 * Math.min(rest, 7001)));
      expect((await intake.take(open)).length).toBe(16_000);
    }
  });

  it('stops when nobody wants it any more', async () => {
    const intake = new AudioIntake(16_000);
    intake.add(new Uint8Array(320_000));
    await expect(intake.take(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });
});
