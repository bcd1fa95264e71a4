import { compress, uncompressSync } from 'lz4-napi';

import { hashBytes, rootOfComplete, saltBytes, segmentLeaves, type Hash } from '../proof/mountain-range.js';
import { userPrefixBytes } from '../user-id.js';
import { crc32 } from './crc32.js';
import { leafOf, type LogEntry } from './tail-record.js';

/**
 * A run of up to 256 turns in one piece: a directory, and the records behind it in blocks of about 16 KiB, each
 * compressed with LZ4 (a single short text does not shrink, a block of talk does, to about 60 %). A block is as small
 * as that because reading one turn unpacks one block.
 *
 * | bytes | what |
 * |---|---|
 * | 4 | `SCS1` |
 * | 16 | the user's prefix |
 * | 4 | number of the first turn |
 * | 2, 2 | number of turns, of blocks |
 * | 4 | bytes of the directory, all up to the first block |
 * | 32 | root over the turns' leaves, zeros unless there are 256 of them |
 * | 10 each | a block: number of turns, compressed bytes, CRC-32 of the compressed bytes |
 * | 4 and 16, or 4 and 32 each | a turn: its record's length and salt; or all ones and its leaf, when it was forgotten |
 * | 4 | CRC-32 of everything so far |
 * | rest | the blocks |
 */
export const segmentTurns = segmentLeaves;
const magic = Buffer.from('SCS1');
const prefixAt = 4;
const firstAt = prefixAt + userPrefixBytes;
const countAt = firstAt + 4;
const blocksAt = countAt + 2;
const directoryBytesAt = blocksAt + 2;
const rootAt = directoryBytesAt + 4;
const tableAt = rootAt + hashBytes;
const blockEntryBytes = 10;
const goneLength = 0xffffffff;
const blockBytes = 16 * 1024;
/** Above this, the bytes of a directory are not believed: 256 turns and blocks need 12 KiB. */
const mostDirectoryBytes = 64 * 1024;

interface BlockPlace {
  readonly firstIndex: number;
  readonly turns: number;
  readonly at: number;
  readonly bytes: number;
  readonly crc: number;
}

export interface SegmentDirectory {
  readonly prefix: Buffer;
  readonly first: number;
  readonly count: number;
  readonly root: Hash;
  readonly blocks: readonly BlockPlace[];
  /** By index from 0: the block that holds the record, or -1 for a turn that was forgotten. */
  readonly blockOf: Int16Array;
  /** Where a record begins and how long it is, in its unpacked block. */
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  /** A turn's salt, or a forgotten turn's leaf. Cut out when it is asked for: 256 small objects would outlive a scan. */
  readonly proofAt: (index: number) => Buffer;
  /** Of the whole segment: what follows in a file is not part of it. */
  readonly bytes: number;
}

/** @param entries 1..256 of them; the turns `first`, `first` + 1, … */
export async function encodeSegment(
  prefix: Buffer,
  first: number,
  entries: readonly LogEntry[],
): Promise<Buffer> {
  const packed: { turns: number; data: Buffer }[] = [];
  let open: Buffer[] = [];
  let openTurns = 0;
  let openBytes = 0;
  const seal = async (): Promise<void> => {
    const raw = Buffer.concat(open);
    packed.push({ turns: openTurns, data: raw.length === 0 ? raw : await compress(raw) });
    [open, openTurns, openBytes] = [[], 0, 0];
  };
  for (const entry of entries) {
    openTurns++;
    if (entry.kind === 'gone') continue;
    open.push(entry.record);
    openBytes += entry.record.length;
    if (openBytes >= blockBytes) await seal();
  }
  if (openTurns > 0) await seal();

  const table = Buffer.alloc(blockEntryBytes * packed.length);
  packed.forEach(({ turns, data }, i) => {
    table.writeUInt16BE(turns, blockEntryBytes * i);
    table.writeUInt32BE(data.length, blockEntryBytes * i + 2);
    table.writeUInt32BE(crc32(data), blockEntryBytes * i + 6);
  });
  const turns = entries.flatMap((entry) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(entry.kind === 'gone' ? goneLength : entry.record.length);
    return [length, entry.kind === 'gone' ? entry.leaf : entry.salt];
  });
  const head = Buffer.alloc(tableAt);
  magic.copy(head);
  prefix.copy(head, prefixAt);
  head.writeUInt32BE(first, firstAt);
  head.writeUInt16BE(entries.length, countAt);
  head.writeUInt16BE(packed.length, blocksAt);
  if (entries.length === segmentTurns) head.set(rootOfComplete(entries.map(leafOf)), rootAt);
  const directoryBytes = tableAt + table.length + turns.reduce((sum, part) => sum + part.length, 0) + 4;
  head.writeUInt32BE(directoryBytes, directoryBytesAt);
  const directory = Buffer.concat([head, table, ...turns]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(directory));
  return Buffer.concat([directory, sum, ...packed.map(({ data }) => data)]);
}

