import { inverse, invert, multiply, type Matrix } from './gf256.js';

/** Bytes of each piece that are worked on at once: their sums stay in the processor's nearest cache. */
const stripeBytes = 2048;

/**
 * An erasure code: from a number of data pieces it makes parity pieces, and gives all back when any of them are lost,
 * as long as there are as many pieces left as there is data. It is systematic (the data stays as it is) and its parity
 * is a Cauchy matrix over GF(256), each square part of which has an inverse (Bloemer et al., "An XOR-based
 * erasure-resilient coding scheme", 1995).
 *
 * A piece that is damaged and not lost is beyond it: whoever keeps the pieces keeps a checksum of each.
 *
 * All bytes at one offset of the pieces belong together and to no others, so that large pieces can be worked on part
 * by part, with the event loop let in between; 1 MB of data takes a few milliseconds.
 */
export class ReedSolomon {
  readonly #parity: Matrix;

  /** @throws RangeError unless both are at least 1 and their sum is at most 256 */
  constructor(
    readonly dataPieces = 10,
    readonly parityPieces = 4,
  ) {
    const isCount = (count: number): boolean => Number.isInteger(count) && count >= 1;
    if (!isCount(dataPieces) || !isCount(parityPieces) || dataPieces + parityPieces > 256)
      throw new RangeError(`no code has ${dataPieces} data pieces and ${parityPieces} parity pieces`);
    // 1 / (x + y), where the xs are the parity pieces' numbers and the ys the data pieces'.
    this.#parity = identity(dataPieces + parityPieces)
      .slice(dataPieces)
      .map((_, i) => Array.from({ length: dataPieces }, (_, j) => inverse((dataPieces + i) ^ j)));
  }

  /** Data and parity pieces together. */
  get pieces(): number {
    return this.dataPieces + this.parityPieces;
  }

  /**
   * @param data `dataPieces` pieces of equal length
   * @returns the `parityPieces` parity pieces, of the same length
   * @throws RangeError for another number of pieces, or pieces of different lengths
   */
  encode(data: readonly Uint8Array[]): Uint8Array[] {
    if (data.length !== this.dataPieces)
      throw new RangeError(`${data.length} data pieces where ${this.dataPieces} are due`);
    return combine(this.#parity, data);
  }

  /**
   * @param pieces data and parity in order, with undefined for each that is lost
   * @returns all of them; those that were there are the same objects
   * @throws RangeError when more are lost than there is parity, for another number of pieces, or for pieces of
   *   different lengths
   */
  reconstruct(pieces: readonly (Uint8Array | undefined)[]): Uint8Array[] {
    if (pieces.length !== this.pieces)
      throw new RangeError(`${pieces.length} pieces where ${this.pieces} are due`);
    const present = pieces.flatMap((piece, i) => (piece === undefined ? [] : [{ piece, i }]));
    const used = present.slice(0, this.dataPieces);
    if (used.length < this.dataPieces)
      throw new RangeError(
        `${present.length} of ${this.pieces} pieces are left; ${this.dataPieces} are needed`,
      );
    lengthOf(present.map(({ piece }) => piece));
    const code = [...identity(this.dataPieces), ...this.#parity];
    const lost = pieces.flatMap((piece, i) => (piece === undefined ? [i] : []));
    if (lost.length === 0) return present.map(({ piece }) => piece);
    // What is there is a known mixture of the data; that undone, any piece can be mixed from it.
    const toData = invert(used.map(({ i }) => code[i] ?? []));
    const rows = lost.map((i) => times(code[i] ?? [], toData));
    const rebuilt = combine(
      rows,
      used.map(({ piece }) => piece),
    );
    const byIndex = new Map(lost.map((i, at) => [i, rebuilt[at]]));
    return pieces.map((piece, i) => piece ?? byIndex.get(i) ?? new Uint8Array());
  }

  /** Whether the parity belongs to the data, all pieces being there. */
  isConsistent(pieces: readonly Uint8Array[]): boolean {
    const parity = this.encode(pieces.slice(0, this.dataPieces));
    return parity.every(
      (piece, i) => Buffer.compare(piece, pieces[this.dataPieces + i] ?? new Uint8Array()) === 0,
    );
  }
}

function identity(size: number): number[][] {
  return Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));
}

/** A row of a code, told by the pieces in use instead of the data. */
function times(row: readonly number[], matrix: Matrix): number[] {
  return row.map((_, j) => row.reduce((sum, value, i) => sum ^ multiply(value, matrix[i]?.[j] ?? 0), 0));
}

/** For each row, the sum of the inputs, each multiplied by its factor in the row. */
function combine(rows: Matrix, inputs: readonly Uint8Array[]): Uint8Array[] {
  const length = lengthOf(inputs);
  const outputs = rows.map(() => new Uint8Array(length));
  for (let first = 0; first < rows.length; first += 4) {
    combineFour(rows.slice(first, first + 4), inputs, outputs.slice(first, first + 4), length);
  }
  return outputs;
}

/**
 * Up to four rows at once: a table for each input gives a byte's products with the factors of all four as one number
 * of 32 bits, so that a byte is looked up once and not once a row.
 */
function combineFour(
  rows: Matrix,
  inputs: readonly Uint8Array[],
  outputs: readonly Uint8Array[],
  length: number,
): void {
  const tables = inputs.map((_, j) => productsOf(rows.map((row) => row[j] ?? 0)));
  const sums = new Uint32Array(stripeBytes);
  for (let start = 0; start < length; start += stripeBytes) {
    const end = Math.min(length, start + stripeBytes);
    sums.fill(0);
    inputs.forEach((input, j) => {
      addProducts(sums, tables[j] ?? sums, input, start, end);
    });
    outputs.forEach((output, i) => {
      takeBytes(output, sums, 8 * i, start, end);
    });
  }
}

/** For each byte its products with up to four factors, the first in the lowest 8 bits. */
function productsOf(factors: readonly number[]): Uint32Array {
  const table = new Uint32Array(256);
  for (let byte = 1; byte < 256; byte++) {
    const lowest = byte & -byte;
    // Products are linear: all but eight are sums of two that are there already.
    table[byte] =
      byte === lowest
        ? factors.reduce((products, factor, i) => products | (multiply(byte, factor) << (8 * i)), 0)
        : (table[lowest] ?? 0) ^ (table[byte ^ lowest] ?? 0);
  }
  return table;
}

function addProducts(
  sums: Uint32Array,
  table: Uint32Array,
  input: Uint8Array,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i++) {
    sums[i - start] = (sums[i - start] ?? 0) ^ (table[input[i] ?? 0] ?? 0);
  }
}

function takeBytes(output: Uint8Array, sums: Uint32Array, shift: number, start: number, end: number): void {
  for (let i = start; i < end; i++) output[i] = (sums[i - start] ?? 0) >>> shift;
}

/** @throws RangeError unless all have the same length */
function lengthOf(pieces: readonly Uint8Array[]): number {
  const length = pieces[0]?.length ?? 0;
  if (pieces.some((piece) => piece.length !== length)) throw new RangeError('pieces have different lengths');
  return length;
}
