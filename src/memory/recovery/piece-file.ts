import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';

import { crc32 } from '../log/crc32.js';
import { userPrefixBytes } from '../user-id.js';

/** A group of the archive: ten segments, and four pieces of parity that stand in for any four pieces that are lost. */
export const dataPieces = 10;
export const parityPieces = 4;
export const groupPieces = dataPieces + parityPieces;

/** What a payload is known by; a piece that does not exist has length 0. */
export interface PieceCheck {
  readonly length: number;
  /** First 16 bytes of its SHA-256. */
  readonly hash: Buffer;
}

interface AnyPiece {
  readonly prefix: Buffer;
  readonly group: number;
  /** 0..9 data, 10..13 parity. */
  readonly index: number;
  readonly payload: Buffer;
}

/**
 * A piece of a group. The payload of a data piece is the user's id (a length byte and the bytes) and a segment. A
 * parity piece names the data that it was made of, so that pieces of different times are never mixed.
 */
export type Piece =
  | (AnyPiece & { readonly kind: 'data' })
  | (AnyPiece & { readonly kind: 'parity'; readonly layout: readonly PieceCheck[] });

/**
 * | bytes | what |
 * |---|---|
 * | 4 | `SCA1` |
 * | 1, 1, 2 | kind (0 data, 1 parity), index, bytes of the header |
 * | 16 | the user's prefix, which is a hash of the id |
 * | 4, 4 | group, bytes of the payload |
 * | 32 | SHA-256 of the payload |
 * | 20 each | parity only: length and hash of the ten data payloads |
 * | 4 | CRC-32 of the header so far |
 * | rest | the payload |
 */
const magic = Buffer.from('SCA1');
const groupAt = 8 + userPrefixBytes;
const lengthAt = groupAt + 4;
const hashAt = lengthAt + 4;
const layoutAt = hashAt + 32;
const checkBytes = 20;
const dataHeaderBytes = layoutAt + 4;
const parityHeaderBytes = layoutAt + dataPieces * checkBytes + 4;

export const pieceHashBytes = 16;

export function sha256(data: Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}

export function checkOf(payload: Buffer): PieceCheck {
  return { length: payload.length, hash: sha256(payload).subarray(0, pieceHashBytes) };
}

export const noPiece: PieceCheck = { length: 0, hash: Buffer.alloc(pieceHashBytes) };

export function isSameCheck(one: PieceCheck, other: PieceCheck): boolean {
  return one.length === other.length && Buffer.compare(one.hash, other.hash) === 0;
}

export function encodePiece(piece: Piece): Buffer {
  const header = Buffer.alloc(piece.kind === 'data' ? dataHeaderBytes : parityHeaderBytes);
  magic.copy(header);
  header[4] = piece.kind === 'data' ? 0 : 1;
  header[5] = piece.index;
  header.writeUInt16BE(header.length, 6);
  piece.prefix.copy(header, 8);
  header.writeUInt32BE(piece.group, groupAt);
  header.writeUInt32BE(piece.payload.length, lengthAt);
  sha256(piece.payload).copy(header, hashAt);
  if (piece.kind === 'parity') {
    piece.layout.forEach(({ length, hash }, i) => {
      header.writeUInt32BE(length, layoutAt + checkBytes * i);
      hash.copy(header, layoutAt + checkBytes * i + 4);
    });
  }
  header.writeUInt32BE(crc32(header.subarray(0, header.length - 4)), header.length - 4);
  return Buffer.concat([header, piece.payload]);
}

/** @throws RangeError for bytes that {@link encodePiece} did not make, also where a single bit differs */
export function decodePiece(bytes: Buffer): Piece {
  if (bytes.length < dataHeaderBytes || Buffer.compare(bytes.subarray(0, 4), magic) !== 0)
    throw new RangeError('a piece does not begin as one');
  const kind = bytes[4] === 0 ? 'data' : 'parity';
  const headerBytes = kind === 'data' ? dataHeaderBytes : parityHeaderBytes;
  if (bytes.readUInt16BE(6) !== headerBytes || bytes.length < headerBytes)
    throw new RangeError('a piece has a wrong length');
  if (crc32(bytes.subarray(0, headerBytes - 4)) !== bytes.readUInt32BE(headerBytes - 4))
    throw new RangeError('the header of a piece is damaged');
  const payload = bytes.subarray(headerBytes);
  if (
    payload.length !== bytes.readUInt32BE(lengthAt) ||
    Buffer.compare(sha256(payload), bytes.subarray(hashAt, layoutAt)) !== 0
  )
    throw new RangeError('a piece is damaged');
  const common = {
    prefix: bytes.subarray(8, groupAt),
    group: bytes.readUInt32BE(groupAt),
    index: bytes[5] ?? 0,
    payload,
  };
  if (kind === 'data') return { kind, ...common };
  const layout = Array.from({ length: dataPieces }, (_, i) => {
    const at = layoutAt + checkBytes * i;
    return { length: bytes.readUInt32BE(at), hash: bytes.subarray(at + 4, at + checkBytes) };
  });
  return { kind, ...common, layout };
}

let temporaryNames = 0;

/** Puts a file in its place at once: whoever reads sees the old one or the new one, never a part. */
export async function putFile(path: string, bytes: Buffer): Promise<void> {
  const temporary = `${path}.${process.pid}-${++temporaryNames}.tmp`;
  try {
    await writeFile(temporary, bytes, { mode: 0o600 });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A piece, or why there is none. */
export type ReadPiece =
  | { readonly state: 'good'; readonly piece: Piece }
  | { readonly state: 'missing' }
  | { readonly state: 'bad' };

export async function readPiece(path: string): Promise<ReadPiece> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return {
      state: error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'missing' : 'bad',
    };
  }
  try {
    return { state: 'good', piece: decodePiece(bytes) };
  } catch {
    return { state: 'bad' };
  }
}
