const sampleRateHz = 16_000;

/** What an end-of-turn model hears at most: Smart Turn takes the last 8 seconds. */
export const maxTurnAudioMs = 8000;

/** Keeps the last seconds of what was heard, for a model that judges whether the speaker has finished. */
export class TurnAudio {
  readonly #samples = new Float32Array((maxTurnAudioMs * sampleRateHz) / 1000);
  #end = 0;
  #filled = 0;

  /** @param pcm16k mono, 16 kHz; copied */
  push(pcm16k: Float32Array): void {
    const size = this.#samples.length;
    const kept = pcm16k.subarray(Math.max(0, pcm16k.length - size));
    const untilWrap = kept.subarray(0, size - this.#end);
    this.#samples.set(untilWrap, this.#end);
    this.#samples.set(kept.subarray(untilWrap.length), 0);
    this.#end = (this.#end + kept.length) % size;
    this.#filled = Math.min(size, this.#filled + kept.length);
  }

  /** A copy of the last `ms` milliseconds, or of what there is. */
  last(ms: number): Float32Array {
    const size = this.#samples.length;
    const count = Math.min(this.#filled, Math.round((ms * sampleRateHz) / 1000));
    const start = (this.#end - count + size) % size;
    const out = new Float32Array(count);
    const untilWrap = this.#samples.subarray(start, Math.min(size, start + count));
    out.set(untilWrap);
    out.set(this.#samples.subarray(0, count - untilWrap.length), untilWrap.length);
    return out;
  }
}
