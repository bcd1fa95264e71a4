/** Gathers what one speaker says in one go. */
export class TurnRun {
  readonly #preRollSamples: number;
  #pieces: Int16Array[] = [];
  #length = 0;
  #speaking = false;

  /** @param preRollSamples how much is kept from before the speaker was known to speak */
  constructor(preRollSamples: number) {
    this.#preRollSamples = preRollSamples;
  }

  push(samples: Int16Array): void {
    this.#pieces.push(samples);
    this.#length += samples.length;
    if (!this.#speaking) this.#trim();
  }

  start(): void {
    this.#speaking = true;
  }

  /** @returns all that was said, or null when nobody spoke */
  stop(): Int16Array | null {
    if (!this.#speaking) return null;
    const out = new Int16Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      out.set(piece, at);
      at += piece.length;
    }
    this.clear();
    return out.length === 0 ? null : out;
  }

  clear(): void {
    this.#pieces = [];
    this.#length = 0;
    this.#speaking = false;
  }

  #trim(): void {
    for (let over = this.#length - this.#preRollSamples; over > 0;) {
      const first = this.#pieces.shift();
      if (first === undefined) return;
      const left = first.subarray(Math.min(over, first.length));
      if (left.length > 0) this.#pieces.unshift(left);
      this.#length -= first.length - left.length;
      over -= first.length - left.length;
    }
  }
}
