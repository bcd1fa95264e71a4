import {
  emptyRange,
  hashBytes,
  headHash,
  leafHash,
  leftSize,
  mostLeaves,
  nodeHash,
  rootOf,
  rootOfSpan,
  saltBytes,
  sourceOf,
  type Hash,
  type Hashes,
  type HashSource,
} from './mountain-range.js';

/**
 * Proofs over a mountain range, by RFC 9162, sections 2.1.3 and 2.1.4. Both are JSON as they stand: hashes and salts
 * are lower-case hex, a record is base64. `docs/proof.md` describes them for whoever writes another verifier.
 */

/** That a leaf stands at `index` in the log that has this head. */
export interface InclusionProof {
  readonly kind: 'inclusion';
  /** How many leaves the log has. */
  readonly leaves: number;
  /** Which of them this is, from 0. */
  readonly index: number;
  readonly leaf: string;
  /** The hashes beside the way from the leaf to the root, at most 40. */
  readonly path: readonly string[];
  /** What the leaf is the hash of, both or neither: a turn that was forgotten has only its leaf. */
  readonly salt?: string;
  readonly record?: string;
}

/** That a log with one head became the log with another by appending only. */
export interface ConsistencyProof {
  readonly kind: 'consistency';
  readonly fromLeaves: number;
  readonly toLeaves: number;
  readonly fromRoot: string;
  readonly toRoot: string;
  readonly path: readonly string[];
}

/**
 * With roots of segments at hand (`HashSource.root`), a proof reads the leaves of one segment, those behind the last
 * segment, and the kept roots, and no more.
 *
 * @param count how many leaves the log has
 * @throws RangeError unless 0 <= index < count
 */
export function inclusionProof(hashes: Hashes, index: number, count: number): InclusionProof {
  if (!isCount(index) || !isCount(count) || index >= count)
    throw new RangeError(`leaf ${index} is not among ${count} leaves`);
  const source = sourceOf(hashes);
  const path: string[] = [];
  let start = 0;
  let end = count;
  while (end - start > 1) {
    const middle = start + leftSize(end - start);
    const isLeft = index < middle;
    path.push(toHex(isLeft ? rootOfSpan(source, middle, end) : rootOfSpan(source, start, middle)));
    if (isLeft) end = middle;
    else start = middle;
  }
  return { kind: 'inclusion', leaves: count, index, leaf: toHex(source.leaf(index)), path: path.reverse() };
}

/** The proof with what the leaf is the hash of. */
export function withRecord(proof: InclusionProof, salt: Uint8Array, record: Uint8Array): InclusionProof {
  return { ...proof, salt: toHex(salt), record: Buffer.from(record).toString('base64') };
}

/** False for whatever is not a proof under this head; never throws, also for JSON from a stranger. */
export function verifyInclusion(head: Hash, proof: InclusionProof): boolean {
  const { leaves, index, salt, record } = proof;
  const leaf = fromHex(proof.leaf);
  const path = pathOf(proof.path);
  if (!isCount(index) || !isCount(leaves) || index >= leaves) return false;
  if (leaf === undefined || path === undefined) return false;
  if (salt !== undefined || record !== undefined) {
    const saltOfLeaf = fromHex(salt, saltBytes);
    const recordOfLeaf = fromBase64(record);
    if (saltOfLeaf === undefined || recordOfLeaf === undefined) return false;
    if (!isSame(leafHash(saltOfLeaf, recordOfLeaf), leaf)) return false;
  }
  const climb = new Climb(index, leaves - 1);
  let root = leaf;
  for (const hash of path) {
    const side = climb.side();
    if (side === 'top') return false;
    root = side === 'left' ? nodeHash(hash, root) : nodeHash(root, hash);
  }
  return climb.isAtTop() && isSame(headHash(leaves, root), head);
}

