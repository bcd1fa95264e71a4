import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  consistencyProof,
  inclusionProof,
  verifyConsistency,
  verifyInclusion,
  withRecord,
  type InclusionProof,
} from './mountain-range-proof.js';
import {
  append,
  emptyRange,
  headOf,
  leafHash,
  rangeOver,
  rootOfComplete,
  segmentHeight,
  segmentLeaves,
  type Hash,
  type HashSource,
} from './mountain-range.js';

const leafAt = (index: number): Hash => createHash('sha256').update(`leaf ${index}`).digest();
const leaves = Array.from({ length: 1_500 }, (_, i) => leafAt(i));
const heads: Hash[] = [headOf(emptyRange)];
let range = emptyRange;
for (const leaf of leaves) {
  range = append(range, leaf);
  heads.push(headOf(range));
}
const headAt = (size: number): Hash => heads[size]!;

/** Every root is kept. */
const rootsOfAll = new Map<string, Hash>();
const remembering: HashSource = {
  leaf: (index) => leaves[index]!,
  root: (height, index) => {
    const key = `${height} ${index}`;
    const size = 2 ** height;
    const root = rootsOfAll.get(key) ?? rootOfComplete(leaves.slice(index * size, (index + 1) * size));
    rootsOfAll.set(key, root);
    return root;
  },
};

/** A log with its roots kept for segments, and for trees of 256 segments; counts what is read. */
function keptRoots(size: number): { source: HashSource; reads: () => number } {
  let reads = 0;
  const roots = new Map<string, Hash>();
  const leaf = (index: number): Hash => {
    if (index >= size) throw new RangeError('beyond the log');
    reads++;
    return leaves[index % segmentLeaves]!;
  };
  const segment = rootOfComplete(leaves.slice(0, segmentLeaves));
  const large = rangeOver({ leaf, root: (h) => (h === segmentHeight ? segment : undefined) }, 65_536)
    .peaks[0]!;
  reads = 0;
  for (let i = 0; (i + 1) * segmentLeaves <= size; i++) roots.set(`8 ${i}`, segment);
  for (let i = 0; (i + 1) * 65_536 <= size; i++) roots.set(`16 ${i}`, large);
  const root = (height: number, index: number): Hash | undefined => {
    const found = roots.get(`${height} ${index}`);
    if (found !== undefined) reads++;
    return found;
  };
  return { source: { leaf, root }, reads: () => reads };
}

const flipBit = (text: string, at: number): string => {
  const code = text.charCodeAt(at);
  return text.slice(0, at) + String.fromCharCode(code ^ 1) + text.slice(at + 1);
};

describe('an inclusion proof', () => {
  it('holds for every leaf of every log up to 80 leaves, and of some up to 600', () => {
    const sizes = [...Array.from({ length: 80 }, (_, i) => i + 1), 255, 256, 257, 511, 512, 513, 600];
    for (const size of sizes) {
      for (let index = 0; index < size; index++) {
        const proof = inclusionProof(remembering, index, size);
        if (!verifyInclusion(headAt(size), proof)) expect.fail(`leaf ${index} of ${size}`);
        expect(proof.path.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)));
      }
    }
  });

  it('holds for no other head, index, size or leaf', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.nat(), fc.nat(600), (size, at, other) => {
        const index = at % size;
        const proof = inclusionProof(leaves, index, size);
        const holds = (changed: Partial<InclusionProof>, head = headAt(size)): boolean =>
          verifyInclusion(head, { ...proof, ...changed });
        if (other !== size) {
          expect(holds({}, headAt(other))).toBe(false);
          expect(holds({ leaves: other })).toBe(false);
        }
        if (other !== index) {
          expect(holds({ index: other })).toBe(false);
          expect(holds({ leaf: inclusionProof(leaves, other, 601).leaf })).toBe(false);
        }
        expect(holds({ path: [...proof.path, proof.leaf] })).toBe(false);
        if (proof.path.length > 0) expect(holds({ path: proof.path.slice(1) })).toBe(false);
      }),
    );
  });

  it('fails with any byte of head, leaf, path, salt or record changed', () => {
    const record = Buffer.from('My dog is called Potola.');
    const salt = Buffer.alloc(16, 0xab);
    const log = [...leaves.slice(0, 300), leafHash(salt, record), ...leaves.slice(300, 500)];
    const head = headOf(rangeOver(log, log.length));
    const proof = withRecord(inclusionProof(log, 300, log.length), salt, record);
    expect(verifyInclusion(head, JSON.parse(JSON.stringify(proof)) as InclusionProof)).toBe(true);
    const tampered: InclusionProof[] = [];
    for (const field of ['leaf', 'salt', 'record'] as const) {
      const text = proof[field]!;
      for (let at = 0; at < text.length; at++) tampered.push({ ...proof, [field]: flipBit(text, at) });
      tampered.push({ ...proof, [field]: text.toUpperCase() }, { ...proof, [field]: '' });
    }
    proof.path.forEach((hash, i) => {
      for (let at = 0; at < hash.length; at++) {
        tampered.push({ ...proof, path: proof.path.with(i, flipBit(hash, at)) });
      }
    });
    const { salt: _salt, ...saltless } = proof;
    tampered.push(saltless);
    expect(tampered.filter((each) => verifyInclusion(head, each))).toEqual([]);
    for (let at = 0; at < head.length; at++) {
      expect(verifyInclusion(Buffer.from(head).fill(head[at]! ^ 1, at, at + 1), proof)).toBe(false);
    }
  });

  it('is false, and throws nothing, for what is no proof at all', () => {
    const proof = inclusionProof(leaves, 3, 7);
    const strangers: unknown[] = [
      {},
      { ...proof, path: undefined },
      { ...proof, path: [1, 2, 3] },
      { ...proof, path: 'abc' },
      { ...proof, leaf: 7 },
      { ...proof, index: -1 },
      { ...proof, index: 3.5 },
      { ...proof, leaves: '7' },
      { ...proof, leaves: 2 ** 60 },
    ];
    for (const stranger of strangers) {
      expect(verifyInclusion(headAt(7), stranger as InclusionProof)).toBe(false);
    }
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (path, leaf) => {
        expect(verifyInclusion(headAt(7), { ...proof, path, leaf } as InclusionProof)).toBe(false);
      }),
    );
  });

  it('over a million turns reads few hashes', () => {
    const size = 1_000_003;
    const { source, reads } = keptRoots(size);
    const head = headOf(rangeOver(source, size));
    for (const index of [0, 77_777, 524_288, 999_935, 999_936, 1_000_002]) {
      const before = reads();
      expect(verifyInclusion(head, inclusionProof(source, index, size))).toBe(true);
      // One segment and the tail, up to 255 segments, up to 15 large trees.
      expect(reads() - before).toBeLessThan(segmentLeaves + segmentLeaves + 255 + 16);
    }
  });

  it('is refused for a leaf that there is not', () => {
    expect(() => inclusionProof(leaves, 7, 7)).toThrow(RangeError);
    expect(() => inclusionProof(leaves, 0, 0)).toThrow(RangeError);
    expect(() => inclusionProof(leaves, -1, 7)).toThrow(RangeError);
  });
});

