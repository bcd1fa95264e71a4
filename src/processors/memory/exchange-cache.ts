/**
 * The turns of the latest exchanges, those that were used last counting as latest. It keeps numbers, not text: the log
 * is memory-mapped, so there is nothing to bring nearer. What it tells is how often recall stays with what is recent.
 */
export class ExchangeCache {
  readonly #capacity: number;
  readonly #turns = new Set<string>();
  #hits = 0;
  #misses = 0;

  /** @param exchanges a question and its answer each: twice as many turns */
  constructor(exchanges: number) {
    this.#capacity = 2 * exchanges;
  }

  get hits(): number {
    return this.#hits;
  }

  get misses(): number {
    return this.#misses;
  }

  /** Turns held. */
  get size(): number {
    return this.#turns.size;
  }

  /** A turn was stored. */
  add(user: string, turnId: number): void {
    const key = `${turnId} ${user}`;
    this.#turns.delete(key);
    this.#turns.add(key);
    for (const oldest of this.#turns) {
      if (this.#turns.size <= this.#capacity) break;
      this.#turns.delete(oldest);
    }
  }

  /** A turn was recalled: counted, and kept longer. */
  use(user: string, turnId: number): void {
    if (this.#turns.has(`${turnId} ${user}`)) this.#hits++;
    else this.#misses++;
    this.add(user, turnId);
  }
}
