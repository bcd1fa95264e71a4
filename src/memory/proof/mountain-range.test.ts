import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  append,
  appendTree,
  emptyRange,
  headOf,
  leafHash,
  leftSize,
  nodeHash,
  rangeOver,
  rootOf,
  rootOfComplete,
  segmentHeight,
  segmentLeaves,
  type Hash,
  type HashSource,
  type MountainRange,
} from './mountain-range.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const leafAt = (index: number): Hash => createHash('sha256').update(`leaf ${index}`).digest();
const leaves = Array.from({ length: 1_500 }, (_, i) => leafAt(i));
const grown: MountainRange[] = [emptyRange];
for (const leaf of leaves) grown.push(append(grown.at(-1)!, leaf));

/** MTH of RFC 9162, section 2.1.1, word for word. */
function treeHash(part: readonly Hash[]): Hash {
  if (part.length === 0) return createHash('sha256').digest();
  if (part.length === 1) return part[0]!;
  let k = 1;
  while (2 * k < part.length) k *= 2;
  return nodeHash(treeHash(part.slice(0, k)), treeHash(part.slice(k)));
}

describe('a mountain range', () => {
  it('has the root of Certificate Transparency for its published test vector', () => {
    // The eight entries of the reference implementation's tests; their data has no salt, so leaves are hashed here.
    const entries = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ];
    let range = emptyRange;
    expect(hex(rootOf(range))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    for (const entry of entries) {
      const leaf = createHash('sha256').update(Uint8Array.of(0)).update(Buffer.from(entry, 'hex')).digest();
      range = append(range, leaf);
    }
    expect(hex(rootOf(range))).toBe('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
  });

  it('has, at every size, the tree hash over its leaves', () => {
    for (let size = 0; size <= 600; size++) {
      expect(hex(rootOf(grown[size]!))).toBe(hex(treeHash(leaves.slice(0, size))));
    }
  });

  it('keeps one peak for each bit of its size', () => {
    grown.forEach((range, size) => {
      expect(range.leaves).toBe(size);
      expect(range.peaks).toHaveLength(size.toString(2).replaceAll('0', '').length);
    });
  });

  it('has a head of 32 bytes that differs with each leaf, their order and their number', () => {
    const [one, two] = [leafAt(1), leafAt(2)];
    const heads = [
      emptyRange,
      append(emptyRange, one),
      append(emptyRange, two),
      append(append(emptyRange, one), two),
      append(append(emptyRange, two), one),
      // The same root, told as one leaf.
      append(emptyRange, nodeHash(one, two)),
    ].map((range) => headOf(range));
    expect(heads.map((head) => head.length)).toEqual([32, 32, 32, 32, 32, 32]);
    expect(new Set(heads.map(hex)).size).toBe(6);
  });

  it('is the same from leaves, from a function, and from roots of segments', () => {
    const segmentRoots = Array.from({ length: 5 }, (_, i) =>
      rootOfComplete(leaves.slice(i * segmentLeaves, (i + 1) * segmentLeaves)),
    );
    const kept: HashSource = {
      leaf: leafAt,
      root: (height, index) => (height === segmentHeight ? segmentRoots[index] : undefined),
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: leaves.length }), (size) => {
        const expected = grown[size]!;
        expect(rangeOver(leaves, size)).toEqual(expected);
        expect(rangeOver(leafAt, size)).toEqual(expected);
        expect(rangeOver(kept, size)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('takes a whole segment by its root, where one may begin', () => {
    const root = rootOfComplete(leaves.slice(0, segmentLeaves));
    expect(appendTree(emptyRange, root, segmentHeight)).toEqual(grown[segmentLeaves]);
    expect(() => appendTree(grown[1]!, root, segmentHeight)).toThrow(RangeError);
    expect(() => append(emptyRange, root.subarray(1))).toThrow(RangeError);
    expect(() => rootOfComplete(leaves.slice(0, 3))).toThrow(RangeError);
    expect(() => rootOfComplete([])).toThrow(RangeError);
    expect(() => rangeOver(leaves.slice(0, 3), 4)).toThrow(RangeError);
  });

  it('hashes a leaf from salt and record, and takes no salt of another length', () => {
    const salt = Buffer.alloc(16, 7);
    const record = Buffer.from('a record');
    const expected = createHash('sha256')
      .update(Buffer.concat([Uint8Array.of(0), salt, record]))
      .digest();
    expect(hex(leafHash(salt, record))).toBe(hex(expected));
    expect(() => leafHash(salt.subarray(1), record)).toThrow(RangeError);
  });

  it('splits after the largest power of two below, up to the most leaves', () => {
    expect([2, 3, 4, 5, 8, 9, 257].map((count) => leftSize(count))).toEqual([1, 2, 2, 4, 4, 8, 256]);
    for (let bit = 2; bit <= 40; bit++) {
      const size = 2 ** bit;
      expect([leftSize(size - 1), leftSize(size), leftSize(size + 1)]).toEqual([size / 2, size / 2, size]);
    }
  });
});
