import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TurnAudio, maxTurnAudioMs } from './turn-audio.js';

describe('TurnAudio', () => {
  it('gives the last samples in order, whatever the sizes of the pieces', () => {
    const capacity = maxTurnAudioMs * 16;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 90_000 }), { maxLength: 8 }),
        fc.integer({ min: 0, max: 9000 }),
        (sizes, ms) => {
          const audio = new TurnAudio();
          let next = 0;
          for (const size of sizes) audio.push(Float32Array.from({ length: size }, () => next++));
          const expected = Math.min(next, capacity, ms * 16);
          const last = audio.last(ms);
          expect(last.length).toBe(expected);
          expect(last[0] ?? next).toBe(next - expected);
          expect(last.at(-1) ?? next - 1).toBe(next - 1);
        },
      ),
      { numRuns: 40 },
    );
  });
});
