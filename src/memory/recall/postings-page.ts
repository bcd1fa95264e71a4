import { pageDocs, type PostingsKernel } from './postings-kernel.js';

/** Documents that wait in lists of their own before they are sorted in with the others, a millisecond of work. */
const maxOpen = 512;
/** A term in so many of a page's documents has a byte for each of them: adding 8192 bytes is faster than 1024 places. */
const denseFrom = pageDocs / 8;

interface Sealed {
  /** Ascending. Postings of `terms[i]` stand at `starts[i]` to `starts[i + 1]`, ascending by document. */
  readonly terms: Uint32Array;
  readonly starts: Uint32Array;
  readonly docs: Uint16Array;
  readonly impacts: Uint8Array;
}

const nothing: Sealed = {
  terms: new Uint32Array(),
  starts: new Uint32Array(1),
  docs: new Uint16Array(),
  impacts: new Uint8Array(),
};

/**
 * The postings of 8192 neighbouring documents: which terms a document has, and how much each says of it (its impact,
 * 1..255). Three bytes a posting, one array for all terms. Documents may come in any order.
 */
export class PostingsPage {
  #sealed = nothing;
  readonly #dense = new Map<number, Uint8Array>();
  /** What came last, by term: document << 8 | impact. */
  #open = new Map<number, number[]>();
  #openDocs = 0;

  /** @param doc place in the page, 0..8191 @param impacts of the terms of the same place, 1..255 */
  add(doc: number, terms: readonly number[], impacts: readonly number[]): void {
    for (let i = 0; i < terms.length; i++) {
      const term = terms[i] ?? 0;
      const posting = (doc << 8) | (impacts[i] ?? 0);
      const list = this.#open.get(term);
      if (list) list.push(posting);
      // Most terms come once; an array that grows has room for sixteen more.
      else this.#open.set(term, [posting]);
    }
    if (++this.#openDocs >= maxOpen) this.#seal();
  }

  /** Adds what a term is worth to each document's sum. Returns false when no document has it. */
  addTo(kernel: PostingsKernel, term: number, units: Uint16Array, factor: number): boolean {
    const { sums } = kernel;
    const dense = this.#dense.get(term);
    const at = dense ? -1 : this.#find(term);
    if (dense) {
      kernel.impacts.set(dense);
      kernel.addDense(factor);
    } else if (at >= 0) {
      const { starts, docs, impacts } = this.#sealed;
      const end = starts[at + 1] ?? 0;
      for (let i = starts[at] ?? 0; i < end; i++) {
        const place = (docs[i] ?? 0) + 1;
        sums[place] = (sums[place] ?? 0) + (units[impacts[i] ?? 0] ?? 0);
      }
    }
    const open = this.#open.get(term);
    if (!open) return dense !== undefined || at >= 0;
    for (const posting of open) {
      const place = (posting >> 8) + 1;
      sums[place] = (sums[place] ?? 0) + (units[posting & 255] ?? 0);
    }
    return true;
  }

  /** How much a term says of a document, 0 when the document does not have it. */
  impactOf(term: number, doc: number): number {
    const dense = this.#dense.get(term)?.[doc];
    if (dense) return dense;
    const at = this.#find(term);
    if (at >= 0) {
      const { starts, docs, impacts } = this.#sealed;
      let [low, high] = [starts[at] ?? 0, starts[at + 1] ?? 0];
      const end = high;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((docs[middle] ?? 0) < doc) low = middle + 1;
        else high = middle;
      }
      if (low < end && docs[low] === doc) return impacts[low] ?? 0;
    }
    const posting = this.#open.get(term)?.find((one) => one >> 8 === doc);
    return posting === undefined ? 0 : posting & 255;
  }

  #find(term: number): number {
    const { terms } = this.#sealed;
    let [low, high] = [0, terms.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((terms[middle] ?? 0) < term) low = middle + 1;
      else high = middle;
    }
    return terms[low] === term ? low : -1;
  }

  /** Sorts what came last in with the rest. */
  #seal(): void {
    const old = this.#sealed;
    const fresh = Uint32Array.from(this.#open.keys()).sort();
    let postings = old.docs.length;
    for (const list of this.#open.values()) postings += list.length;
    const terms = new Uint32Array(old.terms.length + fresh.length);
    const starts = new Uint32Array(terms.length + 1);
    const docs = new Uint16Array(postings);
    const impacts = new Uint8Array(postings);
    let count = 0;
    let end = 0;
    for (let i = 0, j = 0; i < old.terms.length || j < fresh.length;) {
      const term = Math.min(old.terms[i] ?? Infinity, fresh[j] ?? Infinity);
      const from = old.starts[i] ?? 0;
      const to = old.terms[i] === term ? (old.starts[++i] ?? 0) : from;
      const list = fresh[j] === term ? (this.#open.get(fresh[j++] ?? 0) ?? []) : [];
      if (this.#goesDense(term, old, from, to, list)) continue;
      const start = end;
      let isSorted = true;
      for (let k = from; k < to; k++) {
        docs[end] = old.docs[k] ?? 0;
        impacts[end++] = old.impacts[k] ?? 0;
      }
      for (const posting of list) {
        if (end > start && (docs[end - 1] ?? 0) > posting >> 8) isSorted = false;
        docs[end] = posting >> 8;
        impacts[end++] = posting & 255;
      }
      if (!isSorted) sortPostings(docs, impacts, start, end);
      terms[count] = term;
      starts[++count] = end;
    }
    this.#sealed = {
      terms: terms.slice(0, count),
      starts: starts.slice(0, count + 1),
      docs: end < postings ? docs.slice(0, end) : docs,
      impacts: end < postings ? impacts.slice(0, end) : impacts,
    };
    this.#open = new Map();
    this.#openDocs = 0;
  }

  /** Puts a frequent term's postings into its bytes; false for one that is not frequent. */
  #goesDense(term: number, old: Sealed, from: number, to: number, list: readonly number[]): boolean {
    let dense = this.#dense.get(term);
    if (!dense) {
      if (to - from + list.length < denseFrom) return false;
      this.#dense.set(term, (dense = new Uint8Array(pageDocs)));
    }
    for (let k = from; k < to; k++) dense[old.docs[k] ?? 0] = old.impacts[k] ?? 0;
    for (const posting of list) dense[posting >> 8] = posting & 255;
    return true;
  }
}

function sortPostings(docs: Uint16Array, impacts: Uint8Array, start: number, end: number): void {
  const both = new Uint32Array(end - start);
  for (let i = start; i < end; i++) both[i - start] = ((docs[i] ?? 0) << 8) | (impacts[i] ?? 0);
  both.sort();
  for (let i = start; i < end; i++) {
    docs[i] = (both[i - start] ?? 0) >> 8;
    impacts[i] = (both[i - start] ?? 0) & 255;
  }
}
