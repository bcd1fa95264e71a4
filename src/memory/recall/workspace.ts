import type { QueryView } from './query-view.js';
import type { TurnTable } from './turn-table.js';

/** BM25's constants, as in the postings. */
const k1 = 0.9;
const b = 0.4;
/** Turns on either side that are looked at. */
export const reach = 2;
/** What a term that no turn has is worth: it was asked for and is not found. */
const unseenRarity = 6;
/** Terms of a query that are told apart. */
const maxTerms = 32;
/** Stands for a meant speaker's name where others have the number of a query term. */
const speakerTerm = 255;
/** What an average turn's similarity is, for one without a vector. */
const usualMeaning = 0.15;

/** Similarities of meaning of turns to the query, -1..1, NaN where a turn has no vector yet. */
export type Similarities = (turnIds: Uint32Array) => Float32Array;

/** What is asked, of which turns. */
export interface Asked {
  readonly table: TurnTable;
  readonly query: QueryView;
  /** How rare a stem is; 0 when no turn has it. */
  readonly rarity: (stem: string) => number;
}

/**
 * What the candidates of one question and the turns around them score by themselves. Each turn that is looked at has a
 * place here; more may be looked at later, which takes up what is there already. Used again and again, so that ranking
 * allocates almost nothing.
 */
export class Workspace {
  /** For each turn its place among those looked at, from 1; 0 means none. */
  placeOf = new Int32Array(1024);
  turns = new Uint32Array(0);
  own = new Float32Array(0);
  window = new Float32Array(0);
  masks = new Uint32Array(0);
  inOrder = new Uint8Array(0);
  mentions = new Uint8Array(0);
  meaning = new Float32Array(0);
  around = new Float32Array(0);
  /** How rare each of the query's terms is. */
  rarities = new Float64Array(0);
  /** Sum of what the query's terms are worth. */
  total = 0;
  /** For each term of the table its number in the query, from 1. */
  #termOf = new Uint8Array(1024);
  #frequencies = new Uint8Array(0);
  #rows = new Float32Array(0);
  #marked: number[] = [];
  #places = 0;
  #asked: Asked | undefined;

