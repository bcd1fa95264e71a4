import { createHash } from 'node:crypto';

/**
 * A Merkle mountain range: a log of leaves as a row of complete binary trees, the largest first. To append costs about
 * two hashes, and what is kept for it is one hash a tree, at most 40.
 *
 * The root over all of it is the Merkle tree hash of RFC 9162, section 2.1 (Certificate Transparency), whose proofs are
 * short and widely understood; `docs/proof.md` describes the whole format.
 */

/** 32 bytes of SHA-256. */
export type Hash = Uint8Array;

export interface MountainRange {
  /** How many leaves were appended, 0..2^40. */
  readonly leaves: number;
  /** The root of each complete tree, highest first: one for each bit that is set in `leaves`. */
  readonly peaks: readonly Hash[];
}

/** Where the hashes of leaves, and of complete trees over them, are read. */
export interface HashSource {
  leaf(index: number): Hash;
  /**
   * The root over the 2^`height` leaves from `index` * 2^`height` on, where it is kept; else undefined, and it is
   * computed from the trees below. Height 0 is never asked for here.
   */
  root?(height: number, index: number): Hash | undefined;
}

/** Leaves by their index, and perhaps roots of complete trees, so that few leaves need to be read. */
export type Hashes = readonly Hash[] | ((index: number) => Hash) | HashSource;

/** A sealed segment of the log has 2^8 leaves; a log keeps the root of each. */
export const segmentHeight = 8;
export const segmentLeaves = 2 ** segmentHeight;

/** Far beyond what anybody says; below it, logarithms of counts are exact enough to be rounded. */
export const mostLeaves = 2 ** 40;

export const hashBytes = 32;
export const saltBytes = 16;

export const emptyRange: MountainRange = { leaves: 0, peaks: [] };

const leafTag = Uint8Array.of(0);
const nodeTag = Uint8Array.of(1);
const headTag = Uint8Array.of(2);

/**
 * @param salt 16 random bytes, which go when the turn is forgotten: what is left, the leaf, cannot be guessed back
 * @throws RangeError for a salt of another length, which would let a record begin inside it
 */
export function leafHash(salt: Uint8Array, record: Uint8Array): Hash {
  if (salt.length !== saltBytes) throw new RangeError(`a salt has ${saltBytes} bytes, not ${salt.length}`);
  return sha256(leafTag, salt, record);
}

export function nodeHash(left: Hash, right: Hash): Hash {
  return sha256(nodeTag, left, right);
}

/** The range with one more leaf; the range that is given stays as it is. */
export function append(range: MountainRange, leaf: Hash): MountainRange {
  return appendTree(range, leaf, 0);
}

/**
 * The range with 2^`height` more leaves, of which only the root is at hand.
 * @throws RangeError when the range does not end where a tree of that height may begin
 */
export function appendTree(range: MountainRange, root: Hash, height: number): MountainRange {
  const size = 2 ** height;
  if (root.length !== hashBytes) throw new RangeError(`a hash has ${hashBytes} bytes, not ${root.length}`);
  if (range.leaves % size !== 0)
    throw new RangeError(`a tree of ${size} leaves cannot follow ${range.leaves} leaves`);
  const peaks = [...range.peaks];
  let peak = root;
  for (let trees = range.leaves / size; trees % 2 === 1; trees = Math.floor(trees / 2)) {
    peak = nodeHash(peaks.pop() ?? missing(), peak);
  }
  peaks.push(peak);
  return { leaves: range.leaves + size, peaks };
}

/**
 * The root of a complete tree.
 * @throws RangeError unless the number of leaves is a power of two
 */
export function rootOfComplete(leaves: readonly Hash[]): Hash {
  if (!Number.isInteger(Math.log2(leaves.length)))
    throw new RangeError(`${leaves.length} leaves are not a complete tree`);
  return rootOfSpan(sourceOf(leaves), 0, leaves.length);
}

/** The range over the first `count` leaves, from what is kept of them. */
export function rangeOver(hashes: Hashes, count: number): MountainRange {
  const source = sourceOf(hashes);
  let range = emptyRange;
  while (range.leaves < count) {
    const height = Math.floor(Math.log2(count - range.leaves));
    range = appendTree(range, rootOfTree(source, height, range.leaves / 2 ** height), height);
  }
  return range;
}

/** The Merkle tree hash of RFC 9162 over all leaves: the peaks, hashed together from the lowest to the highest. */
export function rootOf({ peaks }: MountainRange): Hash {
  return peaks.length === 0 ? sha256() : peaks.reduceRight((right, left) => nodeHash(left, right));
}

/** What a user writes down to check the log by later: 32 bytes, which hold for the leaves, their order and number. */
export function headOf(range: MountainRange): Hash {
  return headHash(range.leaves, rootOf(range));
}

/** The head of a log of that many leaves whose root is at hand. */
export function headHash(leaves: number, root: Hash): Hash {
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(leaves));
  return sha256(headTag, count, root);
}

export function sourceOf(hashes: Hashes): HashSource {
  if (typeof hashes === 'function') return { leaf: hashes };
  if ('leaf' in hashes) return hashes;
  return { leaf: (index) => hashes[index] ?? missing() };
}

/** The largest power of two below `count`: how many leaves the left tree under a root has. `count` is at least 2. */
export function leftSize(count: number): number {
  return 2 ** (Math.ceil(Math.log2(count)) - 1);
}

/** The root over leaves `start`..`end` - 1, where `start` is one at which a tree over that many leaves may begin. */
export function rootOfSpan(source: HashSource, start: number, end: number): Hash {
  const size = end - start;
  const height = Math.floor(Math.log2(size));
  if (size === 2 ** height) return rootOfTree(source, height, start / size);
  const middle = start + leftSize(size);
  return nodeHash(rootOfSpan(source, start, middle), rootOfSpan(source, middle, end));
}

function rootOfTree(source: HashSource, height: number, index: number): Hash {
  if (height === 0) return source.leaf(index);
  return (
    source.root?.(height, index) ??
    nodeHash(rootOfTree(source, height - 1, 2 * index), rootOfTree(source, height - 1, 2 * index + 1))
  );
}

function sha256(...parts: readonly Uint8Array[]): Hash {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function missing(): never {
  throw new RangeError('a hash is missing');
}
