import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VadState, type VadEvent } from './vad-state.js';

const loud = 0.8;
const run = (state: VadState, confidences: number[]): VadEvent[] =>
  confidences.map((c) => state.push(c, loud));

describe('VadState', () => {
  it('begins after 200 ms of speech and ends after 200 ms of silence (6 windows of 32 ms each)', () => {
    const state = new VadState();
    expect(run(state, [0.9, 0.9, 0.9, 0.9, 0.9])).toEqual([null, null, null, null, null]);
    expect(state.push(0.9, loud)).toBe('started');
    expect(run(state, [0.1, 0.1, 0.1, 0.1, 0.1])).toEqual([null, null, null, null, null]);
    expect(state.push(0.1, loud)).toBe('stopped');
  });

  it('takes a click for nothing', () => {
    const state = new VadState();
    expect(run(state, [0.99, 0.99, 0, 0.99, 0.99, 0, 0]).every((event) => event === null)).toBe(true);
    expect(state.phase).toBe('quiet');
  });

  it('bridges a short gap between words', () => {
    const state = new VadState();
    run(state, Array<number>(6).fill(0.9));
    expect(run(state, [0, 0, 0, 0, 0, 0.9, 0, 0, 0, 0, 0]).every((event) => event === null)).toBe(true);
  });

  it('hears nothing below the loudness floor', () => {
    const state = new VadState();
    expect(Array.from({ length: 20 }, () => state.push(1, 0.59)).every((event) => event === null)).toBe(true);
  });

  it('can be told that no more audio comes', () => {
    const state = new VadState();
    expect(state.forceStop()).toBeNull();
    run(state, Array<number>(6).fill(0.9));
    expect(state.forceStop()).toBe('stopped');
  });

  it('alternates starts and stops whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 300 }), (confidences) => {
        const events = run(new VadState(), confidences).filter((event) => event !== null);
        events.forEach((event, index) => expect(event).toBe(index % 2 === 0 ? 'started' : 'stopped'));
      }),
    );
  });
});
