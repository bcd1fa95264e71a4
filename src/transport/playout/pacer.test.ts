import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Pacer } from './pacer.js';

/** Sends a fixed number of chunks, waking exactly when told; returns the moments of sending. */
const sendTimes = (pacer: Pacer, chunks: number, chunkMs = 40): number[] => {
  const times: number[] = [];
  let now = 1000;
  while (times.length < chunks) {
    now += pacer.waitMs(now);
    pacer.sent(now, chunkMs);
    times.push(now - 1000);
  }
  return times;
};

describe('Pacer', () => {
  it('fills the lead at once, then keeps real time', () => {
    expect(sendTimes(new Pacer({ leadMs: 120 }), 8)).toEqual([0, 0, 0, 0, 40, 80, 120, 160]);
  });

  it('has the timing of Pipecat with a lead of one chunk: two at once, then one per interval', () => {
    expect(sendTimes(new Pacer({ leadMs: 40 }), 5)).toEqual([0, 0, 40, 80, 120]);
  });

  it('does not catch up time lost while the client was dry', () => {
    const pacer = new Pacer({ leadMs: 40 });
    pacer.sent(0, 40);
    pacer.sent(0, 40);
    expect(pacer.waitMs(500)).toBe(0);
    pacer.sent(500, 40);
    expect(pacer.waitMs(500)).toBe(0);
    pacer.sent(500, 40);
    expect(pacer.waitMs(500)).toBe(40);
    expect(pacer.playedMs(500)).toBe(80);
  });

  it('estimates what has been heard', () => {
    const pacer = new Pacer();
    for (let i = 0; i < 4; i++) pacer.sent(0, 40);
    expect([0, 100, 160, 900].map((t) => pacer.playedMs(t))).toEqual([0, 100, 160, 160]);
    expect([0, 100, 160, 900].map((t) => pacer.remainingMs(t))).toEqual([160, 60, 0, 0]);
  });

  it('says what had been heard on reset and may send at once afterwards', () => {
    const pacer = new Pacer();
    for (let i = 0; i < 4; i++) pacer.sent(0, 40);
    expect(pacer.waitMs(10)).toBe(30);
    expect(pacer.reset(10)).toEqual({ playedMs: 10, unplayedMs: 150 });
    expect(pacer.waitMs(10)).toBe(0);
    expect(pacer.playedMs(10)).toBe(0);
    expect(pacer.remainingMs(10)).toBe(0);
  });

  it('never lets a client hold more than the lead and one chunk, nor run dry if woken within the lead', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 40, max: 400 }),
        fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 5, maxLength: 200 }),
        (leadMs, delays) => {
          const pacer = new Pacer({ leadMs });
          let now = 0;
          while (pacer.waitMs(now) === 0) pacer.sent(now, 40);
          for (const late of delays) {
            now += pacer.waitMs(now) + Math.min(late, leadMs - 1);
            expect(pacer.remainingMs(now)).toBeGreaterThan(0);
            while (pacer.waitMs(now) === 0) pacer.sent(now, 40);
            expect(pacer.remainingMs(now)).toBeLessThanOrEqual(leadMs + 40);
          }
        },
      ),
    );
  });
});
