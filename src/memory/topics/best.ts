/** The few best of many, in order; of equals, the first. */
export class Best<T> {
  readonly #most: number;
  readonly #held: { readonly item: T; readonly score: number }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get items(): readonly T[] {
    return this.#held.map(({ item }) => item);
  }

  offer(item: T, score: number): void {
    let at = this.#held.length;
    while (at > 0 && (this.#held[at - 1]?.score ?? Infinity) < score) at--;
    if (at >= this.#most) return;
    this.#held.splice(at, 0, { item, score });
    if (this.#held.length > this.#most) this.#held.pop();
  }
}
