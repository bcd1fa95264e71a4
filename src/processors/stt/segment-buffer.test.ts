import { describe, expect, it } from 'vitest';
import { SegmentBuffer } from './segment-buffer.js';

const tenMs = (value: number) => new Float32Array(160).fill(value);

describe('SegmentBuffer', () => {
  it('keeps no more than the pre-roll while nobody speaks', () => {
    const buffer = new SegmentBuffer(100);
    for (let i = 0; i < 1000; i++) buffer.push(tenMs(i));
    expect(buffer.durationMs).toBe(100);
  });

  it('gives the pre-roll with the speech, in order', () => {
    const buffer = new SegmentBuffer(20);
    for (const value of [1, 2, 3]) buffer.push(tenMs(value));
    buffer.start();
    for (const value of [4, 5, 6]) buffer.push(tenMs(value));
    const segment = buffer.take();
    expect([...new Set(segment)]).toEqual([2, 3, 4, 5, 6]);
    expect(segment.length).toBe(5 * 160);
    expect(buffer.durationMs).toBe(0);
    expect(buffer.speaking).toBe(false);
  });

  it('can be emptied in the middle of speech', () => {
    const buffer = new SegmentBuffer(20);
    buffer.start();
    buffer.push(tenMs(1));
    expect(buffer.take(true).length).toBe(160);
    for (let i = 0; i < 50; i++) buffer.push(tenMs(2));
    expect(buffer.take().length).toBe(50 * 160);
  });
});
