import { BestTotals } from './postings-best.js';
import { pageDocs, sharedKernel, type PostingsKernel } from './postings-kernel.js';
import { PostingsPage } from './postings-page.js';
import { PostingsTerms } from './postings-terms.js';

/** BM25's term saturation and length norm. k1 0.9 and b 0.4 do best on short conversational turns (LoCoMo). */
const k1 = 0.9;
const b = 0.4;
/** The length, as the sum of a document's weights, that counts as usual. Fixed, so that what a posting says stays so. */
const usualLength = 12;
/** What a matching document gains from the scores of the ones before and after it: talk keeps to its subject. */
const previousShare = 0.2;
const nextShare = 0.1;
const previousPart = Math.round(previousShare * 32_768);
const nextPart = Math.round(nextShare * 32_768);

/** Impacts are BM25's term part in 255 steps up to k1 + 1, which it never reaches. */
const steps = 255;
/** What a document that has all terms at their highest scores, in units; with its neighbours' shares it fits 15 bits. */
const maxUnits = 25_000;
const maxTerms = 32;

/** What a search found: `docs[i]` scored `scores[i]` and matched the query terms in the bits of `masks[i]`. */
export interface Matches {
  /** Highest score first, newest first among equals. */
  readonly docs: Uint32Array;
  /** To one part in ten thousand. Made when it is asked for. */
  readonly scores: Float32Array;
  /** Made when it is asked for, at a twentieth of a microsecond for each document and term. */
  readonly masks: Uint32Array;
  /** True when older documents were left out because time was up. */
  readonly cut: boolean;
}

export interface PostingsOptions {
  /** How many documents a search finds at most, 1 or more. */
  readonly found?: number;
  /** @defaultValue WebAssembly where the machine has SIMD */
  readonly kernel?: () => PostingsKernel;
}

export const defaultPostingsOptions = { found: 256, kernel: sharedKernel } as const satisfies PostingsOptions;

/** A term of a query that some document has. */
interface Wanted {
  readonly bit: number;
  readonly number: number;
  /** Weight times rarity. */
  readonly gain: number;
}

/**
 * An inverted index scored with BM25. Documents are small integers in the order of the talk; they may be added in any
 * order.
 *
 * Every document is scored, none by guess: a page of 8192 documents at a time, with integer sums that stay in the
 * nearest cache, so that the time grows with the number of documents by a nanosecond or less for each term, however
 * frequent, and with nothing else. A score is `own + 0.2 own(before) + 0.1 own(behind)` for each document that has one
 * of the terms; the best are exactly those that scoring all in full finds, up to the rounding of a score.
 */
export class Postings {
  readonly #terms = new PostingsTerms();
  readonly #pages: (PostingsPage | undefined)[] = [];
  readonly #options: Required<PostingsOptions>;
  #documents = 0;
  /** Made with the first search, and used by each: there is one at a time, and it is too large to be thrown away. */
  #best: BestTotals | undefined;
  /** The page that the last document came to. */
  #latest: PostingsPage | undefined;
  /** Pages whose postings are being sorted, one after the other. */
  readonly #untidy = new Set<PostingsPage>();

  constructor(options: PostingsOptions = {}) {
    this.#options = { ...defaultPostingsOptions, ...options };
  }

  get documents(): number {
    return this.#documents;
  }