/** @throws RangeError unless 0 <= from <= to */
export function consistencyProof(hashes: Hashes, from: number, to: number): ConsistencyProof {
  if (!isCount(from) || !isCount(to) || from > to)
    throw new RangeError(`a log of ${from} leaves cannot grow to ${to}`);
  // The two roots and the path have most of their trees in common.
  const source = remembering(sourceOf(hashes));
  const path: string[] = [];
  let start = 0;
  let end = to;
  // Down to where the old log ends; what was complete then and what came later is noted on the way.
  while (from > 0 && end !== from) {
    const middle = start + leftSize(end - start);
    const isLeft = from <= middle;
    path.push(toHex(isLeft ? rootOfSpan(source, middle, end) : rootOfSpan(source, start, middle)));
    if (isLeft) end = middle;
    else start = middle;
  }
  if (start > 0) path.push(toHex(rootOfSpan(source, start, end)));
  return {
    kind: 'consistency',
    fromLeaves: from,
    toLeaves: to,
    fromRoot: toHex(rootOfFirst(source, from)),
    toRoot: toHex(rootOfFirst(source, to)),
    path: path.reverse(),
  };
}

/** False for whatever is not a proof from the one head to the other; never throws. */
export function verifyConsistency(oldHead: Hash, newHead: Hash, proof: ConsistencyProof): boolean {
  const { fromLeaves: from, toLeaves: to } = proof;
  const fromRoot = fromHex(proof.fromRoot);
  const toRoot = fromHex(proof.toRoot);
  const path = pathOf(proof.path);
  if (!isCount(from) || !isCount(to) || from > to) return false;
  if (fromRoot === undefined || toRoot === undefined || path === undefined) return false;
  if (!isSame(headHash(from, fromRoot), oldHead) || !isSame(headHash(to, toRoot), newHead)) return false;
  if (from === 0) return path.length === 0;
  if (from === to) return path.length === 0 && isSame(fromRoot, toRoot);
  const climb = new Climb(from - 1, to - 1);
  climb.skipRightTurns();
  // A log of 2^n leaves is one tree, whose root is known and not in the path.
  const [first, ...rest] = climb.index === 0 ? [fromRoot, ...path] : path;
  if (first === undefined) return false;
  let before = first;
  let after = first;
  for (const hash of rest) {
    const side = climb.side();
    if (side === 'top') return false;
    if (side === 'left') before = nodeHash(hash, before);
    after = side === 'left' ? nodeHash(hash, after) : nodeHash(after, hash);
  }
  return climb.isAtTop() && isSame(before, fromRoot) && isSame(after, toRoot);
}

/** The way up from a node, told by its index and that of the last node on the same level. */
class Climb {
  constructor(
    public index: number,
    private last: number,
  ) {}

  /** On which side the next hash of a path stands; goes up to where the two meet. */
  side(): 'left' | 'right' | 'top' {
    if (this.last === 0) return 'top';
    const isLeft = this.index % 2 === 1 || this.index === this.last;
    // The last node of a level without a partner rises until it has one.
    while (isLeft && this.index % 2 === 0 && this.index > 0) this.up();
    this.up();
    return isLeft ? 'left' : 'right';
  }

  /** Up to the root of the tree that ends with this node. */
  skipRightTurns(): void {
    while (this.index % 2 === 1) this.up();
  }

  isAtTop(): boolean {
    return this.last === 0;
  }

  private up(): void {
    this.index = Math.floor(this.index / 2);
    this.last = Math.floor(this.last / 2);
  }
}

/** The same source, which computes the root of each tree once. */
function remembering(source: HashSource): HashSource {
  const known = new Map<string, Hash>();
  const root = (height: number, index: number): Hash => {
    if (height === 0) return source.leaf(index);
    const key = `${height} ${index}`;
    const found =
      known.get(key) ??
      source.root?.(height, index) ??
      nodeHash(root(height - 1, 2 * index), root(height - 1, 2 * index + 1));
    known.set(key, found);
    return found;
  };
  return { leaf: (index) => source.leaf(index), root };
}

function rootOfFirst(source: HashSource, count: number): Hash {
  return count === 0 ? rootOf(emptyRange) : rootOfSpan(source, 0, count);
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= mostLeaves;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Strict: one way only to write each hash, so that a proof has no byte that may be changed. */
function fromHex(text: unknown, bytes = hashBytes): Hash | undefined {
  return typeof text === 'string' && text.length === 2 * bytes && /^[0-9a-f]*$/.test(text)
    ? Buffer.from(text, 'hex')
    : undefined;
}

function fromBase64(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string') return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

function pathOf(texts: unknown): Hash[] | undefined {
  if (!Array.isArray(texts)) return undefined;
  const path = texts.flatMap((text) => fromHex(text) ?? []);
  return path.length === texts.length ? path : undefined;
}
