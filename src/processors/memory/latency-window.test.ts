import { describe, expect, it } from 'vitest';
import { LatencyWindow } from './latency-window.js';

describe('LatencyWindow', () => {
  it('is 0 before there is anything', () => {
    const window = new LatencyWindow();
    expect([window.count, window.average(), window.percentile(0.95)]).toEqual([0, 0, 0]);
  });

  it('gives average and nearest rank', () => {
    const window = new LatencyWindow();
    for (let ms = 20; ms >= 1; ms--) window.add(ms);
    expect([window.count, window.average(), window.percentile(0.95)]).toEqual([20, 10.5, 19]);
  });

  it('forgets the oldest', () => {
    const window = new LatencyWindow(2);
    for (const ms of [100, 1, 3]) window.add(ms);
    expect([window.count, window.average(), window.percentile(1)]).toEqual([3, 2, 3]);
  });
});
