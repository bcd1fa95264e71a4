import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlaybackPosition } from './playback-position.js';

describe('PlaybackPosition', () => {
  it('goes on in real time, no further than what has come, and anew after a silence', () => {
    const position = new PlaybackPosition();
    expect(position.playedMs(0)).toBe(0);
    position.received(400, 1000);
    expect(position.playedMs(1100)).toBe(100);
    position.received(100, 1100);
    expect(position.playedMs(9000)).toBe(500);
    position.received(300, 9000);
    expect(position.playedMs(9100)).toBe(600);
  });

  it('counts what is dropped as passed', () => {
    const position = new PlaybackPosition();
    position.received(400, 1000);
    position.dropped(1100);
    expect(position.playedMs(1100)).toBe(400);
    position.received(400, 1200);
    expect(position.playedMs(1250)).toBe(450);
  });

  it('is told at the start, about every 200 ms, at the end, and not in silence', () => {
    const position = new PlaybackPosition();
    const told: [number, number][] = [];
    for (let nowMs = 0; nowMs < 2000; nowMs += 20) {
      if (nowMs === 500) position.received(510, nowMs);
      const ms = position.due(nowMs);
      if (ms !== undefined) told.push([nowMs, ms]);
    }
    expect(told).toEqual([
      [520, 20],
      [720, 220],
      [920, 420],
      [1020, 510],
    ]);
  });

  it('never runs back, nor ahead of what has come', () => {
    const step = fc.record({ afterMs: fc.nat(300), receivedMs: fc.nat(200), dropped: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const position = new PlaybackPosition();
        let [nowMs, sum, last] = [0, 0, 0];
        for (const { afterMs, receivedMs, dropped } of steps) {
          nowMs += afterMs;
          if (receivedMs > 0) position.received(receivedMs, nowMs);
          sum += receivedMs;
          if (dropped) position.dropped(nowMs);
          const playedMs = position.playedMs(nowMs);
          expect(playedMs).toBeGreaterThanOrEqual(last);
          expect(playedMs).toBeLessThanOrEqual(sum);
          last = playedMs;
        }
      }),
    );
  });
});
