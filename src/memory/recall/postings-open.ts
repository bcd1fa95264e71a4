/** Postings as they come, before they are sorted: for each term a chain, newest posting first. Adding moves nothing. */
export class OpenPostings {
  /** A posting: document << 8 | impact. */
  postings = new Uint32Array(256);
  /** Of each posting the one of the same term that came before it, -1 for none. */
  before = new Int32Array(256);
  readonly #last = new Map<number, number>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(term: number, doc: number, impact: number): void {
    const at = this.#size++;
    if (at >= this.postings.length) this.#grow();
    this.postings[at] = (doc << 8) | impact;
    this.before[at] = this.#last.get(term) ?? -1;
    this.#last.set(term, at);
  }

  /** Where a term's chain begins, -1 for a term that is not here. */
  lastOf(term: number): number {
    return this.#last.get(term) ?? -1;
  }

  /** Ascending. */
  terms(): Uint32Array {
    return Uint32Array.from(this.#last.keys()).sort();
  }

  /**
   * Copies a term's postings, ascending by document, to the end of `room`, which has room for all that is here.
   * @returns where they begin
   */
  copySorted(term: number, room: Uint32Array): number {
    let at = room.length;
    let isSorted = true;
    for (let i = this.lastOf(term); i >= 0; i = this.before[i] ?? -1) {
      const posting = this.postings[i] ?? 0;
      if (at < room.length && posting > (room[at] ?? 0)) isSorted = false;
      room[--at] = posting;
    }
    if (!isSorted) sort(room, at);
    return at;
  }

  #grow(): void {
    const postings = new Uint32Array(this.postings.length * 2);
    postings.set(this.postings);
    this.postings = postings;
    const before = new Int32Array(this.before.length * 2);
    before.set(this.before);
    this.before = before;
  }
}

/** The native sort takes a microsecond to begin, and most terms come a few times. */
const fewPostings = 24;

function sort(room: Uint32Array, from: number): void {
  if (room.length - from > fewPostings) {
    room.subarray(from).sort();
    return;
  }
  for (let i = from + 1; i < room.length; i++) {
    const posting = room[i] ?? 0;
    let at = i;
    for (; at > from && (room[at - 1] ?? 0) > posting; at--) room[at] = room[at - 1] ?? 0;
    room[at] = posting;
  }
}
