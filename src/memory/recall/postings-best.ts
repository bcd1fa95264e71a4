/** The worst are thrown out when so many more than are wanted have been found. */
const slack = 512;

/** Keeps the documents with the highest totals; of equals those that came first. */
export class BestTotals {
  readonly #keep: number;
  readonly #docs: Uint32Array;
  readonly #totals: Uint16Array;
  #count = 0;
  #limit = 0;

  /** @param keep how many, 1 or more @param mostAtOnce how many are added at once at most */
  constructor(keep: number, mostAtOnce: number) {
    this.#keep = keep;
    this.#docs = new Uint32Array(keep + slack + mostAtOnce);
    this.#totals = new Uint16Array(keep + slack + mostAtOnce);
  }

  /** Begins anew. */
  clear(): void {
    this.#count = 0;
    this.#limit = 0;
  }

  /** Totals up to here are not wanted any more. */
  get limit(): number {
    return this.#limit;
  }

  /** Takes the first `count` of a page's findings, document << 16 | total each, numbered from `base`. */
  add(found: Uint32Array, count: number, base: number): void {
    for (let i = 0; i < count; i++) {
      const one = found[i] ?? 0;
      this.#docs[this.#count] = base + (one >>> 16);
      this.#totals[this.#count++] = one & 0xffff;
    }
    if (this.#count >= this.#keep + slack) this.#throwOut();
  }

  /** The best, highest total first, newest first among equals. */
  take(): { readonly docs: Uint32Array; readonly totals: Uint16Array } {
    if (this.#count > this.#keep) this.#throwOut();
    const keys = new Float64Array(this.#count);
    for (let i = 0; i < keys.length; i++) {
      keys[i] = (this.#totals[i] ?? 0) * 2 ** 32 + (this.#docs[i] ?? 0);
    }
    keys.sort();
    const docs = new Uint32Array(keys.length);
    const totals = new Uint16Array(keys.length);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[keys.length - 1 - i] ?? 0;
      docs[i] = key % 2 ** 32;
      totals[i] = Math.floor(key / 2 ** 32);
    }
    return { docs, totals };
  }

  #throwOut(): void {
    // Counts by the high byte and then, in the one where the last that is wanted stands, by the low byte.
    const [high, above] = this.#lastWanted(8, 0, 255, -1);
    const [low, better] = this.#lastWanted(0, above, 255, high);
    const worst = high * 256 + low;
    let equals = this.#keep - better;
    let kept = 0;
    for (let i = 0; i < this.#count; i++) {
      const total = this.#totals[i] ?? 0;
      if (total < worst || (total === worst && equals-- <= 0)) continue;
      this.#docs[kept] = this.#docs[i] ?? 0;
      this.#totals[kept++] = total;
    }
    this.#count = kept;
    this.#limit = worst;
  }

  /** The value of a byte of the last total that is wanted, and how many totals are certainly higher. */
  #lastWanted(shift: number, before: number, mask: number, high: number): [number, number] {
    const counts = new Uint32Array(256);
    for (let i = 0; i < this.#count; i++) {
      const total = this.#totals[i] ?? 0;
      if (high >= 0 && total >> 8 !== high) continue;
      const byte = (total >> shift) & mask;
      counts[byte] = (counts[byte] ?? 0) + 1;
    }
    let byte = 255;
    let above = before;
    while (byte > 0 && above + (counts[byte] ?? 0) < this.#keep) above += counts[byte--] ?? 0;
    return [byte, above];
  }
}
