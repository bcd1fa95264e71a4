import { setImmediate } from 'node:timers/promises';

import { dataPieces, parityPieces } from './piece-file.js';
import { ReedSolomon } from './reed-solomon.js';

const code = new ReedSolomon(dataPieces, parityPieces);
/** Bytes of each piece between two turns of the event loop: less than two milliseconds of work. */
const sliceBytes = 16 * 1024;

/** The parity of pieces of any lengths; shorter ones count as if they ended in zeros. */
export async function parityOf(data: readonly Buffer[]): Promise<Buffer[]> {
  const length = Math.max(...data.map((piece) => piece.length));
  const parity = Array.from({ length: parityPieces }, () => Buffer.alloc(length));
  for (let from = 0; from < length; from += sliceBytes) {
    const to = Math.min(length, from + sliceBytes);
    const slices = code.encode(data.map((piece) => padded(piece, from, to)));
    slices.forEach((slice, i) => parity[i]?.set(slice, from));
    await setImmediate();
  }
  return parity;
}

/**
 * All pieces of a group, of equal length, those that are lost made anew.
 * @throws RangeError when more are lost than there is parity
 */
export async function restored(pieces: readonly (Buffer | undefined)[], length: number): Promise<Buffer[]> {
  const all = pieces.map(() => Buffer.alloc(length));
  for (let from = 0; from < length; from += sliceBytes) {
    const to = Math.min(length, from + sliceBytes);
    const slices = code.reconstruct(pieces.map((piece) => piece && padded(piece, from, to)));
    slices.forEach((slice, i) => all[i]?.set(slice, from));
    await setImmediate();
  }
  return all;
}

function padded(piece: Buffer, from: number, to: number): Uint8Array {
  if (piece.length >= to) return piece.subarray(from, to);
  const slice = Buffer.alloc(to - from);
  if (piece.length > from) piece.copy(slice, 0, from);
  return slice;
}
