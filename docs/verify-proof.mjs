// Checks a proof of Slowcat's memory without Slowcat. docs/proof.md describes the format.
//   node verify-proof.mjs PROOF.json HEAD               that a turn is in the log with this head
//   node verify-proof.mjs PROOF.json OLD_HEAD NEW_HEAD  that the log was only added to in between
// Prints "valid" or "invalid"; the exit code is 0 only when it is valid.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const { Buffer, process } = globalThis;
const sha256 = (...hex) =>
  hex.reduce((hash, part) => hash.update(part, 'hex'), createHash('sha256')).digest('hex');
// What is no hash becomes undefined, which cannot be hashed: that throws, and the proof is invalid.
const hash = (text) => (typeof text === 'string' && /^[0-9a-f]{64}$/.test(text) ? text : undefined);
const node = (left, right) => sha256('01', hash(left), hash(right));
const headOf = (leaves, root) => sha256('02', leaves.toString(16).padStart(16, '0'), hash(root));
const areCounts = (...counts) =>
  counts.every((count) => Number.isInteger(count) && 0 <= count && count <= 2 ** 40);
const leftSize = (leaves) => 2 ** (Math.ceil(Math.log2(leaves)) - 1);

/** The root over so many leaves, one of which is known; the path holds the hashes beside its way up, lowest first. */
function rootFrom(leaf, index, leaves, path) {
  if (leaves === 1) return path.length === 0 ? leaf : undefined;
  const [left, beside, rest] = [leftSize(leaves), path.at(-1), path.slice(0, -1)];
  if (index < left) return node(rootFrom(leaf, index, left, rest), beside);
  return node(beside, rootFrom(leaf, index - left, leaves - left, rest));
}

/** The roots over the first `from` and over all `to` leaves. A path without the first root leaves it to `known`. */
function rootsFrom(from, to, path, known) {
  if (from === to) return path.length === (known ? 0 : 1) ? [known ?? path[0], known ?? path[0]] : [];
  const [left, beside, rest] = [leftSize(to), path.at(-1), path.slice(0, -1)];
  const [before, after] =
    from <= left ? rootsFrom(from, left, rest, known) : rootsFrom(from - left, to - left, rest);
  return from <= left ? [before, node(after, beside)] : [node(beside, before), node(beside, after)];
}

function isIncluded({ leaves, index, leaf, path, salt = '', record }, head) {
  if (!areCounts(index, leaves) || index >= leaves) return false;
  const bytes = Buffer.from(record ?? '', 'base64');
  const isOfLeaf = /^[0-9a-f]{32}$/.test(salt) && sha256('00', salt, bytes.toString('hex')) === leaf;
  const isForgotten = salt === '' && record === undefined;
  if (!isForgotten && (!isOfLeaf || bytes.toString('base64') !== record)) return false;
  return headOf(leaves, rootFrom(leaf, index, leaves, path)) === head;
}

function isGrown({ fromLeaves: from, toLeaves: to, fromRoot, toRoot, path }, oldHead, newHead) {
  if (!areCounts(from, to) || from > to) return false;
  if (headOf(from, fromRoot) !== oldHead || headOf(to, toRoot) !== newHead) return false;
  const [before, after] =
    from === 0 ? [fromRoot, path.length === 0 && toRoot] : rootsFrom(from, to, path, fromRoot);
  return before === fromRoot && after === toRoot;
}

let isValid = false;
try {
  const [file, ...heads] = process.argv.slice(2);
  const proof = JSON.parse(readFileSync(file, 'utf8'));
  isValid = Array.isArray(proof.path) && (heads.length === 1 ? isIncluded : isGrown)(proof, ...heads);
} catch {} // eslint-disable-line no-empty -- What cannot be read proves nothing.
process.stdout.write(isValid ? 'valid\n' : 'invalid\n');
process.exitCode = isValid ? 0 : 1;
