import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeWindows, defaultContextPolicy, padShortAudio } from './context-policy.js';

const full = 1500;

describe('decodeWindows', () => {
  it('gives short speech the floor, then the wider floor', () => {
    const [first, second, ...more] = decodeWindows(2, full);
    expect(first).toMatchObject({ audioContext: 384, beams: 3, singleSegment: true, temperatureStep: 0 });
    expect(second).toMatchObject({ audioContext: 768, beams: 1 });
    expect(more).toEqual([]);
  });

  it('gives longer speech as much as it needs and a margin', () => {
    expect(decodeWindows(10, full)[0]?.audioContext).toBe(10 * 50 + defaultContextPolicy.marginFrames);
  });

  it('lets the model itself move through audio that does not fit one window', () => {
    expect(decodeWindows(29, full)).toEqual([
      expect.objectContaining({ audioContext: 0, singleSegment: false }),
    ]);
    expect(decodeWindows(28, full)[0]).toMatchObject({ audioContext: 1464, singleSegment: true });
  });

  it('covers all of the audio, never exceeds the model, and never narrows', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 28.7, noNaN: true }), (seconds) => {
        const windows = decodeWindows(seconds, full);
        let before = 0;
        for (const { audioContext, maxTokens } of windows) {
          expect(audioContext).toBeGreaterThanOrEqual(seconds * 50);
          expect(audioContext).toBeLessThanOrEqual(full);
          expect(audioContext).toBeGreaterThanOrEqual(before);
          expect(maxTokens).toBeGreaterThan(seconds * 6);
          before = audioContext;
        }
      }),
    );
  });
});

describe('padShortAudio', () => {
  it('puts silence behind audio that is too short', () => {
    const padded = padShortAudio(Float32Array.of(0.5, -0.5));
    expect(padded.length).toBe(20_800);
    expect([...padded.subarray(0, 3)]).toEqual([0.5, -0.5, 0]);
  });

  it('hands on longer audio itself', () => {
    const audio = new Float32Array(20_800);
    expect(padShortAudio(audio)).toBe(audio);
  });
});