describe('a consistency proof', () => {
  it('holds between any two sizes up to 64, and some up to 1,500', () => {
    for (let to = 0; to <= 64; to++) {
      for (let from = 0; from <= to; from++) {
        const proof = consistencyProof(remembering, from, to);
        if (!verifyConsistency(headAt(from), headAt(to), proof)) expect.fail(`${from} to ${to}`);
      }
    }
    fc.assert(
      fc.property(fc.nat(1_500), fc.nat(1_500), (one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const proof = consistencyProof(leaves, from, to);
        expect(verifyConsistency(headAt(from), headAt(to), proof)).toBe(true);
      }),
    );
  });

  it('is the same from roots of segments', () => {
    const segment = Array.from({ length: 5 }, (_, i) => rootOfComplete(leaves.slice(i * 256, (i + 1) * 256)));
    const kept: HashSource = { leaf: leafAt, root: (height, i) => (height === 8 ? segment[i] : undefined) };
    fc.assert(
      fc.property(fc.nat(1_500), fc.nat(1_500), (one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        expect(consistencyProof(kept, from, to)).toEqual(consistencyProof(leaves, from, to));
        if (from < to) expect(inclusionProof(kept, from, to)).toEqual(inclusionProof(leaves, from, to));
      }),
      { numRuns: 30 },
    );
  });

  it('over a million turns reads each kept hash once', () => {
    const { source, reads } = keptRoots(1_000_003);
    const [old, now] = [headOf(rangeOver(source, 700_001)), headOf(rangeOver(source, 1_000_003))];
    const before = reads();
    expect(verifyConsistency(old, now, consistencyProof(source, 700_001, 1_000_003))).toBe(true);
    // Two open segments, the segments of the large tree that the old log ends in and of the last, 15 large trees.
    expect(reads() - before).toBeLessThan(2 * segmentLeaves + 2 * 256 + 16);
  });

  it('fails when a turn of the old log was changed, left out or put in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(300), (from, at, more) => {
        const to = from + more;
        const index = at % from;
        const forged = [
          leaves.with(index, leafAt(99_999)),
          leaves.toSpliced(index, 1),
          leaves.toSpliced(index, 0, leafAt(99_999)),
        ];
        for (const log of forged) {
          const newHead = headOf(rangeOver(log, to));
          expect(verifyConsistency(headAt(from), newHead, consistencyProof(log, from, to))).toBe(false);
          const honest = consistencyProof(leaves, from, to);
          expect(verifyConsistency(headAt(from), newHead, honest)).toBe(false);
          const mixed = { ...consistencyProof(log, from, to), fromRoot: honest.fromRoot };
          expect(verifyConsistency(headAt(from), newHead, mixed)).toBe(false);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('fails with any byte of it changed', () => {
    const proof = consistencyProof(leaves, 300, 777);
    const holds = (changed: object): boolean =>
      verifyConsistency(headAt(300), headAt(777), { ...proof, ...changed });
    expect(holds({})).toBe(true);
    for (let at = 0; at < 64; at++) {
      expect(holds({ fromRoot: flipBit(proof.fromRoot, at) })).toBe(false);
      expect(holds({ toRoot: flipBit(proof.toRoot, at) })).toBe(false);
      proof.path.forEach((hash, i) => {
        expect(holds({ path: proof.path.with(i, flipBit(hash, at)) })).toBe(false);
      });
    }
    expect(holds({ path: proof.path.slice(0, -1) })).toBe(false);
    expect(holds({ path: [...proof.path, proof.toRoot] })).toBe(false);
    expect(holds({ fromLeaves: 299 })).toBe(false);
    expect(holds({ toLeaves: 776 })).toBe(false);
    expect(holds({ path: null })).toBe(false);
    expect(verifyConsistency(headAt(777), headAt(300), { ...proof, fromLeaves: 777, toLeaves: 300 })).toBe(
      false,
    );
  });

  it('is refused for a log that shrank', () => {
    expect(() => consistencyProof(leaves, 8, 7)).toThrow(RangeError);
  });
});
