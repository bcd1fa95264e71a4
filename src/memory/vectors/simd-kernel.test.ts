import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { assemble } from '../../../scripts/assemble-kernels.mjs';
import { kernelBase64 } from './kernel-bytes.js';
import { chunkBytes, dimensions, layout, maxDots, signBytes, type Kernel } from './kernel.js';
import { PlainKernel } from './plain-kernel.js';
import { createKernel } from './simd-kernel.js';

describe('the kernel', () => {
  it('is the one that its source says', async () => {
    expect(kernelBase64).toBe((await assemble('src/memory/vectors/kernel')).toString('base64'));
  });

  it('runs in WebAssembly here', () => {
    expect(createKernel()).not.toBeInstanceOf(PlainKernel);
  });

  const kernels: readonly Kernel[] = [createKernel(), new PlainKernel()];
  const bytes = (seed: number, length: number, top: number): Uint8Array => {
    let state = seed;
    return Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return (state >>> 8) % (top + 1);
    });
  };

  it('scans as plain JavaScript does', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(8), fc.nat(255), fc.nat(255), (seed, dearest, near, limit) => {
        const tables = bytes(seed, signBytes * 32, dearest);
        const signs = bytes(seed + 1, chunkBytes, 255);
        const [simd, plain] = kernels.map((kernel) => {
          kernel.grow(layout.chunks + 2 * chunkBytes);
          kernel.bytes().set(tables, layout.costs);
          kernel.bytes().set(signs, layout.chunks + chunkBytes);
          const count = kernel.scan(layout.chunks + chunkBytes, near, limit);
          return [...new Uint32Array(kernel.bytes().buffer, layout.found, count)];
        });
        expect(simd).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });

  it('multiplies as plain JavaScript does, up to the largest sums', () => {
    const edge = fc.constantFrom(-128, -127, 0, 127);
    fc.assert(
      fc.property(fc.integer(), edge, fc.integer({ min: 1, max: maxDots }), (seed, value, count) => {
        const vectors = bytes(seed, count * dimensions, 255);
        vectors.fill(value, 0, dimensions);
        const query = new Int16Array(dimensions).fill(-32_767);
        query.set(new Int16Array(bytes(seed + 1, dimensions, 255).buffer), 0);
        const [simd, plain] = kernels.map((kernel) => {
          kernel.grow(layout.chunks + 2 * chunkBytes);
          kernel.bytes().set(vectors, layout.vectors);
          // The last one first.
          const places = new Uint32Array(kernel.bytes().buffer, layout.places, count);
          for (let i = 0; i < count; i++) places[i] = layout.vectors + (count - 1 - i) * dimensions;
          new Int16Array(kernel.bytes().buffer, layout.query, dimensions).set(query);
          kernel.dots(count);
          return [...new Int32Array(kernel.bytes().buffer, layout.dots, 2 * count)];
        });
        expect(simd).toEqual(plain);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps what it holds when it grows', () => {
    for (const kernel of [createKernel(), new PlainKernel()]) {
      kernel.bytes()[layout.chunks - 1] = 7;
      kernel.grow(layout.chunks + 9_999_999);
      expect(kernel.bytes().length).toBeGreaterThanOrEqual(layout.chunks + 9_999_999);
      expect(kernel.bytes()[layout.chunks - 1]).toBe(7);
    }
  });
});
