import { downmix, float32ToInt16, int16ToFloat32, Resampler } from '../../audio/index.js';
import { InputAudioRawFrame } from '../../pipeline/frames/index.js';

/** Long messages are worked on in pieces of this size, so that no session holds up the others. */
const sliceMs = 100;

const yieldToOthers = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Brings one peer's audio to mono at the pipeline's rate. The stream is resampled as one, so that seams between
 * messages do not click; a change of the peer's rate begins a new stream.
 */
export class InputAudioConverter {
  readonly #toHz: number;
  #resampler: Resampler | undefined;
  #closed = false;

  constructor(sampleRateHz: number) {
    this.#toHz = sampleRateHz;
  }

  /** Gives the audio in frames of at most {@link sliceMs}; a resampler may hold back a few milliseconds. */
  async *convert(frame: InputAudioRawFrame): AsyncGenerator<InputAudioRawFrame, void, undefined> {
    const { audio, numChannels, sampleRateHz } = frame;
    const slice = Math.ceil((sampleRateHz * sliceMs) / 1000) * numChannels;
    if (numChannels === 1 && sampleRateHz === this.#toHz && audio.length <= slice) {
      yield frame;
      return;
    }
    const resampler = await this.#resamplerFor(sampleRateHz);
    for (let at = 0; at < audio.length; at += slice) {
      if (at > 0) await yieldToOthers();
      if (this.#isClosed()) return;
      const mono = downmix(int16ToFloat32(audio.subarray(at, at + slice)), numChannels);
      const samples = float32ToInt16(resampler.process(mono));
      if (samples.length === 0) continue;
      const part = new InputAudioRawFrame(samples, this.#toHz);
      part.pts = frame.pts;
      yield part;
    }
  }

  /** Ends a conversion in progress too. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#resampler?.close();
    this.#resampler = undefined;
  }

  #isClosed(): boolean {
    return this.#closed;
  }

  async #resamplerFor(fromHz: number): Promise<Resampler> {
    if (this.#resampler?.fromHz === fromHz) return this.#resampler;
    this.#resampler?.close();
    this.#resampler = undefined;
    const created = await Resampler.create(fromHz, this.#toHz);
    if (this.#closed) created.close();
    else this.#resampler = created;
    return created;
  }
}