  /** @param terms weight of each term, 1 for a plain occurrence */
  add(doc: number, terms: ReadonlyMap<string, number>): void {
    let length = 0;
    for (const weight of terms.values()) length += weight;
    const norm = k1 * (1 - b + (b * length) / usualLength);
    const page = (this.#pages[Math.floor(doc / pageDocs)] ??= new PostingsPage());
    terms.forEach((weight, term) => {
      const number = this.#terms.numberFor(term);
      this.#terms.count(number);
      const impact = Math.max(1, Math.min(steps, Math.round((steps * weight) / (weight + norm))));
      page.add(number, doc % pageDocs, impact);
    });
    this.#documents++;
    this.#tidy(page);
  }

  /** Does a step of the sorting that pages wait for. */
  #tidy(page: PostingsPage): void {
    if (this.#latest !== page && this.#latest?.wantsMerge(true) === true) this.#untidy.add(this.#latest);
    this.#latest = page;
    if (page.wantsMerge(false)) this.#untidy.add(page);
    for (const each of this.#untidy) {
      if (!each.step()) this.#untidy.delete(each);
      break;
    }
  }

  /** How rare a term is; 0 for one that no document has. */
  rarity(term: string): number {
    const number = this.#terms.numberOf(term);
    if (number === undefined) return 0;
    const count = this.#terms.countOf(number);
    return Math.log(1 + (this.#documents - count + 0.5) / (count + 0.5));
  }

  /** What a document scores by itself, without its neighbours. */
  scoreOf(doc: number, terms: ReadonlyMap<string, number>): number {
    return this.#wanted(terms).reduce(
      (sum, { number, gain }) => sum + (gain * (k1 + 1) * this.#impactOf(number, doc)) / steps,
      0,
    );
  }

  /**
   * Finds the documents that score highest.
   * @param terms up to 32 are used; the weight multiplies the term's score
   * @param isLate asked before each page but the newest, a twentieth of a millisecond apart
   */
  search(terms: ReadonlyMap<string, number>, isLate: () => boolean): Matches {
    const wanted = this.#wanted(terms);
    const gains = wanted.reduce((sum, { gain }) => sum + gain, 0);
    const worths = wanted.map(({ number, gain }) => worthOf(number, (gain * maxUnits) / (gains * steps)));
    const best = (this.#best ??= new BestTotals(this.#options.found, pageDocs));
    best.clear();
    let cut = false;
    let isFirst = true;
    /** What the first document of the page behind has by itself. */
    let behind = 0;
    for (let page = this.#pages.length - 1; page >= 0 && worths.length > 0; page--) {
      cut = !isFirst && isLate();
      if (cut) break;
      isFirst &&= this.#pages[page] === undefined;
      behind = this.#searchPage(page, worths, behind, best);
    }
    const { docs, totals } = best.take();
    const maskOf = (doc: number): number =>
      wanted.reduce(
        (mask, { number, bit }) => (this.#impactOf(number, doc) > 0 ? mask | (1 << bit) : mask),
        0,
      );
    let scores: Float32Array | undefined;
    let masks: Uint32Array | undefined;
    return {
      docs,
      get scores() {
        return (scores ??= Float32Array.from(totals, (total) => (total * gains * (k1 + 1)) / maxUnits));
      },
      get masks() {
        return (masks ??= docs.map(maskOf));
      },
      cut,
    };
  }

  /** Returns what the page's first document has by itself. */
  #searchPage(number: number, worths: readonly Worth[], behind: number, best: BestTotals): number {
    const page = this.#pages[number];
    if (!page) return 0;
    const kernel = this.#options.kernel();
    const { sums } = kernel;
    sums.fill(0);
    let isThere = false;
    for (const worth of worths) {
      isThere = page.addTo(kernel, worth.number, worth.units, worth.factor) || isThere;
    }
    if (!isThere) return 0;
    const base = number * pageDocs;
    const before = this.#pages[number - 1];
    let own = 0;
    if (before) for (const { number: term, units } of worths) own += units[before.impactOfLast(term)] ?? 0;
    sums[0] = own;
    sums[pageDocs + 1] = behind;
    const count = kernel.select(best.limit, previousPart, nextPart);
    best.add(kernel.found, count, base);
    return sums[1] ?? 0;
  }

  #impactOf(number: number, doc: number): number {
    return this.#pages[Math.floor(doc / pageDocs)]?.impactOf(number, doc % pageDocs) ?? 0;
  }

  #wanted(terms: ReadonlyMap<string, number>): Wanted[] {
    return [...terms].slice(0, maxTerms).flatMap(([term, weight], bit) => {
      const number = this.#terms.numberOf(term);
      const gain = weight * this.rarity(term);
      return number === undefined || !(gain > 0) ? [] : [{ bit, number, gain }];
    });
  }
}

/** What a term's impacts are worth in units. */
interface Worth {
  readonly number: number;
  /** By impact. Nothing that is there is worth nothing. */
  readonly units: Uint16Array;
  /** Units in 1/256 per impact. */
  readonly factor: number;
}

function worthOf(number: number, unitsPerStep: number): Worth {
  const factor = Math.max(1, Math.round(unitsPerStep * 256));
  const units = new Uint16Array(steps + 1);
  for (let impact = 1; impact <= steps; impact++) {
    units[impact] = Math.max(1, Math.round(impact * unitsPerStep));
  }
  return { number, units, factor };
}
