import { chunkVectors, layout, type Kernel } from './kernel.js';
import { isPresent, type SignChunks } from './sign-chunks.js';
import type { SignCosts } from './sign-costs.js';

/** The worst are thrown out when so many more than are wanted have been found. */
const slack = 256;

/**
 * The search for the documents whose signs are nearest to a query's, chunk by chunk from the newest on, so that it can
 * be left and taken up again between chunks. Of equals the newest are kept.
 */
export class SignScan {
  readonly #kernel: Kernel;
  readonly #chunks: SignChunks;
  readonly #costs: SignCosts;
  readonly #keep: number;
  readonly #foundDocs: Uint32Array;
  readonly #foundCosts: Uint8Array;
  #found = 0;
  /** What costs more is not wanted any more. */
  #limit = 255;
  #next: number;

  constructor(kernel: Kernel, chunks: SignChunks, costs: SignCosts, keep: number) {
    this.#kernel = kernel;
    this.#chunks = chunks;
    this.#costs = costs;
    this.#keep = keep;
    this.#foundDocs = new Uint32Array(keep + slack + chunkVectors);
    this.#foundCosts = new Uint8Array(keep + slack + chunkVectors);
    this.#next = chunks.length - 1;
  }

  /** Looks through the next chunks. @returns true when there are more */
  step(chunks: number): boolean {
    this.#kernel.bytes().set(this.#costs.tables, layout.costs);
    for (let i = 0; i < chunks && this.#next >= 0 && this.#limit >= 0; i++) this.#scan(this.#next--);
    return this.#next >= 0 && this.#limit >= 0;
  }

  /** The nearest that were found, newest chunk first. */
  nearest(): Uint32Array {
    this.#throwOut();
    return this.#foundDocs.slice(0, this.#found);
  }

  #scan(number: number): void {
    const chunk = this.#chunks.chunk(number);
    if (!chunk) return;
    // A vector whose near part is dearer than its share of the limit is lost unless one of its group is not. That is
    // one in five at the limit itself, and next to none of the nearest, which cost far less.
    const near = this.#limit === 255 ? 255 : Math.ceil(this.#limit * this.#costs.nearShare);
    const count = this.#kernel.scan(chunk.at, near, this.#limit);
    if (count === 0) return;
    const bytes = this.#kernel.bytes();
    const results = new Uint32Array(bytes.buffer, layout.found, count);
    for (let i = count - 1; i >= 0; i--) {
      const result = results[i] ?? 0;
      if (!isPresent(chunk, result >> 8)) continue;
      this.#foundDocs[this.#found] = number * chunkVectors + (result >> 8);
      this.#foundCosts[this.#found++] = result & 255;
    }
    if (this.#found >= this.#keep + slack) this.#throwOut();
  }

  /** Keeps the cheapest, as many as are wanted, in the order in which they were found. */
  #throwOut(): void {
    if (this.#found < this.#keep) return;
    const counts = new Uint16Array(256);
    for (let i = 0; i < this.#found; i++) {
      const cost = this.#foundCosts[i] ?? 0;
      counts[cost] = (counts[cost] ?? 0) + 1;
    }
    let cheaper = 0;
    let worst = 0;
    while (cheaper + (counts[worst] ?? 0) < this.#keep) cheaper += counts[worst++] ?? 0;
    let equals = this.#keep - cheaper;
    let kept = 0;
    for (let i = 0; i < this.#found; i++) {
      const cost = this.#foundCosts[i] ?? 0;
      if (cost > worst || (cost === worst && equals-- <= 0)) continue;
      this.#foundDocs[kept] = this.#foundDocs[i] ?? 0;
      this.#foundCosts[kept++] = cost;
    }
    this.#found = kept;
    this.#limit = worst - 1;
  }
}
