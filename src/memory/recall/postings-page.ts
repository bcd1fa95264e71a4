import { pageDocs, type PostingsKernel } from './postings-kernel.js';
import { merge, nothing, type Merged } from './postings-merge.js';
import { OpenPostings } from './postings-open.js';

/** Postings that wait until they are sorted in with the others: half as many as are sorted, within these bounds. */
const fewestOpen = 8192;
const mostOpen = 32_768;
/** What so few wait for is not worth a page's work. */
const leftOpen = 1024;

/**
 * The postings of 8192 neighbouring documents: which terms a document has, and how much each says of it (its impact,
 * 1..255). Three bytes a posting, one array for all terms. Documents may come in any order.
 *
 * What comes is sorted in with the rest little by little, a step for each document that is added anywhere: all at once
 * it would take many milliseconds.
 */
export class PostingsPage {
  #sealed = nothing;
  /** Impacts by document, of the terms that many of them have. */
  readonly #dense = new Map<number, Uint8Array>();
  #open = new OpenPostings();
  /** Impacts of the last document by term: every search asks for them, from the page behind. */
  readonly #lastImpacts = new Map<number, number>();
  /** What is being sorted in; until that is done, it is found here. */
  #merging: { readonly from: OpenPostings; readonly steps: Generator<void, Merged> } | undefined;

  /** @param doc place in the page, 0..8191 @param impact 1..255 */
  add(term: number, doc: number, impact: number): void {
    this.#open.add(term, doc, impact);
    if (doc === pageDocs - 1) this.#lastImpacts.set(term, impact);
  }

  /** True when {@link step} has something to do. @param isLeft no more documents are expected soon */
  wantsMerge(isLeft: boolean): boolean {
    const enough = isLeft
      ? leftOpen
      : Math.min(mostOpen, Math.max(fewestOpen, this.#sealed.docs.length >> 1));
    return this.#merging !== undefined || this.#open.size >= enough;
  }

  /** Sorts in some of what waits, a few hundredths of a millisecond of work. Returns true when there is more. */
  step(): boolean {
    if (!this.#merging) {
      this.#merging = { from: this.#open, steps: merge(this.#sealed, this.#dense, this.#open) };
      this.#open = new OpenPostings();
    }
    const { value, done } = this.#merging.steps.next();
    if (done !== true) return true;
    this.#sealed = value.sealed;
    for (const [term, impacts] of value.dense) this.#dense.set(term, impacts);
    this.#merging = undefined;
    return false;
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
    const isWaiting = this.#merging !== undefined && addOpen(this.#merging.from, sums, term, units);
    const isOpen = addOpen(this.#open, sums, term, units);
    return dense !== undefined || at >= 0 || isWaiting || isOpen;
  }

  /** How much a term says of the page's last document, 0 when it does not have it. */
  impactOfLast(term: number): number {
    return this.#lastImpacts.get(term) ?? 0;
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
    return impactIn(this.#open, term, doc) || (this.#merging ? impactIn(this.#merging.from, term, doc) : 0);
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
}

function addOpen(open: OpenPostings, sums: Int16Array, term: number, units: Uint16Array): boolean {
  const last = open.lastOf(term);
  const { postings, before } = open;
  for (let i = last; i >= 0; i = before[i] ?? -1) {
    const posting = postings[i] ?? 0;
    const place = (posting >> 8) + 1;
    sums[place] = (sums[place] ?? 0) + (units[posting & 255] ?? 0);
  }
  return last >= 0;
}

function impactIn(open: OpenPostings, term: number, doc: number): number {
  const { postings, before } = open;
  for (let i = open.lastOf(term); i >= 0; i = before[i] ?? -1) {
    const posting = postings[i] ?? 0;
    if (posting >> 8 === doc) return posting & 255;
  }
  return 0;
}