/** Reads and checks the directory. @throws RangeError when it is damaged */
export function readDirectory(segment: Buffer): SegmentDirectory {
  if (segment.length < tableAt + 4 || Buffer.compare(segment.subarray(0, 4), magic) !== 0)
    throw new RangeError('a segment does not begin as one');
  const end = segment.readUInt32BE(directoryBytesAt);
  if (end > segment.length || end > mostDirectoryBytes || end < tableAt + 4)
    throw new RangeError('a segment is too short');
  if (crc32(segment.subarray(0, end - 4)) !== segment.readUInt32BE(end - 4))
    throw new RangeError('a segment does not have the checksum that it names');
  // A copy: what is handed in may be memory that the next read overwrites.
  const directory = Buffer.from(segment.subarray(0, end));
  const count = directory.readUInt16BE(countAt);
  const blocks: BlockPlace[] = [];
  const blockOf = new Int16Array(count);
  let firstIndex = 0;
  let blockStart = end;
  for (let i = 0; i < directory.readUInt16BE(blocksAt); i++) {
    const at = tableAt + blockEntryBytes * i;
    const turns = directory.readUInt16BE(at);
    const bytes = directory.readUInt32BE(at + 2);
    blocks.push({ firstIndex, turns, at: blockStart, bytes, crc: directory.readUInt32BE(at + 6) });
    blockOf.fill(i, firstIndex, firstIndex + turns);
    firstIndex += turns;
    blockStart += bytes;
  }
  const starts = new Uint32Array(count);
  const lengths = new Uint32Array(count);
  const proofs = new Uint16Array(count);
  let at = tableAt + blockEntryBytes * blocks.length;
  let start = 0;
  let block = 0;
  for (let i = 0; i < count; i++) {
    if (blockOf[i] !== block) start = 0;
    block = blockOf[i] ?? 0;
    const length = directory.readUInt32BE(at);
    const isGone = length === goneLength;
    proofs[i] = at + 4;
    at += 4 + (isGone ? hashBytes : saltBytes);
    starts[i] = start;
    lengths[i] = isGone ? 0 : length;
    start += lengths[i] ?? 0;
    if (isGone) blockOf[i] = -1;
  }
  return {
    prefix: directory.subarray(prefixAt, firstAt),
    first: directory.readUInt32BE(firstAt),
    count,
    root: directory.subarray(rootAt, tableAt),
    blocks,
    blockOf,
    starts,
    lengths,
    proofAt: (index) => {
      const start = proofs[index] ?? 0;
      return directory.subarray(start, start + ((blockOf[index] ?? 0) < 0 ? hashBytes : saltBytes));
    },
    bytes: blockStart,
  };
}

/** Unpacks a block. @throws RangeError when it is damaged */
export function readBlock(segment: Buffer, { blocks }: SegmentDirectory, index: number): Buffer {
  const place = blocks[index];
  if (!place || place.at + place.bytes > segment.length) throw new RangeError('a segment is too short');
  if (place.bytes === 0) return Buffer.alloc(0);
  const data = segment.subarray(place.at, place.at + place.bytes);
  if (crc32(data) !== place.crc)
    throw new RangeError('a block does not have the checksum that its segment names');
  return uncompressSync(data);
}

/** All entries. @throws RangeError when any part is damaged */
export function decodeSegment(segment: Buffer): { directory: SegmentDirectory; entries: LogEntry[] } {
  const directory = readDirectory(segment);
  const blocks = directory.blocks.map((_, i) => readBlock(segment, directory, i));
  const entries = Array.from({ length: directory.count }, (_, i) =>
    entryAt(directory, i, (block) => blocks[block]),
  );
  return { directory, entries };
}

/** One entry, of an unpacked block. @throws RangeError when the block is too short */
export function entryAt(
  directory: SegmentDirectory,
  index: number,
  blockAt: (block: number) => Buffer | undefined,
): LogEntry {
  const block = directory.blockOf[index];
  if (block === undefined) throw new RangeError('a turn is not in its segment');
  const proof = directory.proofAt(index);
  if (block < 0) return { kind: 'gone', leaf: proof };
  const start = directory.starts[index] ?? 0;
  const end = start + (directory.lengths[index] ?? 0);
  const bytes = blockAt(block);
  if (bytes === undefined || end > bytes.length) throw new RangeError('a block is too short');
  return { kind: 'turn', salt: proof, record: bytes.subarray(start, end) };
}
