/** Samples per second of everything here. */
const sampleRateHz = 16_000;

/**
 * Keeps the audio of the segment that is being spoken and, before it, a little of what was heard just before:
 * the detector needs 200 ms to be sure, and the first word begins earlier than that.
 */
export class SegmentBuffer {
  readonly #preRollSamples: number;
  #pieces: Float32Array[] = [];
  #samples = 0;
  #speaking = false;

  /** @param preRollMs how much is kept from before speech is detected */
  constructor(preRollMs: number) {
    this.#preRollSamples = Math.round((preRollMs * sampleRateHz) / 1000);
  }

  get durationMs(): number {
    return (this.#samples * 1000) / sampleRateHz;
  }

  get speaking(): boolean {
    return this.#speaking;
  }

  /** @param pcm16k mono, 16 kHz, -1..1; kept by reference */
  push(pcm16k: Float32Array): void {
    this.#pieces.push(pcm16k);
    this.#samples += pcm16k.length;
    if (this.#speaking) return;
    let oldest = this.#pieces[0];
    while (oldest !== undefined && this.#samples - oldest.length >= this.#preRollSamples) {
      this.#pieces.shift();
      this.#samples -= oldest.length;
      oldest = this.#pieces[0];
    }
  }

  start(): void {
    this.#speaking = true;
  }

  /** What there is of the segment, or of the pre-roll; a copy. */
  soFar(): Float32Array {
    const segment = new Float32Array(this.#samples);
    let at = 0;
    for (const piece of this.#pieces) {
      segment.set(piece, at);
      at += piece.length;
    }
    return segment;
  }

  /** Ends the segment and gives it away; what follows is pre-roll again unless `start` was not undone. */
  take(keepSpeaking = false): Float32Array {
    const segment = this.soFar();
    this.#pieces = [];
    this.#samples = 0;
    this.#speaking = keepSpeaking;
    return segment;
  }
}
