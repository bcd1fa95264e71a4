/**
 * A vector coarse to fine: its Haar wavelet transform, band by band. The transform is orthonormal, so that the error of
 * what is rebuilt from the first bands is exactly the length of the bands that were left out: it can only fall.
 */

/** How often the vector is halved; there is one band more. */
export const defaultLevels = 4;

const half = Math.SQRT1_2;

/**
 * @param vector its length is a multiple of 2^`levels`
 * @returns `levels` + 1 bands, the coarsest first. The first two are as long as each other, every other is twice as long
 *   as the one before; together they have as many numbers as the vector
 * @throws RangeError for another length
 */
export function toBands(vector: Float32Array, levels = defaultLevels): Float32Array[] {
  if (!Number.isInteger(levels) || levels < 0 || vector.length % 2 ** levels !== 0)
    throw new RangeError(`${vector.length} numbers cannot be halved ${levels} times`);
  const bands: Float32Array[] = [];
  let coarse = vector.slice();
  for (let level = 0; level < levels; level++) {
    const pairs = coarse.length / 2;
    const [sums, differences] = [new Float32Array(pairs), new Float32Array(pairs)];
    for (let i = 0; i < pairs; i++) {
      const [left, right] = [coarse[2 * i] ?? 0, coarse[2 * i + 1] ?? 0];
      sums[i] = (left + right) * half;
      differences[i] = (left - right) * half;
    }
    bands.push(differences);
    coarse = sums;
  }
  return [coarse, ...bands.reverse()];
}

/**
 * The vector at a level: level 0 from the first band alone, and exact with all of them.
 *
 * @param bands the first 1 to `levels` + 1 bands
 * @throws RangeError without a band, or with more than there are
 */
export function fromBands(bands: readonly Float32Array[], levels = defaultLevels): Float32Array {
  const [first, ...details] = bands;
  if (first === undefined || details.length > levels)
    throw new RangeError(`${bands.length} bands of ${levels + 1}`);
  let coarse = first;
  for (let level = 0; level < levels; level++) {
    const differences = details[level];
    const finer = new Float32Array(2 * coarse.length);
    for (let i = 0; i < coarse.length; i++) {
      const [sum, difference] = [coarse[i] ?? 0, differences?.[i] ?? 0];
      finer[2 * i] = (sum + difference) * half;
      finer[2 * i + 1] = (sum - difference) * half;
    }
    coarse = finer;
  }
  return coarse;
}
