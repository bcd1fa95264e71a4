import { describe, expect, it } from 'vitest';
import { melFilters } from './mel-filters.js';

const bands = 80;
const bins = 201;
const filters = melFilters(bands, 400, 16_000);
const row = (band: number): Float32Array => filters.subarray(band * bins, (band + 1) * bins);

describe('melFilters', () => {
  it('is 80 bands of 201 bins for Whisper, none of them negative', () => {
    expect(filters.length).toBe(bands * bins);
    expect(filters.every((weight) => weight >= 0)).toBe(true);
  });

  it('equals the published bank in places', () => {
    // Read off the filter bank that Hugging Face's Whisper feature extractor computes.
    expect(row(0)[1]).toBeCloseTo(0.0248626, 7);
    expect([...row(40).subarray(41, 46)].map((weight) => Number(weight.toFixed(7)))).toEqual([
      0, 0.0054111, 0.0147356, 0.0065182, 0,
    ]);
  });

  it('gives wide bands unit area, up to the error of sampling a triangle at 40 Hz', () => {
    for (let band = 45; band < bands; band++) {
      const area = row(band).reduce((sum, weight) => sum + weight * 40, 0);
      expect(area).toBeGreaterThan(0.85);
      expect(area).toBeLessThan(1.15);
    }
  });

  it('rises to one peak and falls again, each peak above the one before', () => {
    let before = -1;
    for (let band = 0; band < bands; band++) {
      const weights = [...row(band)];
      const peak = weights.indexOf(Math.max(...weights));
      const support = weights.flatMap((weight, bin) => (weight > 0 ? [bin] : []));
      expect(support).toEqual(Array.from({ length: support.length }, (_, step) => support[0]! + step));
      expect(peak).toBeGreaterThanOrEqual(before);
      before = peak;
    }
  });
});
