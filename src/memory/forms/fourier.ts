/** A complex vector. */
export interface Spectrum {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/**
 * The discrete Fourier transform, by Cooley and Tukey, radix 2.
 * @throws RangeError unless the length is a power of two
 */
export function transform(values: Float32Array): Spectrum {
  return inPlace({ real: Float64Array.from(values), imaginary: new Float64Array(values.length) }, -1);
}

/** The real part of the inverse transform, which is all of it for the spectrum of real numbers. */
export function inverseTransform({ real, imaginary }: Spectrum): Float32Array {
  const size = real.length;
  const back = inPlace({ real: real.slice(), imaginary: imaginary.slice() }, 1);
  return Float32Array.from(back.real, (value) => value / size);
}

function inPlace(spectrum: Spectrum, sign: 1 | -1): Spectrum {
  const { real, imaginary } = spectrum;
  const size = real.length;
  if (size === 0 || (size & (size - 1)) !== 0) throw new RangeError(`${size} numbers are not a power of two`);
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j |= bit;
    if (i < j) {
      swap(real, i, j);
      swap(imaginary, i, j);
    }
  }
  for (let span = 2; span <= size; span *= 2) {
    const angle = (sign * 2 * Math.PI) / span;
    for (let k = 0; k < span / 2; k++) {
      const [cos, sin] = [Math.cos(angle * k), Math.sin(angle * k)];
      for (let at = k; at < size; at += span) {
        const other = at + span / 2;
        const [re, im] = [real[other] ?? 0, imaginary[other] ?? 0];
        const turnedReal = re * cos - im * sin;
        const turnedImaginary = re * sin + im * cos;
        real[other] = (real[at] ?? 0) - turnedReal;
        imaginary[other] = (imaginary[at] ?? 0) - turnedImaginary;
        real[at] = (real[at] ?? 0) + turnedReal;
        imaginary[at] = (imaginary[at] ?? 0) + turnedImaginary;
      }
    }
  }
  return spectrum;
}

function swap(values: Float64Array, i: number, j: number): void {
  const value = values[i] ?? 0;
  values[i] = values[j] ?? 0;
  values[j] = value;
}
