/** The latest durations, for an average and a 95th percentile that follow the present. */
export class LatencyWindow {
  readonly #size: number;
  readonly #ms: number[] = [];
  #count = 0;

  /** @param size how many are kept */
  constructor(size = 1000) {
    this.#size = size;
  }

  /** Durations added so far, also those no longer kept. */
  get count(): number {
    return this.#count;
  }

  add(ms: number): void {
    this.#ms[this.#count % this.#size] = ms;
    this.#count++;
  }

  /** 0 while there are none. */
  average(): number {
    return this.#ms.reduce((sum, ms) => sum + ms, 0) / Math.max(1, this.#ms.length);
  }

  /** By nearest rank; 0 while there are none. @param share 0..1 */
  percentile(share: number): number {
    const sorted = [...this.#ms].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  }
}
