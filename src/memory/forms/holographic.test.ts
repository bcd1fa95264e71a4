import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { inverseTransform, transform } from './fourier.js';
import { bind, CleanUpMemory, randomVector, superpose, unbind } from './holographic.js';
import { seeded } from './seeded.test-helper.js';

const cosine = (one: Float32Array, other: Float32Array): number => {
  const dot = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
};
const seeds = fc.integer({ min: 0, max: 1e9 });

describe('the Fourier transform', () => {
  it('is the sum that defines it, and its inverse takes it back', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 8, 32), seeds, (size, seed) => {
        const values = randomVector(size, seeded(seed));
        const { real, imaginary } = transform(values);
        for (let k = 0; k < size; k++) {
          const angles = Array.from(values, (_, i) => (-2 * Math.PI * k * i) / size);
          expect(real[k]).toBeCloseTo(
            angles.reduce((sum, angle, i) => sum + values[i]! * Math.cos(angle), 0),
            6,
          );
          expect(imaginary[k]).toBeCloseTo(
            angles.reduce((sum, angle, i) => sum + values[i]! * Math.sin(angle), 0),
            6,
          );
        }
        inverseTransform({ real, imaginary }).forEach((value, i) => expect(value).toBeCloseTo(values[i]!, 6));
      }),
    );
    expect(() => transform(new Float32Array(12))).toThrow(RangeError);
    expect(() => transform(new Float32Array(0))).toThrow(RangeError);
  });
});

describe('holographic binding', () => {
  it('is circular convolution', () => {
    const [one, other] = [randomVector(16, seeded(1)), randomVector(16, seeded(2))];
    const bound = bind(one, other);
    bound.forEach((value, k) => {
      const sum = one.reduce((total, each, i) => total + each * other[(k - i + 16) % 16]!, 0);
      expect(value).toBeCloseTo(sum, 6);
    });
  });

  it('does not mind the order, and is like neither part', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seeded(seed);
        const [role, filler] = [randomVector(1024, random), randomVector(1024, random)];
        const bound = bind(role, filler);
        bind(filler, role).forEach((value, i) => expect(value).toBeCloseTo(bound[i]!, 6));
        expect(Math.abs(cosine(bound, role))).toBeLessThan(0.2);
        expect(Math.abs(cosine(bound, filler))).toBeLessThan(0.2);
      }),
      { numRuns: 20 },
    );
  });

  it('gives a filler back by its role, from among several pairs', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seeded(seed);
        const names = ['Potola', 'Oslo', 'peanuts', 'cello', 'Tuesday', 'Ada'];
        const memory = new CleanUpMemory<string>();
        const fillers = names.map((name) => {
          const vector = randomVector(2048, random);
          memory.add(name, vector);
          return vector;
        });
        const roles = names.map(() => randomVector(2048, random));
        const trace = superpose(roles.map((role, i) => bind(role, fillers[i]!)));
        expect(roles.map((role) => memory.nearest(unbind(trace, role))?.item)).toEqual(names);
        // A role that was never bound is like nothing.
        expect(memory.nearest(unbind(trace, randomVector(2048, random)))!.similarity).toBeLessThan(0.2);
      }),
      { numRuns: 20 },
    );
  });

  it('refuses vectors that do not go together, and knows nothing when empty', () => {
    const [short, long] = [new Float32Array(8), new Float32Array(16)];
    expect(() => bind(short, long)).toThrow(RangeError);
    expect(() => unbind(short, long)).toThrow(RangeError);
    expect(() => superpose([short, long])).toThrow(RangeError);
    expect(new CleanUpMemory().nearest(short)).toBeUndefined();
  });
});
