import { Resampler, downmix, float32ToInt16, int16ToFloat32 } from '../../audio/index.js';

/** Audio as frames carry it. */
interface RawAudio {
  readonly audio: Int16Array;
  readonly sampleRateHz: number;
  readonly numChannels: number;
}

/** Brings one stream to mono at one rate, without waiting where nothing is to be converted. */
export class ToRate {
  readonly #toHz: number;
  #resampler: Resampler | undefined;
  #closed = false;

  constructor(sampleRateHz: number) {
    this.#toHz = sampleRateHz;
  }

  /** @returns the samples; what a resampler holds back comes with the next ones */
  convert(frame: RawAudio): Int16Array | Promise<Int16Array> {
    const { audio, sampleRateHz, numChannels } = frame;
    if (sampleRateHz === this.#toHz && numChannels === 1) return audio;
    const mono = downmix(int16ToFloat32(audio), numChannels);
    if (sampleRateHz === this.#toHz) return float32ToInt16(mono);
    if (this.#resampler?.fromHz === sampleRateHz) return float32ToInt16(this.#resampler.process(mono));
    return this.#begin(mono, sampleRateHz);
  }

  close(): void {
    this.#closed = true;
    this.#resampler?.close();
  }

  async #begin(mono: Float32Array, fromHz: number): Promise<Int16Array> {
    const created = await Resampler.create(fromHz, this.#toHz);
    this.#resampler?.close();
    this.#resampler = created;
    const samples = float32ToInt16(created.process(mono));
    if (this.#closed) created.close();
    return samples;
  }
}
