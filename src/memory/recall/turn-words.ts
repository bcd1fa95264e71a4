/** Words of a page, 64 KB of them. A turn's words lie in one page. */
const pageBits = 14;
const pageWords = 2 ** pageBits;

/** Lists of term numbers one behind the other, in pages, so that nothing is copied when there are more. */
export class TurnWords {
  readonly #pages: Uint32Array[] = [];
  #used = 0;

  /** Makes room for a list in one page. @param length at most 2^14 @returns where it is */
  reserve(length: number): number {
    if (
      (this.#used & (pageWords - 1)) + length > pageWords ||
      this.#used === this.#pages.length * pageWords
    ) {
      this.#used = this.#pages.length * pageWords;
      this.#pages.push(new Uint32Array(pageWords));
    }
    const place = this.#used;
    this.#used += length;
    return place;
  }

  /** The page of a list. */
  page(place: number): Uint32Array {
    return this.#pages[place >>> pageBits] ?? none;
  }

  /** Where a list begins in its page. */
  start(place: number): number {
    return place & (pageWords - 1);
  }
}

const none = new Uint32Array();
