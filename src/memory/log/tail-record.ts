import { hashBytes, leafHash, saltBytes, type Hash } from '../proof/mountain-range.js';

/**
 * A turn as the log holds it: the record with its salt, or, when it was forgotten, the hash alone that stands for it
 * in the proof. A turn that nothing could bring back has a hash of zeros.
 */
export type LogEntry =
  | { readonly kind: 'turn'; readonly salt: Buffer; readonly record: Buffer }
  | { readonly kind: 'gone'; readonly leaf: Hash };

/** Stands for the leaf of a turn that is lost. */
export const lostLeaf: Hash = new Uint8Array(hashBytes);

export function isLost(entry: LogEntry): boolean {
  return entry.kind === 'gone' && Buffer.compare(entry.leaf, lostLeaf) === 0;
}

export function leafOf(entry: LogEntry): Hash {
  return entry.kind === 'gone' ? entry.leaf : leafHash(entry.salt, entry.record);
}

/**
 * How an entry is stored until its segment is sealed: a kind byte, the leaf, and for a turn the salt and the record.
 * The leaf is the checksum of the rest, so that damage shows, and pages of a broken database can be searched.
 */
const kinds = { turn: 0x74, gone: 0x67 } as const;
const recordAt = 1 + hashBytes + saltBytes;

export function encodeTail(entry: LogEntry, leaf: Hash = leafOf(entry)): Buffer {
  return entry.kind === 'gone'
    ? Buffer.concat([Buffer.of(kinds.gone), leaf])
    : Buffer.concat([Buffer.of(kinds.turn), leaf, entry.salt, entry.record]);
}

export function tailBytes(entry: LogEntry): number {
  return entry.kind === 'gone' ? 1 + hashBytes : recordAt + entry.record.length;
}

/** @throws RangeError for bytes that {@link encodeTail} did not make, also where a single bit differs */
export function decodeTail(bytes: Buffer): LogEntry {
  const leaf = bytes.subarray(1, 1 + hashBytes);
  if (bytes[0] === kinds.gone && bytes.length === 1 + hashBytes)
    return { kind: 'gone', leaf: Buffer.from(leaf) };
  if (bytes[0] === kinds.turn && bytes.length >= recordAt) {
    const salt = bytes.subarray(1 + hashBytes, recordAt);
    const record = bytes.subarray(recordAt);
    if (Buffer.compare(leafHash(salt, record), leaf) === 0) return { kind: 'turn', salt, record };
  }
  throw new RangeError('an entry is not what its hash says');
}
