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

/** The window moves on in a hundred steps, so that its sum is of a hundred numbers and not of thousands. */
const stepsPerBlock = 100;

/** Coefficients of a second-order filter. */
interface Biquad {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
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
  return {
    b0: (vh + (vb * k) / q + k * k) / a0,
    b1: (2 * (k * k - vh)) / a0,
    b2: (vh - (vb * k) / q + k * k) / a0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / q + k * k) / a0,
  };
}

function rumbleFilter(sampleRateHz: number): Biquad {
  const k = Math.tan((Math.PI * 38.13547087602444) / sampleRateHz);
  const q = 0.5003270373238773;
  const a0 = 1 + k / q + k * k;
  return { b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 };
}

/**
 * How loud the last 400 ms of a mono stream sound to a person, after ITU-R BS.1770 (one channel, one block). The
 * window moves on in steps of 4 ms.
 */
export class LoudnessMeter {
  readonly #shelf: Biquad;
  readonly #rumble: Biquad;
  /** State of both filters, direct form II transposed. */
  readonly #z = new Float64Array(4);
  readonly #stepSamples: number;
  /** Sum of squares of each step; the oldest is overwritten. */
  readonly #steps: Float64Array;
  #next = 0;
  #filled = 0;
  /** Of the step that is not full yet. */
  #sum = 0;
  #samples = 0;

  /** @param sampleRateHz 8000 or more, so that the shelf filter stays below half the rate */
  constructor(sampleRateHz: number) {
    checkSampleRate(sampleRateHz);
    this.#shelf = headShelf(sampleRateHz);
    this.#rumble = rumbleFilter(sampleRateHz);
    const blockSamples = (sampleRateHz * blockMs) / 1000;
    this.#stepSamples = Math.max(1, Math.round(blockSamples / stepsPerBlock));
    this.#steps = new Float64Array(Math.round(blockSamples / this.#stepSamples));
  }

  /**
   * Takes the next samples.
   * @returns loudness of the last 400 ms in LUFS (-Infinity for silence), or undefined before 400 ms were heard
   */
  push(pcm: Float32Array): number | undefined {
    // Fields and calls in this loop would take several times as long; it runs for every sample of every user.
    const { b0, b1, b2, a1, a2 } = this.#shelf;
    const { b0: c0, b1: c1, b2: c2, a1: d1, a2: d2 } = this.#rumble;
    const stepSamples = this.#stepSamples;
    let [z1, z2, z3, z4] = this.#z as unknown as [number, number, number, number];
    let sum = this.#sum;
    let samples = this.#samples;
    for (let at = 0; at < pcm.length;) {
      const end = Math.min(pcm.length, at + stepSamples - samples);
      samples += end - at;
      for (; at < end; at++) {
        const x = pcm[at] ?? 0;
        const y = b0 * x + z1;
        z1 = b1 * x - a1 * y + z2;
        z2 = b2 * x - a2 * y;
        const w = c0 * y + z3;
        z3 = c1 * y - d1 * w + z4;
        z4 = c2 * y - d2 * w;
        sum += w * w;
      }
      if (samples < stepSamples) break;
      this.#endStep(sum);
      sum = 0;
      samples = 0;
    }
    this.#z.set([z1, z2, z3, z4]);
    this.#sum = sum;
    this.#samples = samples;
    if (this.#filled < this.#steps.length) return undefined;
    let total = 0;
    for (const step of this.#steps) total += step;
    return -0.691 + 10 * Math.log10(total / (this.#steps.length * stepSamples));
  }

  #endStep(sum: number): void {
    this.#steps[this.#next] = sum;
    this.#next = (this.#next + 1) % this.#steps.length;
    this.#filled = Math.min(this.#filled + 1, this.#steps.length);
  }
}

/** Loudness as Pipecat's VAD wants its volume: -110 .. -10 LUFS mapped to 0 .. 1, clamped. */
export function loudnessToVolume(lufs: number): number {
  return Math.min(1, Math.max(0, (lufs + 110) / 100));
}
