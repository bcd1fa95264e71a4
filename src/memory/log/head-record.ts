import { emptyRange, hashBytes, type MountainRange } from '../proof/mountain-range.js';
import { crc32 } from './crc32.js';

/** What the log knows of a user beside the turns. Written in the same transaction as the turns that it counts. */
export interface UserHead {
  readonly id: string;
  /** The number that the next turn gets. */
  readonly next: number;
  readonly turns: number;
  /** Of the turns' records, as they were encoded and before they were compressed. */
  readonly bytes: number;
  /** Changes whenever something is forgotten: an index of another epoch is worthless. */
  readonly epoch: string;
  /** Turns up to this one, a multiple of 256, are in sealed segments. */
  readonly sealed: number;
  /** The proof over all turns so far, forgotten ones included. */
  readonly range: MountainRange;
}

/**
 * | bytes | what |
 * |---|---|
 * | 4 | CRC-32 of the rest |
 * | 1 | format, 1 |
 * | 1 | length of the id |
 * | 1 | length of the epoch |
 * | 1 | number of peaks |
 * | 4, 4, 4 | next, turns, sealed |
 * | 8 | bytes, float64 |
 * | rest | id, epoch (UTF-8), peaks of 32 bytes |
 */
const format = 1;
const fixedBytes = 28;

export function encodeHead(head: UserHead): Buffer {
  const id = Buffer.from(head.id);
  const epoch = Buffer.from(head.epoch);
  if (id.length > 255 || epoch.length > 255) throw new RangeError('an id or an epoch is too long');
  const fixed = Buffer.alloc(fixedBytes);
  fixed[4] = format;
  fixed[5] = id.length;
  fixed[6] = epoch.length;
  fixed[7] = head.range.peaks.length;
  fixed.writeUInt32BE(head.next, 8);
  fixed.writeUInt32BE(head.turns, 12);
  fixed.writeUInt32BE(head.sealed, 16);
  fixed.writeDoubleBE(head.bytes, 20);
  const record = Buffer.concat([fixed, id, epoch, ...head.range.peaks]);
  record.writeUInt32BE(crc32(record.subarray(4)), 0);
  return record;
}

/** @throws RangeError for bytes that {@link encodeHead} did not make */
export function decodeHead(record: Buffer): UserHead {
  if (record.length < fixedBytes || crc32(record.subarray(4)) !== record.readUInt32BE(0))
    throw new RangeError('a head does not have the checksum that it names');
  if (record[4] !== format) throw new RangeError('a head has an unknown format');
  const epochAt = fixedBytes + (record[5] ?? 0);
  const peaksAt = epochAt + (record[6] ?? 0);
  const next = record.readUInt32BE(8);
  const peaks = Array.from({ length: record[7] ?? 0 }, (_, i) =>
    Buffer.from(record.subarray(peaksAt + i * hashBytes, peaksAt + (i + 1) * hashBytes)),
  );
  return {
    id: record.toString('utf8', fixedBytes, epochAt),
    next,
    turns: record.readUInt32BE(12),
    bytes: record.readDoubleBE(20),
    epoch: record.toString('utf8', epochAt, peaksAt),
    sealed: record.readUInt32BE(16),
    range: next === 1 ? emptyRange : { leaves: next - 1, peaks },
  };
}
