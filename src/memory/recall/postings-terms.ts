/** A map of a hundred thousand entries stands still for many milliseconds when it grows; many small ones do not. */
const shards = 64;

/** Numbers terms from 0 on, and counts in how many documents each is. */
export class PostingsTerms {
  readonly #numbers = Array.from({ length: shards }, () => new Map<string, number>());
  #counts = new Uint32Array(256);
  #size = 0;

  /** Distinct terms; their numbers are below this. */
  get size(): number {
    return this.#size;
  }

  /** The number of a term, a new one for one that is not known. */
  numberFor(term: string): number {
    const shard = this.#shardOf(term);
    let number = shard?.get(term);
    if (number === undefined) shard?.set(term, (number = this.#size++));
    return number ?? 0;
  }

  numberOf(term: string): number | undefined {
    return this.#shardOf(term)?.get(term);
  }

  count(number: number): void {
    if (number >= this.#counts.length) {
      const counts = new Uint32Array(Math.max(number + 1, this.#counts.length * 2));
      counts.set(this.#counts);
      this.#counts = counts;
    }
    this.#counts[number] = (this.#counts[number] ?? 0) + 1;
  }

  /** In how many documents a term is. */
  countOf(number: number): number {
    return this.#counts[number] ?? 0;
  }

  #shardOf(term: string): Map<string, number> | undefined {
    const last = term.length - 1;
    const hash = term.charCodeAt(0) * 7 + term.charCodeAt(last >> 1) * 31 + term.charCodeAt(last) * 3 + last;
    return this.#numbers[term === '' ? 0 : hash % shards];
  }
}
