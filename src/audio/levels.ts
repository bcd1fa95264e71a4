import { checkSampleRate } from './pcm.js';

/** Root mean square, 0..1 for samples in -1..1. 0 for no samples. */
export function rms(pcm: Float32Array): number {
  if (pcm.length === 0) return 0;
  let sum = 0;
  for (const x of pcm) sum += x * x;
  return Math.sqrt(sum / pcm.length);
}

/** Largest magnitude. 0 for no samples. */
export function peak(pcm: Float32Array): number {
  let max = 0;
  for (const x of pcm) max = Math.max(max, Math.abs(x));
  return max;
}

/** Amplitude (1 is full scale) in decibels; -Infinity for silence. */
export function toDbfs(amplitude: number): number {
  return 20 * Math.log10(Math.abs(amplitude));
}

/** Loudness window of ITU-R BS.1770: one gating block. */
const blockMs = 400;

/** Second-order filter, direct form II transposed. */
class Biquad {
  #z1 = 0;
  #z2 = 0;

  constructor(private readonly c: { b0: number; b1: number; b2: number; a1: number; a2: number }) {}

  step(x: number): number {
    const { b0, b1, b2, a1, a2 } = this.c;
    const y = b0 * x + this.#z1;
    this.#z1 = b1 * x - a1 * y + this.#z2;
    this.#z2 = b2 * x - a2 * y;
    return y;
  }
}

/*
 * The two stages of K-weighting for any sample rate. BS.1770 prints coefficients for 48 kHz only; these
 * analogue prototypes (corner, quality, gain) give the same curve at other rates by the bilinear transform.
 */
function headShelf(sampleRateHz: number): Biquad {
  const k = Math.tan((Math.PI * 1681.974450955533) / sampleRateHz);
  const q = 0.7071752369554196;
  const vh = 10 ** (3.999843853973347 / 20);
  const vb = vh ** 0.4996667741545416;
  const a0 = 1 + k / q + k * k;
  return new Biquad({
    b0: (vh + (vb * k) / q + k * k) / a0,
    b1: (2 * (k * k - vh)) / a0,
    b2: (vh - (vb * k) / q + k * k) / a0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / q + k * k) / a0,
  });
}

function rumbleFilter(sampleRateHz: number): Biquad {
  const k = Math.tan((Math.PI * 38.13547087602444) / sampleRateHz);
  const q = 0.5003270373238773;
  const a0 = 1 + k / q + k * k;
  return new Biquad({ b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 });
}

/** How loud the last 400 ms of a mono stream sound to a person, after ITU-R BS.1770 (one channel, one block). */
export class LoudnessMeter {
  readonly #shelf: Biquad;
  readonly #rumble: Biquad;
  readonly #squares: Float64Array;
  #next = 0;
  #filled = 0;

  /** @param sampleRateHz 8000 or more, so that the shelf filter stays below half the rate */
  constructor(sampleRateHz: number) {
    checkSampleRate(sampleRateHz);
    this.#shelf = headShelf(sampleRateHz);
    this.#rumble = rumbleFilter(sampleRateHz);
    this.#squares = new Float64Array(Math.round((sampleRateHz * blockMs) / 1000));
  }

  /**
   * Takes the next samples.
   * @returns loudness of the last 400 ms in LUFS (-Infinity for silence), or undefined before 400 ms were heard
   */
  push(pcm: Float32Array): number | undefined {
    for (const x of pcm) {
      const y = this.#rumble.step(this.#shelf.step(x));
      this.#squares[this.#next] = y * y;
      this.#next = (this.#next + 1) % this.#squares.length;
    }
    this.#filled = Math.min(this.#filled + pcm.length, this.#squares.length);
    if (this.#filled < this.#squares.length) return undefined;
    let sum = 0;
    for (const square of this.#squares) sum += square;
    return -0.691 + 10 * Math.log10(sum / this.#squares.length);
  }
}

/** Loudness as Pipecat's VAD wants its volume: -110 .. -10 LUFS mapped to 0 .. 1, clamped. */
export function loudnessToVolume(lufs: number): number {
  return Math.min(1, Math.max(0, (lufs + 110) / 100));
}
