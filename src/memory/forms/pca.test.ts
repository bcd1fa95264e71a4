import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fitPca } from './pca.js';
import { seeded } from './seeded.test-helper.js';

const dot = (one: Float32Array, other: Float32Array): number =>
  one.reduce((sum, value, i) => sum + value * other[i]!, 0);

/** Vectors whose energy along the i-th axis is 4^-i, and then turned by a fixed reflection. */
function skewed(count: number, width: number, random: () => number): Float32Array[] {
  const mirror = Float32Array.from({ length: width }, random);
  const length = Math.sqrt(dot(mirror, mirror));
  const unit = mirror.map((value) => value / length);
  return Array.from({ length: count }, () => {
    const vector = Float32Array.from({ length: width }, (_, i) => (random() - 0.5) * 2 ** -i);
    const share = 2 * dot(vector, unit);
    return vector.map((value, i) => value - share * unit[i]!);
  });
}

describe('fitPca', () => {
  it('finds the directions of most energy, most first', async () => {
    const vectors = skewed(500, 12, seeded(1));
    const pca = await fitPca(vectors, { dimensions: 4, random: seeded(2) });
    expect(pca.directions).toHaveLength(4);
    expect(pca.energies.toSorted((a, b) => b - a)).toEqual(pca.energies);
    // 1 + 1/4 + 1/16 + 1/64 of the whole 4/3.
    expect(pca.kept).toBeCloseTo((85 / 64 / 4) * 3, 1);
    for (const [i, one] of pca.directions.entries()) {
      for (const [j, other] of pca.directions.entries())
        expect(dot(one, other)).toBeCloseTo(i === j ? 1 : 0, 5);
    }
  });

  it('keeps dot products when it keeps all dimensions, and restores the vectors', async () => {
    const vectors = skewed(60, 8, seeded(3));
    const pca = await fitPca(vectors, { dimensions: 8, random: seeded(4) });
    expect(pca.kept).toBeCloseTo(1, 6);
    fc.assert(
      fc.property(fc.nat(59), fc.nat(59), (i, j) => {
        const [one, other] = [vectors[i]!, vectors[j]!];
        expect(dot(pca.project(one), pca.project(other))).toBeCloseTo(dot(one, other), 5);
        pca.restore(pca.project(one)).forEach((value, at) => expect(value).toBeCloseTo(one[at]!, 5));
      }),
    );
  });

  it('restores more of a vector the more numbers are given', async () => {
    const vectors = skewed(200, 16, seeded(5));
    const pca = await fitPca(vectors, { dimensions: 10, random: seeded(6) });
    fc.assert(
      fc.property(fc.nat(199), (i) => {
        const vector = vectors[i]!;
        const projected = pca.project(vector);
        let before = Infinity;
        for (let count = 0; count <= 10; count++) {
          const restored = pca.restore(projected.subarray(0, count));
          expect([...pca.first(count).project(vector)]).toEqual([...projected.subarray(0, count)]);
          const error = vector.reduce((sum, value, at) => sum + (value - restored[at]!) ** 2, 0);
          expect(error).toBeLessThanOrEqual(before + 1e-9);
          before = error;
        }
      }),
    );
  });

  it('explains as much as the directions of a few vectors can, however many are asked for', async () => {
    const vectors = skewed(3, 12, seeded(7));
    const pca = await fitPca(vectors, { dimensions: 6, random: seeded(8) });
    expect(pca.kept).toBeCloseTo(1, 6);
    expect(pca.energies.slice(3).every((energy) => Math.abs(energy) < 1e-9)).toBe(true);
  });

  it('lets the event loop in', async () => {
    let rests = 0;
    let clock = 0;
    const options = {
      dimensions: 2,
      random: seeded(9),
      nowMs: () => (clock += 2),
      rest: () => Promise.resolve(rests++),
    };
    await fitPca(skewed(30, 8, seeded(9)), options);
    expect(rests).toBeGreaterThan(30 / 2);
  });

  it('refuses what has no directions', async () => {
    await expect(fitPca([])).rejects.toThrow(RangeError);
    await expect(fitPca(skewed(5, 8, seeded(1)), { dimensions: 9 })).rejects.toThrow(RangeError);
    const uneven = [new Float32Array(8).fill(1), new Float32Array(7).fill(1)];
    await expect(fitPca(uneven, { dimensions: 2 })).rejects.toThrow('different lengths');
  });
});
