import { describe, expect, it } from 'vitest';

import { quantise, quantiseFinely } from './quantise.js';
import { clustered, cosine } from './clustered.test-helper.js';

describe('quantise', () => {
  it('changes similarities by less than 1 %', () => {
    const vectors = clustered(1, 200);
    const loss = vectors.map((vector, i) => {
      const other = vectors[(i * 7 + 1) % vectors.length]!;
      return Math.abs(cosine(vector, other) - cosine(vector, quantise(other)));
    });
    expect(Math.max(...loss)).toBeLessThan(0.005);
  });

  it('uses the whole range, evenly about zero', () => {
    expect([...quantise(Float32Array.of(0.5, -0.25, 0, 0.001))]).toEqual([127, -63, 0, 0]);
    expect([...quantise(Float32Array.of(-2, 2))]).toEqual([-127, 127]);
    expect([...quantiseFinely(Float32Array.of(-2, 1))]).toEqual([-32_767, 16_384]);
  });

  it('takes a vector without a direction as it is', () => {
    expect([...quantise(new Float32Array(3))]).toEqual([0, 0, 0]);
    expect([...quantise(Float32Array.of(Number.NaN, 0))]).toEqual([0, 0]);
  });
});
