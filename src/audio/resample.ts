import libsamplerate from '@alexanderolsen/libsamplerate-js';
import { SlowcatError } from '../errors.js';
import { checkSampleRate, concatFloat32 } from './pcm.js';

/** libsamplerate's sinc converters: pass band and cost grow together. */
export type ResampleQuality = 'fast' | 'medium' | 'best';

export interface ResamplerOptions {
  /**
   * `fast` keeps 80 % of the band, `medium` 90 %, `best` 97 %. Twenty milliseconds of 48 kHz audio to 16 kHz
   * take about 0.12, 0.28 and 0.9 ms.
   * @defaultValue 'medium'
   */
  readonly quality?: ResampleQuality;
}

export const defaultResamplerOptions = { quality: 'medium' } as const satisfies ResamplerOptions;

type Converter = Awaited<ReturnType<typeof libsamplerate.create>>;

/** libsamplerate converts by 1/256 .. 256. */
const maxRatio = 256;
/** The binding's own check stops here; halving both rates keeps their ratio, which is all that matters. */
const maxBindingRateHz = 192_000;
/** The binding holds 1 008 000 samples in and out; blocks below keep both far from it. */
const maxBlockSamples = 250_000;

const converterTypes = {
  fast: libsamplerate.ConverterType.SRC_SINC_FASTEST,
  medium: libsamplerate.ConverterType.SRC_SINC_MEDIUM_QUALITY,
  best: libsamplerate.ConverterType.SRC_SINC_BEST_QUALITY,
} as const satisfies Record<ResampleQuality, number>;

/*
 * A new converter compiles its WebAssembly, about 8 ms on the calling thread; setting a used one to other
 * rates takes a tenth of one. So closed ones wait here, no more than a busy server's share.
 */
const idle: Converter[] = [];
const maxIdle = 16;

async function takeConverter(fromHz: number, toHz: number, quality: ResampleQuality): Promise<Converter> {
  const divisor = Math.max(1, Math.ceil(Math.max(fromHz, toHz) / maxBindingRateHz));
  const from = fromHz / divisor;
  const to = toHz / divisor;
  const converterType = converterTypes[quality];
  const used = idle.pop();
  if (used === undefined) return libsamplerate.create(1, from, to, { converterType });
  // Each setter rebuilds the native state from all four values, and so also forgets the last stream.
  used.inputSampleRate = from;
  used.converterType = converterType;
  used.outputSampleRate = to;
  used.ratio = to / from;
  return used;
}

/**
 * Converts one mono stream from one sample rate to another, chunk by chunk, without clicks at the seams.
 * Use one per stream; `close()` it when the stream is over.
 */
export class Resampler {
  readonly fromHz: number;
  readonly toHz: number;
  readonly #quality: ResampleQuality;
  #converter: Converter | undefined;
  #closed = false;
  #taken = 0;
  #given = 0;

  private constructor(
    fromHz: number,
    toHz: number,
    quality: ResampleQuality,
    converter: Converter | undefined,
  ) {
    this.fromHz = fromHz;
    this.toHz = toHz;
    this.#quality = quality;
    this.#converter = converter;
  }

  /**
   * Rates are 1..384000 Hz and at most 256 times apart, else `SLOWCAT_AUDIO_INVALID`. Equal rates cost nothing.
   */
  static async create(fromHz: number, toHz: number, options: ResamplerOptions = {}): Promise<Resampler> {
    checkSampleRate(fromHz);
    checkSampleRate(toHz);
    if (Math.max(fromHz / toHz, toHz / fromHz) > maxRatio) {
      throw new SlowcatError(
        'SLOWCAT_AUDIO_INVALID',
        `${fromHz} Hz and ${toHz} Hz are more than ${maxRatio} times apart; use rates closer together.`,
      );
    }
    const { quality } = { ...defaultResamplerOptions, ...options };
    const converter = fromHz === toHz ? undefined : await takeConverter(fromHz, toHz, quality);
    return new Resampler(fromHz, toHz, quality, converter);
  }

  /**
   * Takes the next samples and gives those of the new rate that are ready; a few milliseconds stay inside
   * until more samples or `flush()` come. Equal rates give the array itself.
   */
  process(pcm: Float32Array): Float32Array {
    this.#check();
    this.#taken += pcm.length;
    const out = this.#convert(pcm);
    this.#given += out.length;
    return out;
  }

  /**
   * Gives the rest of the stream, so that all of it together has `round(samples * toHz / fromHz)` samples, and
   * begins a new one.
   */
  flush(): Float32Array {
    this.#check();
    const missing = Math.round((this.#taken * this.toHz) / this.fromHz) - this.#given;
    this.#taken = 0;
    this.#given = 0;
    if (this.#converter === undefined || missing <= 0) {
      this.#restart();
      return new Float32Array(0);
    }
    // Silence pushes the filter's tail out; what comes beyond the stream's length is silence too.
    const out = new Float32Array(missing);
    const silence = new Float32Array(Math.max(64, Math.ceil((missing * this.fromHz) / this.toHz)));
    let filled = 0;
    while (filled < missing) {
      const tail = this.#convert(silence);
      out.set(tail.subarray(0, missing - filled), filled);
      filled += tail.length;
    }
    this.#restart();
    return out;
  }

  /** Releases the native converter. Idempotent. */
  close(): void {
    this.#closed = true;
    if (this.#converter === undefined) return;
    if (idle.length < maxIdle) idle.push(this.#converter);
    else this.#converter.destroy();
    this.#converter = undefined;
  }

  #check(): void {
    if (this.#closed) {
      throw new SlowcatError(
        'SLOWCAT_AUDIO_INVALID',
        'The resampler is closed; create another for a new stream.',
      );
    }
  }

  #convert(pcm: Float32Array): Float32Array {
    const converter = this.#converter;
    if (converter === undefined || pcm.length === 0) return pcm;
    const block = Math.max(1, Math.floor(maxBlockSamples / Math.max(1, this.toHz / this.fromHz)));
    if (pcm.length <= block) return converter.full(pcm);
    const pieces: Float32Array[] = [];
    for (let i = 0; i < pcm.length; i += block) pieces.push(converter.full(pcm.subarray(i, i + block)));
    return concatFloat32(pieces);
  }

  #restart(): void {
    // Setting any property rebuilds the native state, which forgets what it heard.
    if (this.#converter !== undefined) this.#converter.converterType = converterTypes[this.#quality];
  }
}

/** Converts a whole mono recording. Throws as {@link Resampler.create}. */
export async function resample(
  pcm: Float32Array,
  fromHz: number,
  toHz: number,
  options: ResamplerOptions = {},
): Promise<Float32Array> {
  const resampler = await Resampler.create(fromHz, toHz, options);
  try {
    return concatFloat32([resampler.process(pcm), resampler.flush()]);
  } finally {
    resampler.close();
  }
}