  /** Room for so many numbers, to be filled; what stood there before goes. */
  rows(length: number): Float32Array {
    if (this.#rows.length < length) this.#rows = new Float32Array(2 * length);
    return this.#rows.subarray(0, length);
  }

  /** The question at hand. Throws RangeError before {@link begin}. */
  get asked(): Asked {
    if (!this.#asked) throw new RangeError('no question was taken up');
    return this.#asked;
  }

  /** Takes up a question, and lets go of the one before. */
  begin(asked: Asked): void {
    this.clear();
    this.#asked = asked;
    const { table, query, rarity } = asked;
    if (this.#termOf.length < table.termCount) this.#termOf = new Uint8Array(table.termCount * 2);
    this.rarities = Float64Array.from(query.stems, rarity);
    this.total = 0;
    for (const value of this.rarities) this.total += value > 0 ? value : unseenRarity;
    for (const [i, stem] of query.stems.entries()) this.#mark(table.termOf(stem), i + 1);
    for (const stem of query.speakerStems) this.#mark(table.termOf(stem), speakerTerm);
  }

  /** Scores those of the candidates and the turns around them that have no place yet. */
  look(candidates: Uint32Array): void {
    const { table } = this.asked;
    this.#reserve(table.size + reach + 1, this.#places + candidates.length * (2 * reach + 1));
    const { placeOf, turns } = this;
    const from = this.#places;
    let places = from;
    for (const id of candidates) {
      for (let turn = Math.max(1, id - reach); turn <= id + reach; turn++) {
        if (placeOf[turn] !== 0 || !table.knows(turn)) continue;
        turns[places++] = turn;
        placeOf[turn] = places;
      }
    }
    this.#places = places;
    this.meaning.fill(Number.NaN, from, places);
    this.#scoreTurns(table, from);
  }

  /** BM25 of each candidate with the turns around it as one text. Returns the largest. */
  scoreWindows(candidates: Uint32Array): number {
    const { table } = this.asked;
    const { placeOf, window, masks, rarities } = this;
    const frequencies = this.#frequencies;
    const average = table.averageLength * (2 * reach + 1);
    let best = 0;
    for (const id of candidates) {
      let from = id;
      while (from > id - reach && table.follows(from)) from--;
      let to = id;
      while (to < id + reach && table.follows(to + 1)) to++;
      let length = 0;
      let mask = 0;
      for (let turn = from; turn <= to; turn++) {
        length += table.lengths[turn] ?? 0;
        mask |= masks[(placeOf[turn] ?? 1) - 1] ?? 0;
      }
      const norm = k1 * (1 - b + (b * length) / average);
      let score = 0;
      for (let i = 0; i < rarities.length; i++) {
        if ((mask & (1 << i)) === 0) continue;
        let tf = 0;
        for (let turn = from; turn <= to; turn++)
          tf += frequencies[((placeOf[turn] ?? 1) - 1) * maxTerms + i] ?? 0;
        score += ((rarities[i] ?? 0) * tf * (k1 + 1)) / (tf + norm);
      }
      window[(placeOf[id] ?? 1) - 1] = score;
      if (score > best) best = score;
    }
    return best;
  }

  /** Cosines of the candidates and their direct neighbours, and the mean of each candidate with its neighbours. */
  compareMeanings(candidates: Uint32Array, similarities: Similarities): void {
    const { table } = this.asked;
    const { placeOf, meaning, around } = this;
    const compared = new Uint32Array(3 * candidates.length);
    let count = 0;
    for (const id of candidates) {
      for (let turn = id - 1; turn <= id + 1; turn++) {
        if ((placeOf[turn] ?? 0) > 0) compared[count++] = turn;
      }
    }
    this.#compare(compared.subarray(0, count), similarities);
    for (const id of candidates) {
      const s = (placeOf[id] ?? 1) - 1;
      let sum = meaning[s] ?? 0;
      let parts = 1;
      if (table.follows(id)) {
        sum += meaning[(placeOf[id - 1] ?? 1) - 1] ?? 0;
        parts++;
      }
      if (table.follows(id + 1)) {
        sum += meaning[(placeOf[id + 1] ?? 1) - 1] ?? 0;
        parts++;
      }
      around[s] = sum / parts;
    }
  }

  /** Cosines of turns that have a place, those that are not known yet. */
  #compare(turnIds: Uint32Array, similarities: Similarities): void {
    const { placeOf, meaning } = this;
    const unknown = new Uint32Array(turnIds.length);
    let count = 0;
    for (const turn of turnIds) {
      const s = (placeOf[turn] ?? 0) - 1;
      if (s < 0 || !Number.isNaN(meaning[s] ?? 0)) continue;
      meaning[s] = usualMeaning;
      unknown[count++] = turn;
    }
    const cosines = similarities(unknown.subarray(0, count));
    for (let i = 0; i < count; i++) {
      const cosine = cosines[i] ?? Number.NaN;
      if (!Number.isNaN(cosine)) meaning[(placeOf[unknown[i] ?? 0] ?? 1) - 1] = cosine;
    }
  }

  /** Makes it ready for another question. */
  clear(): void {
    for (let s = 0; s < this.#places; s++) this.placeOf[this.turns[s] ?? 0] = 0;
    this.#places = 0;
    for (const number of this.#marked) this.#termOf[number] = 0;
    this.#marked = [];
    this.#asked = undefined;
  }

  #mark(term: number | undefined, as: number): void {
    if (term === undefined || this.#termOf[term] !== 0) return;
    this.#termOf[term] = as;
    this.#marked.push(term);
  }

  /** BM25 of each turn from a place on, without speakers' names. */
  #scoreTurns(table: TurnTable, from: number): void {
    // Local, because each is read ten thousand times.
    const { turns, own, masks, inOrder, mentions, rarities } = this;
    const frequencies = this.#frequencies;
    const termOf = this.#termOf;
    const { lengths } = table;
    const average = table.averageLength;
    const terms = rarities.length;
    const newTerms = termOf.length;
    for (let s = from; s < this.#places; s++) {
      const id = turns[s] ?? 0;
      const base = s * maxTerms;
      frequencies.fill(0, base, base + terms);
      const words = table.wordsOf(id);
      const start = table.startOf(id);
      const length = lengths[id] ?? 0;
      const end = start + length;
      let mask = 0;
      let last = 0;
      let ordered = 0;
      let mentioned = 0;
      for (let w = start; w < end; w++) {
        const word = words[w] ?? 0;
        // A word that came after the question was read is in no place of it.
        const term = word < newTerms ? (termOf[word] ?? 0) : 0;
        if (term === 0) {
          last = 0;
          continue;
        }
        if (term === speakerTerm) {
          mentioned = 1;
          last = 0;
          continue;
        }
        frequencies[base + term - 1] = (frequencies[base + term - 1] ?? 0) + 1;
        mask |= 1 << (term - 1);
        if (last !== 0 && (term === last + 1 || term === last + 2)) ordered++;
        last = term;
      }
      let score = 0;
      if (mask !== 0) {
        const norm = k1 * (1 - b + (b * length) / average);
        for (let i = 0; i < terms; i++) {
          const tf = frequencies[base + i] ?? 0;
          if (tf > 0) score += ((rarities[i] ?? 0) * tf * (k1 + 1)) / (tf + norm);
        }
      }
      own[s] = score;
      masks[s] = mask;
      inOrder[s] = ordered;
      mentions[s] = mentioned;
    }
  }

  /** Makes room, and keeps what is there. */
  #reserve(turns: number, places: number): void {
    if (this.placeOf.length < turns) this.placeOf = grown(new Int32Array(turns * 2), this.placeOf);
    if (this.turns.length >= places) return;
    const room = places * 2;
    this.turns = grown(new Uint32Array(room), this.turns);
    this.own = grown(new Float32Array(room), this.own);
    this.window = grown(new Float32Array(room), this.window);
    this.masks = grown(new Uint32Array(room), this.masks);
    this.inOrder = grown(new Uint8Array(room), this.inOrder);
    this.mentions = grown(new Uint8Array(room), this.mentions);
    this.#frequencies = grown(new Uint8Array(room * maxTerms), this.#frequencies);
    this.meaning = grown(new Float32Array(room), this.meaning);
    this.around = grown(new Float32Array(room), this.around);
  }
}

function grown<T extends Float32Array | Uint32Array | Int32Array | Uint8Array>(bigger: T, old: T): T {
  bigger.set(old);
  return bigger;
}
