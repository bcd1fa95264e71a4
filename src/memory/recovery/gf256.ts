/**
 * Arithmetic in the field of 256 elements, whose sum is exclusive or. The polynomial is x^8 + x^4 + x^3 + x^2 + 1,
 * with 2 as generator: the one that is usual for Reed-Solomon codes.
 */
const polynomial = 0x11d;

const powers = new Uint8Array(510);
const logarithms = new Uint8Array(256);
for (let exponent = 0, value = 1; exponent < 255; exponent++) {
  powers[exponent] = value;
  // Twice, so that a sum of two logarithms needs no remainder.
  powers[exponent + 255] = value;
  logarithms[value] = exponent;
  value = value & 0x80 ? (value << 1) ^ polynomial : value << 1;
}

/** Both are 0..255. */
export function multiply(one: number, other: number): number {
  if (one === 0 || other === 0) return 0;
  return powers[(logarithms[one] ?? 0) + (logarithms[other] ?? 0)] ?? 0;
}

/** @throws RangeError for 0, which has no inverse */
export function inverse(value: number): number {
  if (value === 0) throw new RangeError('zero has no inverse');
  return powers[255 - (logarithms[value] ?? 0)] ?? 0;
}

/** A matrix over the field, as rows. */
export type Matrix = readonly (readonly number[])[];

/**
 * The inverse of a square matrix, by Gauss and Jordan.
 * @throws RangeError when there is none
 */
export function invert(matrix: Matrix): number[][] {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...Array.from({ length: size }, (_, j) => (i === j ? 1 : 0))]);
  for (let column = 0; column < size; column++) {
    const at = rows.findIndex((row, i) => i >= column && row[column] !== 0);
    const found = rows[at];
    const here = rows[column];
    if (found === undefined || here === undefined) throw new RangeError('a matrix has no inverse');
    rows[at] = here;
    const scale = inverse(found[column] ?? 0);
    const pivot = found.map((value) => multiply(value, scale));
    rows[column] = pivot;
    rows.forEach((row, i) => {
      const factor = row[column] ?? 0;
      if (i === column || factor === 0) return;
      rows[i] = row.map((value, j) => value ^ multiply(pivot[j] ?? 0, factor));
    });
  }
  return rows.map((row) => row.slice(size));
}
