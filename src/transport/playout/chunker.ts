/** Cuts PCM of any size into chunks of one exact size. Mono. */
export class Chunker {
  readonly chunkSamples: number;
  #partial: Int16Array;
  #filled = 0;

  /** @param chunkSamples size of every chunk, at least 1 */
  constructor(chunkSamples: number) {
    this.chunkSamples = Math.max(1, Math.floor(chunkSamples));
    this.#partial = new Int16Array(this.chunkSamples);
  }

  /** Samples that wait for a chunk to become full. */
  get pendingSamples(): number {
    return this.#filled;
  }

  /** Takes samples and gives the chunks that are full; they are the caller's. */
  push(samples: Int16Array): Int16Array[] {
    const chunks: Int16Array[] = [];
    let at = 0;
    while (at < samples.length) {
      if (this.#filled === 0 && samples.length - at >= this.chunkSamples) {
        chunks.push(samples.slice(at, at + this.chunkSamples));
        at += this.chunkSamples;
        continue;
      }
      const taken = samples.subarray(at, at + this.chunkSamples - this.#filled);
      this.#partial.set(taken, this.#filled);
      this.#filled += taken.length;
      at += taken.length;
      if (this.#filled === this.chunkSamples) {
        chunks.push(this.#partial);
        this.clear();
      }
    }
    return chunks;
  }

  /** Gives what is left, filled up with silence; undefined when nothing is. */
  flush(): Int16Array | undefined {
    if (this.#filled === 0) return undefined;
    const chunk = this.#partial;
    this.clear();
    return chunk;
  }

  /** Forgets what is left. */
  clear(): void {
    this.#partial = new Int16Array(this.chunkSamples);
    this.#filled = 0;
  }
}
