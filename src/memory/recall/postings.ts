/** BM25's term saturation and length norm. k1 0.9 and b 0.4 do best on short conversational turns (LoCoMo). */
const k1 = 0.9;
const b = 0.4;
/** What a matching document gains from the scores of the ones before and after it: talk keeps to its subject. */
const previousShare = 0.2;
const nextShare = 0.1;

class PostingList {
  docs = new Uint32Array(4);
  weights = new Float32Array(4);
  size = 0;

  add(doc: number, weight: number): void {
    if (this.size === this.docs.length) {
      const docs = new Uint32Array(this.size * 2);
      const weights = new Float32Array(this.size * 2);
      docs.set(this.docs);
      weights.set(this.weights);
      this.docs = docs;
      this.weights = weights;
    }
    this.docs[this.size] = doc;
    this.weights[this.size] = weight;
    this.size++;
  }
}

/** What a search found: `docs[i]` scored `scores[i]` and matched the query terms in the bits of `masks[i]`. */
export interface Matches {
  readonly docs: Uint32Array;
  readonly scores: Float32Array;
  readonly masks: Uint32Array;
  /** True when terms were left out because time was up. */
  readonly cut: boolean;
}

/** From here on commoner terms raise what rarer ones have found, and find nothing more: they would find half of all. */
const enoughFound = 5_000;

/**
 * An inverted index in typed arrays, scored with BM25. Documents are small integers from 1, in the order of the talk;
 * they may be added in any order.
 */
export class Postings {
  readonly #terms = new Map<string, PostingList>();
  #lengths = new Float32Array(1024);
  #scores = new Float32Array(1024);
  #masks = new Uint32Array(1024);
  #found = new Uint32Array(1024);
  #documents = 0;
  #totalLength = 0;

  get documents(): number {
    return this.#documents;
  }

  /** @param terms weight of each term, 1 for a plain occurrence */
  add(doc: number, terms: ReadonlyMap<string, number>): void {
    this.#reserve(doc + 1);
    let length = 0;
    for (const [term, weight] of terms) {
      let list = this.#terms.get(term);
      if (!list) this.#terms.set(term, (list = new PostingList()));
      list.add(doc, weight);
      length += weight;
    }
    this.#lengths[doc] = length;
    this.#totalLength += length;
    this.#documents++;
  }

  /** How rare a term is; 0 for one that no document has. */
  rarity(term: string): number {
    const size = this.#terms.get(term)?.size ?? 0;
    return size === 0 ? 0 : Math.log(1 + (this.#documents - size + 0.5) / (size + 0.5));
  }

  /**
   * Scores every document that has one of the terms, rarest term first.
   * @param terms up to 32 are used; the weight multiplies the term's score
   * @param isLate asked between pieces of work of less than a millisecond
   */
  search(terms: ReadonlyMap<string, number>, isLate: () => boolean): Matches {
    const average = this.#totalLength / Math.max(1, this.#documents);
    const ranked = [...terms]
      .slice(0, 32)
      .map(([term, weight], bit) => ({ bit, list: this.#terms.get(term), gain: weight * this.rarity(term) }))
      .sort((x, y) => y.gain - x.gain);
    let found = 0;
    let cut = false;
    for (const { bit, list, gain } of ranked) {
      if (!list) continue;
      // The rarest term is scored however late it is: half an answer now is better than none.
      cut = found > 0 && isLate();
      if (cut) break;
      found = this.#score(list, gain, 1 << bit, average, found);
    }
    const docs = this.#found.slice(0, found);
    const scores = new Float32Array(found);
    const masks = new Uint32Array(found);
    const own = this.#scores;
    for (let i = 0; i < found; i++) {
      const doc = docs[i] ?? 0;
      scores[i] = (own[doc] ?? 0) + previousShare * (own[doc - 1] ?? 0) + nextShare * (own[doc + 1] ?? 0);
      masks[i] = this.#masks[doc] ?? 0;
    }
    for (const doc of docs) {
      own[doc] = 0;
      this.#masks[doc] = 0;
    }
    return { docs, scores, masks, cut };
  }

  /** Adds one term's scores. Returns how many documents are found by then. */
  #score(list: PostingList, gain: number, bit: number, average: number, foundBefore: number): number {
    const { docs, weights, size } = list;
    const isFinding = foundBefore < enoughFound;
    let found = foundBefore;
    for (let i = 0; i < size; i++) {
      const doc = docs[i] ?? 0;
      const mask = this.#masks[doc] ?? 0;
      if (mask === 0) {
        if (!isFinding) continue;
        this.#found[found++] = doc;
      }
      const weight = weights[i] ?? 0;
      const length = this.#lengths[doc] ?? 0;
      const part = (gain * weight * (k1 + 1)) / (weight + k1 * (1 - b + (b * length) / average));
      this.#scores[doc] = (this.#scores[doc] ?? 0) + part;
      this.#masks[doc] = mask | bit;
    }
    return found;
  }

  #reserve(size: number): void {
    if (size <= this.#lengths.length) return;
    const room = Math.max(size, this.#lengths.length * 2);
    const grown = new Float32Array(room);
    grown.set(this.#lengths);
    this.#lengths = grown;
    this.#scores = new Float32Array(room);
    this.#masks = new Uint32Array(room);
    this.#found = new Uint32Array(room);
  }
}
