import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { seeded } from '../forms/seeded.test-helper.js';
import { MapIndex } from './self-organising-map-index.js';
import { trainMap } from './self-organising-map.js';

const unit = (values: readonly number[]): Float32Array => {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return Float32Array.from(values, (value) => value / length);
};
const dot = (one: Float32Array, other: Float32Array): number =>
  one.reduce((sum, value, i) => sum + value * other[i]!, 0);

/** Vectors around a few directions at right angles to each other; the i-th belongs to group i % groups. */
function grouped(count: number, groups: number, width: number, random: () => number): Float32Array[] {
  return Array.from({ length: count }, (_, i) =>
    unit(Array.from({ length: width }, (_, j) => (j === i % groups ? 1 : 0) + 0.3 * (random() - 0.5))),
  );
}

/** Vectors on a quarter of a circle. */
const arc = (count: number): Float32Array[] =>
  Array.from({ length: count }, (_, i) => {
    const angle = (Math.PI / 2) * (i / (count - 1));
    return unit([Math.cos(angle), Math.sin(angle)]);
  });

describe('trainMap', () => {
  it('puts vectors of different groups into different cells', async () => {
    const vectors = grouped(400, 4, 8, seeded(1));
    const map = await trainMap(vectors, { columns: 4, rows: 4, random: seeded(2) });
    expect(map.cells).toHaveLength(16);
    const groupsOf = new Map<number, Set<number>>();
    vectors.forEach((vector, i) => {
      const cell = map.cellOf(vector);
      groupsOf.set(cell, (groupsOf.get(cell) ?? new Set()).add(i % 4));
    });
    expect([...groupsOf.values()].every((groups) => groups.size === 1)).toBe(true);
  });

  it('makes neighbours of what is alike, which k-means does not', async () => {
    const vectors = arc(300);
    const stretch = async (startRadius: number): Promise<number> => {
      const map = await trainMap(vectors, { columns: 12, rows: 1, startRadius, random: seeded(3) });
      const cells = vectors.map((vector) => map.cellOf(vector));
      return cells.reduce((sum, cell, i) => sum + (i === 0 ? 0 : map.distance(cells[i - 1]!, cell)), 0);
    };
    // Along the arc, an ordered chain of 12 cells is walked once from end to end.
    expect(await stretch(6)).toBeLessThanOrEqual(12);
    expect(await stretch(0)).toBeGreaterThan(20);
  });

  it('gives the same map for the same random numbers', async () => {
    const vectors = grouped(100, 3, 6, seeded(4));
    const options = { columns: 3, rows: 2, epochs: 4 };
    const one = await trainMap(vectors, { ...options, random: seeded(5) });
    const same = await trainMap(vectors, { ...options, random: seeded(5) });
    expect(same.cells).toEqual(one.cells);
  });

  it('has cells of length 1, also when there are more cells than vectors', async () => {
    const map = await trainMap(grouped(3, 3, 6, seeded(6)), { columns: 5, rows: 5, random: seeded(7) });
    for (const cell of map.cells) expect(dot(cell, cell)).toBeCloseTo(1, 5);
  });

  it('names the nearest cells, the best first', async () => {
    const vectors = grouped(200, 5, 8, seeded(8));
    const map = await trainMap(vectors, { columns: 5, rows: 5, epochs: 5, random: seeded(9) });
    fc.assert(
      fc.property(fc.nat(199), fc.integer({ min: 1, max: 30 }), (i, count) => {
        const vector = vectors[i]!;
        const nearest = map.nearest(vector, count);
        expect(nearest[0]).toBe(map.cellOf(vector));
        expect(new Set(nearest).size).toBe(Math.min(count, 25));
        const likeness = nearest.map((cell) => dot(map.cells[cell]!, vector));
        expect(likeness.toSorted((a, b) => b - a)).toEqual(likeness);
      }),
    );
  });

  it('lets the event loop in', async () => {
    let rests = 0;
    let clock = 0;
    const vectors = grouped(50, 3, 6, seeded(10));
    await trainMap(vectors, {
      columns: 2,
      rows: 2,
      epochs: 2,
      random: seeded(11),
      nowMs: () => (clock += 2),
      rest: () => Promise.resolve(rests++),
    });
    expect(rests).toBeGreaterThanOrEqual(50);
  });

  it('refuses to be trained on nothing', async () => {
    await expect(trainMap([])).rejects.toThrow(RangeError);
    await expect(trainMap(arc(3), { columns: 0 })).rejects.toThrow(RangeError);
  });
});

describe('MapIndex', () => {
  it('holds each document once, finds all with all cells, and the like ones with one', async () => {
    const vectors = grouped(200, 4, 8, seeded(12));
    const map = await trainMap(vectors, { columns: 4, rows: 3, random: seeded(13) });
    const index = new MapIndex(map);
    vectors.forEach((vector, doc) => index.add(doc, vector));
    vectors.forEach((vector, doc) => index.add(doc, vector));
    expect(index.size).toBe(200);
    expect(index.clusters().flat()).toHaveLength(200);
    expect(index.near(vectors[0]!, 12).toSorted((a, b) => a - b)).toEqual(vectors.map((_, doc) => doc));
    const near = index.near(vectors[7]!, 1);
    expect(near).toContain(7);
    expect(near.every((doc) => doc % 4 === 3)).toBe(true);
  });

  it('forgets what is removed', async () => {
    const vectors = grouped(20, 2, 4, seeded(14));
    const index = new MapIndex(await trainMap(vectors, { columns: 2, rows: 1, random: seeded(15) }));
    vectors.forEach((vector, doc) => index.add(doc, vector));
    fc.assert(
      fc.property(fc.subarray(vectors.map((_, doc) => doc)), (docs) => {
        for (const doc of docs) expect(index.remove(doc)).toBe(true);
        for (const doc of docs) expect(index.remove(doc)).toBe(false);
        expect(index.near(vectors[0]!, 2).filter((doc) => docs.includes(doc))).toEqual([]);
        expect(index.size).toBe(20 - docs.length);
        for (const doc of docs) index.add(doc, vectors[doc]!);
      }),
    );
  });
});
