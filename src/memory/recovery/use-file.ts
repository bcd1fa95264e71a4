import { crc32 } from '../log/crc32.js';
import { userPrefixBytes } from '../user-id.js';

/** The uses of a group are kept this many times over, so that any one of the files is enough. */
export const useCopies = 2;

/** What the side table has of the turns of one group: turn number and record, in order. */
export type GroupUses = readonly (readonly [turnId: number, record: Buffer])[];

/**
 * | bytes | what |
 * |---|---|
 * | 4 | `SCU1` |
 * | 16 | the user's prefix, which is a hash of the id |
 * | 4, 4 | group, number of entries |
 * | 4, 1, n each | number of the turn, bytes of its record, the record |
 * | 4 | CRC-32 of all before |
 */
const magic = Buffer.from('SCU1');
const groupAt = magic.length + userPrefixBytes;
const countAt = groupAt + 4;
const headerBytes = countAt + 4;
const checkBytes = 4;

/** @throws RangeError for a record of more than 255 bytes */
export function encodeUses(prefix: Buffer, group: number, uses: GroupUses): Buffer {
  const header = Buffer.alloc(headerBytes);
  magic.copy(header);
  prefix.copy(header, magic.length);
  header.writeUInt32BE(group, groupAt);
  header.writeUInt32BE(uses.length, countAt);
  const entries = uses.flatMap(([turnId, record]) => {
    const entry = Buffer.alloc(5);
    entry.writeUInt32BE(turnId);
    entry.writeUInt8(record.length, 4);
    return [entry, record];
  });
  const check = Buffer.alloc(checkBytes);
  const content = Buffer.concat([header, ...entries]);
  check.writeUInt32BE(crc32(content));
  return Buffer.concat([content, check]);
}

/** Undefined for bytes that {@link encodeUses} did not make for this group, also where a single bit differs. */
export function decodeUses(bytes: Buffer, prefix: Buffer, group: number): GroupUses | undefined {
  const end = bytes.length - checkBytes;
  if (end < headerBytes || !bytes.subarray(0, magic.length).equals(magic)) return undefined;
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) return undefined;
  if (!bytes.subarray(magic.length, groupAt).equals(prefix) || bytes.readUInt32BE(groupAt) !== group)
    return undefined;
  const uses: [number, Buffer][] = [];
  let at = headerBytes;
  for (let left = bytes.readUInt32BE(countAt); left > 0; left--) {
    const next = at + 5 + bytes.readUInt8(at + 4);
    uses.push([bytes.readUInt32BE(at), bytes.subarray(at + 5, next)]);
    at = next;
  }
  return uses;
}
