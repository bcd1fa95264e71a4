import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ReedSolomon } from './reed-solomon.js';

const code = new ReedSolomon();
const lengths = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(2047, 2048, 2049, 5000));
/** Random bytes from a seed: drawing each from fast-check takes seconds. */
const dataOf = (count: number): fc.Arbitrary<Uint8Array[]> =>
  fc.tuple(lengths, fc.integer()).map(([length, seed]) => {
    let state = seed;
    const next = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return state >>> 24;
    };
    return Array.from({ length: count }, () => Uint8Array.from({ length }, next));
  });
const lossOf = (pieces: number, lost: number): fc.Arbitrary<number[]> =>
  fc.subarray(
    Array.from({ length: pieces }, (_, i) => i),
    { minLength: lost, maxLength: lost },
  );
const without = (pieces: readonly Uint8Array[], lost: readonly number[]): (Uint8Array | undefined)[] =>
  pieces.map((piece, i) => (lost.includes(i) ? undefined : piece));

/** `toEqual` goes through thousands of bytes one by one. */
const expectSame = (actual: readonly Uint8Array[], expected: readonly Uint8Array[]): void => {
  expect(actual.map((piece) => piece.length)).toEqual(expected.map((piece) => piece.length));
  expect(Buffer.compare(Buffer.concat(actual), Buffer.concat(expected))).toBe(0);
};

/** Deterministic bytes that differ from piece to piece. */
const sample = (pieces: number, length: number): Uint8Array[] =>
  Array.from({ length: pieces }, (_, j) =>
    Uint8Array.from({ length }, (_, i) => (i * 31 + j * 97 + i * j) % 256),
  );

describe('ReedSolomon', () => {
  it('gives back all 14 pieces when any 4 or fewer of them are lost', () => {
    fc.assert(
      fc.property(
        dataOf(10),
        fc.integer({ min: 0, max: 4 }).chain((lost) => lossOf(14, lost)),
        (data, lost) => {
          const pieces = [...data, ...code.encode(data)];
          expectSame(code.reconstruct(without(pieces, lost)), pieces);
        },
      ),
    );
  });

  it('gives them back for each of the 1,001 ways to lose 4', () => {
    const data = sample(10, 7);
    const pieces = [...data, ...code.encode(data)];
    let ways = 0;
    for (let mask = 0; mask < 2 ** 14; mask++) {
      const lost = pieces.flatMap((_, i) => ((mask >> i) & 1 ? [i] : []));
      if (lost.length !== 4) continue;
      ways++;
      const rebuilt = code.reconstruct(without(pieces, lost));
      if (rebuilt.some((piece, i) => Buffer.compare(piece, pieces[i]!) !== 0)) expect.fail(lost.join());
    }
    expect(ways).toBe(1001);
  });

  it('says so when 5 or more are lost', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 5, max: 14 }).chain((lost) => lossOf(14, lost)),
        (lost) => {
          const data = sample(10, 3);
          const pieces = [...data, ...code.encode(data)];
          expect(() => code.reconstruct(without(pieces, lost))).toThrow(
            new RangeError(`${14 - lost.length} of 14 pieces are left; 10 are needed`),
          );
        },
      ),
    );
  });

  it('does so for other numbers of pieces', () => {
    const shapes = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(
        shapes.chain(([data, parity]) =>
          fc.tuple(fc.constant(new ReedSolomon(data, parity)), dataOf(data), lossOf(data + parity, parity)),
        ),
        ([shape, data, lost]) => {
          const pieces = [...data, ...shape.encode(data)];
          expectSame(shape.reconstruct(without(pieces, lost)), pieces);
        },
      ),
    );
  });

  it('can be worked part by part', () => {
    const data = sample(10, 5000);
    const whole = code.encode(data);
    const parts = [0, 1234, 4096].map((start, i, starts) =>
      code.encode(data.map((piece) => piece.subarray(start, starts[i + 1]))),
    );
    expect(whole.map((_, i) => Buffer.concat(parts.map((part) => part[i]!)))).toEqual(
      whole.map((p) => Buffer.from(p)),
    );
  });

  it('leaves the data as it is and makes parity that tells of any changed byte', () => {
    const data = sample(10, 50);
    const copy = data.map((piece) => piece.slice());
    const pieces = [...data, ...code.encode(data)];
    expect(data).toEqual(copy);
    expect(code.isConsistent(pieces)).toBe(true);
    pieces.forEach((piece, i) => {
      const changed = piece.with(i, piece[i]! ^ 1);
      expect(code.isConsistent(pieces.with(i, changed))).toBe(false);
    });
  });

  it('refuses pieces that do not belong together', () => {
    const data = sample(10, 4);
    const pieces = [...data, ...code.encode(data)];
    expect(() => code.encode(data.slice(1))).toThrow(RangeError);
    expect(() => code.encode(data.with(3, new Uint8Array(5)))).toThrow('different lengths');
    expect(() => code.reconstruct(pieces.slice(1))).toThrow(RangeError);
    expect(() => code.reconstruct([undefined, ...pieces.slice(1, 13), new Uint8Array(5)])).toThrow(
      'different lengths',
    );
    expect(() => new ReedSolomon(0, 4)).toThrow(RangeError);
    expect(() => new ReedSolomon(10, 1.5)).toThrow(RangeError);
    expect(() => new ReedSolomon(250, 7)).toThrow(RangeError);
  });
});
