import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AskedVector } from './asked-vector.js';
import { PlainKernel } from './plain-kernel.js';
import { quantise } from './quantise.js';
import { createKernel } from './simd-kernel.js';
import { VectorIndex } from './vector-index.js';
import { clustered, cosine } from './clustered.test-helper.js';

const never = (): boolean => false;
const some = clustered(7, 3_000);
const queries = clustered(7, 3_020).slice(3_000);

/** An index over vectors that are kept in a map, as the log would keep them. */
function indexed(
  docs: Iterable<number>,
  kernel = createKernel,
  heldBytes = Infinity,
): { index: VectorIndex; kept: Map<number, Int8Array> } {
  const kept = new Map<number, Int8Array>();
  const index = new VectorIndex((doc) => kept.get(doc), { kernel, heldBytes });
  for (const doc of docs) {
    const vector = quantise(some[doc % some.length]!);
    kept.set(doc, vector);
    index.add(doc, vector);
  }
  return { index, kept };
}

function nearest(query: Float32Array, kept: ReadonlyMap<number, Int8Array>, limit: number): number[] {
  return [...kept]
    .map(([doc, vector]) => ({ doc, score: cosine(query, vector) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ doc }) => doc);
}

describe('VectorIndex', () => {
  it('finds what comparing with each finds, whatever was added and removed, in any order', () => {
    const changes = fc.array(fc.tuple(fc.integer({ min: 0, max: 2_999 }), fc.boolean()), { maxLength: 120 });
    fc.assert(
      fc.property(changes, fc.nat(queries.length - 1), fc.nat(12), (steps, asked, limit) => {
        const { index, kept } = indexed([]);
        for (const [doc, isThere] of steps) {
          if (isThere) {
            kept.set(doc, quantise(some[doc]!));
            index.add(doc, kept.get(doc)!);
          } else {
            kept.delete(doc);
            index.remove(doc);
          }
        }
        const query = queries[asked]!;
        const { docs, scores, cut } = index.search(new AskedVector(query), limit, never);
        const expected = nearest(query, kept, limit);
        expect(index.size).toBe(kept.size);
        expect(cut).toBe(false);
        expect([...docs]).toEqual(expected);
        expected.forEach((doc, i) => expect(scores[i]).toBeCloseTo(cosine(query, kept.get(doc)!), 4));
      }),
    );
  });

  it('finds nearly all of the nearest ten among thousands, in WebAssembly and in plain JavaScript the same', () => {
    const docs = some.keys();
    const { index, kept } = indexed(docs);
    const plain = indexed(some.keys(), () => new PlainKernel()).index;
    let hits = 0;
    for (const query of queries) {
      const found = index.search(new AskedVector(query), 10, never);
      expect(plain.search(new AskedVector(query), 10, never)).toEqual(found);
      const expected = new Set(nearest(query, kept, 10));
      hits += found.docs.filter((doc) => expected.has(doc)).length;
    }
    expect(hits / (10 * queries.length)).toBeGreaterThan(0.97);
  });

  it('searches in slices to the same end', async () => {
    const { index } = indexed(Array.from({ length: 400 }, (_, i) => i * 1_024));
    for (const query of queries.slice(0, 5)) {
      expect(await index.searchInSlices(new AskedVector(query), 10, never)).toEqual(
        index.search(new AskedVector(query), 10, never),
      );
    }
  });

  it('stays whole when it changes between the slices of a search', async () => {
    const { index, kept } = indexed(Array.from({ length: 600 }, (_, i) => i * 1_024));
    const searching = index.searchInSlices(new AskedVector(queries[0]!), 10, never);
    for (const doc of kept.keys()) index.remove(doc);
    index.add(3, quantise(some[3]!));
    const { docs } = await searching;
    expect([...docs].filter((doc) => doc !== 3)).toEqual([]);
  });

  it('looks at the newest when it is late, and says that it was', async () => {
    const { index } = indexed(Array.from({ length: 200 }, (_, i) => i * 1_024));
    for (const found of [
      index.search(new AskedVector(queries[0]!), 10, () => true),
      await index.searchInSlices(new AskedVector(queries[0]!), 10, () => true),
    ]) {
      expect(found.cut).toBe(true);
      expect(found.docs).toHaveLength(10);
      expect(Math.min(...found.docs)).toBeGreaterThanOrEqual((200 - 32) * 1_024);
    }
  });

  it('holds the newest vectors as far as there is room, and reads the others where they are kept', () => {
    const kept = new Map(some.map((vector, doc) => [doc, quantise(vector)]));
    const read: number[] = [];
    const index = new VectorIndex((doc) => (read.push(doc), kept.get(doc)), { heldBytes: 2 * 256 * 384 });
    // Newest first, as an index loads them, then one that comes later.
    const docs = [1000, 700, 400, 100, 1024];
    for (const doc of docs) index.add(doc, kept.get(doc)!);
    const scores = index.similarities(new AskedVector(queries[0]!), docs);
    expect(read).toEqual([700, 400, 100]);
    for (const [i, doc] of docs.entries()) expect(scores[i]).toBeCloseTo(cosine(queries[0]!, some[doc]!), 2);
    index.remove(1024);
    expect(index.similarity(new AskedVector(queries[0]!), 1024)).toBeUndefined();
  });

  it('keeps the newest of vectors that are all alike', () => {
    const kept = quantise(some[0]!);
    const index = new VectorIndex(() => kept);
    for (let doc = 1; doc <= 5_000; doc++) index.add(doc, kept);
    expect([...index.search(new AskedVector(some[0]!), 3, never).docs]).toEqual([5_000, 4_999, 4_998]);
  });

  it('compares with one document, and knows no vector of one that is not there', () => {
    const { index, kept } = indexed([5], createKernel, 0);
    expect(index.similarity(new AskedVector(queries[0]!), 5)).toBeCloseTo(cosine(queries[0]!, some[5]!), 2);
    expect(index.similarity(new AskedVector(queries[0]!), 6)).toBeUndefined();
    expect([...index.similarities(new AskedVector(queries[0]!), [6, 6])]).toEqual([Number.NaN, Number.NaN]);
    kept.clear();
    expect(index.similarity(new AskedVector(queries[0]!), 5)).toBeUndefined();
    expect(index.search(new AskedVector(queries[0]!), 10, never).docs).toHaveLength(0);
  });

  it('is empty until something is added', async () => {
    const { index } = indexed([]);
    index.remove(1);
    expect(index.size).toBe(0);
    expect(index.has(1)).toBe(false);
    expect(index.search(new AskedVector(queries[0]!), 10, never)).toEqual({
      docs: new Uint32Array(),
      scores: new Float32Array(),
      cut: false,
    });
    expect(await index.searchInSlices(new AskedVector(queries[0]!), 10, never)).toMatchObject({ cut: false });
  });

  it('takes vectors of the model’s size only', () => {
    const { index } = indexed([]);
    expect(() => index.add(1, new Int8Array(10))).toThrow(RangeError);
    expect(() => index.search(new AskedVector(new Float32Array(10)), 1, never)).toThrow(RangeError);
  });

  it('finds nothing near, and fails at nothing, for a query without a direction', () => {
    const { index } = indexed([1, 2]);
    expect([...index.search(new AskedVector(new Float32Array(384)), 5, never).scores]).toEqual([0, 0]);
  });
});
