import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextPresets, presetTokens, windowShares } from './shares.js';

describe('windowShares', () => {
  it('divides 4096 tokens as the design document does', () => {
    expect(windowShares(presetTokens['4k'])).toEqual({
      windowTokens: 4096,
      systemTokens: 256,
      memoryTokens: 1024,
      historyTokens: 2048,
      currentTokens: 512,
      answerTokens: 256,
      compressFromTokens: 2000,
      hardLimitTokens: 3840,
    });
    // Without an answer to keep room for, the document's own limit binds.
    expect(windowShares(4096, 0).hardLimitTokens).toBe(3900);
  });

  it('grows in proportion', () => {
    const [, normal, deep] = contextPresets.map((preset) => windowShares(presetTokens[preset]));
    expect(normal).toMatchObject({ memoryTokens: 2048, historyTokens: 4096, compressFromTokens: 4000 });
    expect(deep).toMatchObject({ memoryTokens: 8192, historyTokens: 16_384, hardLimitTokens: 30_720 });
  });

  it('keeps room for the answer in any window', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 200_000 }), fc.nat(5000), (windowTokens, answerTokens) => {
        const shares = windowShares(windowTokens, answerTokens);
        expect(shares.hardLimitTokens + shares.answerTokens).toBeLessThanOrEqual(windowTokens);
        expect(shares.hardLimitTokens).toBeGreaterThan(0);
        expect(shares.compressFromTokens).toBeLessThanOrEqual(shares.hardLimitTokens);
      }),
    );
  });
});
