/** Audio that is late by less than this is late by the network's doing; Pipecat's threshold. */
const jitterMs = 200;

/**
 * One speaker's side of a recording, on a time line that begins with the recording: audio stands where it sounded, and
 * silence where there was none.
 */
export class RecordedTrack {
  readonly #sampleRateHz: number;
  #pieces: { readonly at: number; readonly samples: Int16Array }[] = [];
  #begin = 0;
  #end = 0;
  #heard = false;

  constructor(sampleRateHz: number) {
    this.#sampleRateHz = sampleRateHz;
  }

  /** Where the track ends, in samples since the recording began. */
  get end(): number {
    return this.#end;
  }

  /** Samples that wait to be taken. */
  get length(): number {
    return this.#end - this.#begin;
  }

  /**
   * Adds audio behind what is there, or later when it comes after a pause. What comes early, or late by no more than
   * the network's jitter, follows without a seam.
   *
   * @param startMs when its first sample sounds, in milliseconds since the recording began
   */
  push(samples: Int16Array, startMs: number): void {
    const asked = Math.round((startMs * this.#sampleRateHz) / 1000);
    const lateSamples = asked - this.#end;
    const isGap = lateSamples > (this.#heard ? (jitterMs * this.#sampleRateHz) / 1000 : 0);
    const at = isGap ? asked : this.#end;
    this.#heard = true;
    this.#pieces.push({ at, samples });
    this.#end = at + samples.length;
  }

  /** Takes everything up to `end` out, filled up with silence; what comes next stands behind it. */
  take(end: number): Int16Array {
    const out = new Int16Array(Math.max(end, this.#end) - this.#begin);
    for (const { at, samples } of this.#pieces) out.set(samples, at - this.#begin);
    this.#pieces = [];
    this.#begin += out.length;
    this.#end = this.#begin;
    return out;
  }
}
