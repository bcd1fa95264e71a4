import type { StoredTurn } from '../types.js';
import type { UserKey } from '../user-id.js';
import { orderOf } from '../order.js';
import { quantise } from '../vectors/quantise.js';
import { AskedVector } from '../vectors/asked-vector.js';
import { VectorIndex } from '../vectors/vector-index.js';
import { gather, type CandidateLimits, type Finds } from './candidates.js';
import { featureCount, fillFeatures } from './features.js';
import { NameBook } from './name-book.js';
import { Postings } from './postings.js';
import { onlyAsks, openQuestion } from './questions.js';
import { readQuery, type QueryView } from './query-view.js';
import { logitsOf, rank, type Candidate, type RankingModel } from './ranking.js';
import { state, TurnTable } from './turn-table.js';
import { noShelf, type KeptVectors, type Shelf } from './vector-shelf.js';
import { contentWords, leansOn } from './words.js';
import { Workspace, type Similarities } from './workspace.js';

/** Turns read from the log at a time: half a millisecond of work. */
const chunkTurns = 16;
/** A map of a hundred thousand entries stands still for many milliseconds when it grows; many small ones do not. */
const shards = 64;
/** What a name's occurrence counts, against 1 for another word's. */
const nameWeight = 1.2;
/** What the words of the question count for the turn that answers it. */
const contextWeight = 0.8;
/** What the speaker's name counts: "What did Anna say about…" should find Anna's turns. */
const speakerWeight = 1;

/** With vectors of fewer of its turns than this part, a user's talk is ranked by words alone. */
const enoughVectors = 0.8;

/** The weights of the ranking, without vectors and with them. */
export interface RankingModels {
  readonly byWords: RankingModel;
  readonly byMeaning: RankingModel;
}

/** What an index reads of a log. */
export interface TurnReader {
  /** Turns with `from <= turnId < to`, in order. */
  range(user: UserKey, from: number, to: number): Iterable<StoredTurn>;
}

/** A query, read once. */
export interface Question {
  readonly query: QueryView;
  readonly nowMs: number;
  /** What of it is compared by meaning: all but the names of who spoke, which are in no turn's vector. */
  readonly meaning: string;
}

export interface SearchOptions {
  readonly candidates: CandidateLimits;
  /** Asked between pieces of work of less than a millisecond. */
  readonly isLate: () => boolean;
}

/** A search whose words have been looked up. */
export interface WordSearch {
  readonly question: Question;
  readonly options: SearchOptions;
  /** By words alone. */
  readonly features: Features;
  /** Of these, what is weighed again when meaning is known. */
  readonly finds: Finds;
  readonly work: Workspace;
}

export interface Found {
  readonly query: QueryView;
  /** Best first. */
  readonly best: readonly Candidate[];
  /** The chance that the first five hold what is asked for, 0..1. */
  readonly confidence: number;
  /** Turns that have a word of the query, in themselves or in the question that they answer. */
  readonly byWords: ReadonlySet<number>;
  /** True when time was up before all was looked at. */
  readonly cut: boolean;
  /** True when meaning was looked at as well as words. */
  readonly byMeaning: boolean;
}

/** What is ranked for a query, as the training of the weights sees it. */
export interface Features {
  readonly table: TurnTable;
  readonly query: QueryView;
  readonly candidates: Uint32Array;
  /** A row of `featureCount` numbers for each candidate; good until the next search. */
  readonly rows: Float32Array;
  readonly masks: Uint32Array;
  readonly byWords: ReadonlySet<number>;
  readonly cut: boolean;
  readonly byMeaning: boolean;
}

/**
 * The index of one user's turns by words and meaning, in memory, filled from the log newest first: while it is incomplete it
 * already knows what was said last. It belongs to one epoch of the log, and is thrown away when that changes.
 */
export class UserIndex {
  readonly epoch: string;
  readonly #log: TurnReader;
  readonly #user: UserKey;
  readonly #postings = new Postings();
  readonly #table = new TurnTable();
  /** Used by turns: a question holds one from its words to its ranking. */
  readonly #idle: Workspace[] = [];
  readonly #shelf: Shelf;
  readonly #vectors: VectorIndex;
  readonly #names = new NameBook();
  /** Newest turn by what it says, so that repetitions count once. */
  readonly #newestByText = Array.from({ length: shards }, () => new Map<number, number>());
  /** Turns in `#low <= turnId < #high` are indexed. */
  #low: number;
  #high: number;
  #indexed = 0;
  /** Turns in `#filledFrom <= turnId < #filledTo` have vectors. */
  #filledFrom: number;
  #filledTo: number;

  /** @param kept where vectors are; what is there already is not computed again. @defaultValue in memory, all of them */
  constructor(
    log: TurnReader,
    user: UserKey,
    epoch: string,
    next: number,
    { shelf, heldBytes }: KeptVectors = { shelf: noShelf, heldBytes: Infinity },
  ) {
    this.#log = log;
    this.#user = user;
    this.#shelf = shelf;
    this.#vectors = new VectorIndex((turnId) => shelf.get(turnId), { heldBytes });
    this.epoch = epoch;
    this.#low = next;
    this.#high = next;
    this.#filledFrom = next;
    this.#filledTo = next;
  }

  get indexedTurns(): number {
    return this.#indexed;
  }

  /** True when every turn below `next` is indexed. */
  isComplete(next: number): boolean {
    return this.#low <= 1 && this.#high >= next;
  }

  /** Indexes turns, new ones first, then older and older ones, until all are in or the time slice is over. */
  work(next: number, isOver: () => boolean): void {
    while (this.#high < next && !isOver()) {
      const to = Math.min(next, this.#high + chunkTurns);
      this.#addRange(this.#high, to);
      this.#high = to;
      this.#passFilled();
    }
    while (this.#high >= next && this.#low > 1 && !isOver()) {
      const from = Math.max(1, this.#low - chunkTurns);
      this.#addRange(from, this.#low);
      this.#low = from;
      this.#passFilled();
    }
  }

  /** Reads a query. The rest of the search takes it from there. */
  read(text: string, nowMs: number): Question {
    const query = readQuery(text, this.#table, nowMs);
    return { query, nowMs, meaning: withoutSpeakers(text, query.speakerStems) };
  }

  /**
   * The first half of a search: what words find, weighed by words. It can be done while a vector is computed.
   * @param model what weighs; without it nothing is left out of the second half
   */
  byWords(question: Question, options: SearchOptions, model?: RankingModel): WordSearch {
    const { query } = question;
    const matches = this.#postings.search(query.weights, options.isLate);
    const { byWords, surrounded, again = Infinity } = options.candidates;
    const found = matches.docs.subarray(0, byWords);
    const work = this.#idle.pop() ?? new Workspace();
    work.begin({ table: this.#table, query, rarity: this.#rarity });
    const candidates = this.#gather([{ turnIds: found, surrounded }]);
    const { rows, masks } = filled(work, candidates);
    const features: Features = {
      table: this.#table,
      query,
      candidates,
      rows,
      masks,
      byWords: new Set(found),
      cut: matches.cut,
      byMeaning: false,
    };
    if (!model || candidates.length <= again)
      return { question, options, features, work, finds: { turnIds: found, surrounded } };
    const order = orderOf(logitsOf(features, model), new Uint32Array(candidates.length));
    const best = Uint32Array.from(order.subarray(0, again), (c) => candidates[c] ?? 0);
    return { question, options, features, work, finds: { turnIds: best, surrounded: 0 } };
  }

  /** The second half: the best candidates, best first. Without the query's vector, words alone decide. */
  rank(search: WordSearch, vector: Float32Array | undefined, models: RankingModels, limit: number): Found {
    const features = this.features(search, vector);
    const { byMeaning, byWords, cut, query } = features;
    const { best, confidence } = rank(
      {
        ...features,
        rarity: this.#rarity,
        model: byMeaning ? models.byMeaning : models.byWords,
        nowMs: search.question.nowMs,
      },
      limit,
    );
    return { query, best, confidence, cut, byMeaning, byWords };
  }

  /** What the ranking knows of the turns that may answer a query. Ends the search. */
  features({ options, features, finds, work }: WordSearch, vector: Float32Array | undefined): Features {
    try {
      if (!vector || this.#vectors.size < enoughVectors * this.#indexed) return features;
      const asked = new AskedVector(vector);
      const { byMeaning, surrounded } = options.candidates;
      const near = this.#vectors.search(asked, byMeaning, options.isLate);
      const candidates = this.#gather([finds, { turnIds: near.docs, surrounded: surrounded >> 1 }]);
      const { rows, masks } = filled(work, candidates, (turnIds) =>
        this.#vectors.similarities(asked, turnIds),
      );
      return { ...features, candidates, rows, masks, cut: features.cut || near.cut, byMeaning: true };
    } finally {
      work.clear();
      this.#idle.push(work);
    }
  }

  /** True when a later turn says the same. */
  isRepeated(turnId: number): boolean {
    return this.#table.has(turnId, state.superseded);
  }

  /** How many turns have a vector. */
  get vectors(): number {
    return this.#vectors.size;
  }

  /** Takes a turn's vector, of length 1. */
  addVector(turnId: number, vector: Float32Array): void {
    const small = quantise(vector);
    this.#shelf.set(turnId, small);
    this.#vectors.add(turnId, small);
  }

  /** Makes the vectors that were taken last, where they are kept. */
  flushVectors(): Promise<void> {
    return this.#shelf.flush();
  }

  /** Indexed turns that have no vector, newest first. Takes no longer among many than among few. */
  withoutVector(limit: number): number[] {
    this.#passFilled();
    const turnIds: number[] = [];
    const collect = (from: number, to: number): void => {
      for (let turnId = to - 1; turnId >= from && turnIds.length < limit; turnId--) {
        if (!this.#isFilled(turnId)) turnIds.push(turnId);
      }
    };
    collect(this.#filledTo, this.#high);
    collect(this.#low, this.#filledFrom);
    return turnIds;
  }

  knownNames(limit: number): string[] {
    return this.#names.best(limit, this.#high);
  }

  /** Passes over turns that have vectors: chunk by chunk while they are indexed, because all at once it takes long. */
  #passFilled(): void {
    while (this.#filledFrom > this.#low && this.#isFilled(this.#filledFrom - 1)) this.#filledFrom--;
    while (this.#filledTo < this.#high && this.#isFilled(this.#filledTo)) this.#filledTo++;
  }

  #isFilled(turnId: number): boolean {
    return this.#vectors.has(turnId) || !this.#table.knows(turnId);
  }

  #rarity = (stem: string): number => this.#postings.rarity(stem);

  #gather(finds: readonly Finds[]): Uint32Array {
    return gather(this.#table, finds, (turnId) => this.#table.has(turnId, state.superseded));
  }

  #addRange(from: number, to: number): void {
    // The turn before the first is read along: it may be the question.
    const turns = this.#log.range(this.#user, Math.max(1, from - 1), to);
    let previous: StoredTurn | undefined;
    for (const turn of turns) {
      if (turn.turnId >= from) this.#add(turn, previous);
      previous = turn;
    }
    for (const [turnId, vector] of this.#shelf.load(from, to)) this.#vectors.add(turnId, vector);
  }

  #add(turn: StoredTurn, previous: StoredTurn | undefined): void {
    this.#indexed++;
    const question = questionBefore(turn, previous);
    const words = contentWords(turn.text);
    if (turn.role === 'user') this.#names.add(turn.turnId, words, question !== undefined);

    const stems = words.map(({ stem }) => stem);
    this.#table.add(turn, previous, stems, onlyAsks(turn.text));
    if (this.#isRepeated(turn, question !== undefined && leansOn(question, words) ? question : '')) return;

    const terms = new Map<string, number>();
    const count = (stem: string, weight: number): void =>
      void terms.set(stem, (terms.get(stem) ?? 0) + weight);
    for (const word of words) count(word.stem, word.isName ? nameWeight : 1);
    for (const word of contentWords(turn.speaker ?? '')) count(word.stem, speakerWeight);
    for (const word of contentWords(question ?? '')) count(word.stem, contextWeight);
    if (terms.size > 0) this.#postings.add(turn.turnId, terms);
  }

  /** Marks the older of two turns that say the same; true when that is the turn at hand. */
  #isRepeated(turn: StoredTurn, question: string): boolean {
    // "Yes." is not the same after another question.
    const key = textHash(`${turn.speaker ?? turn.role}\n${sameness(turn.text)}\n${sameness(question)}`);
    const newest = this.#newestByText[key % shards] ?? new Map<number, number>();
    const other = newest.get(key);
    if (other === undefined || other < turn.turnId) newest.set(key, turn.turnId);
    if (other === undefined) return false;
    this.#table.mark(Math.min(other, turn.turnId), state.superseded);
    return other > turn.turnId;
  }
}

function filled(
  work: Workspace,
  candidates: Uint32Array,
  similarities?: Similarities,
): Pick<Features, 'rows' | 'masks'> {
  const rows = work.rows(candidates.length * featureCount);
  return { rows, masks: fillFeatures(work, candidates, rows, similarities) };
}

/** A query without the words whose stems are speakers' names. */
function withoutSpeakers(query: string, stems: readonly string[]): string {
  if (stems.length === 0) return query;
  const rest = query.replace(/[\p{L}\p{N}]+(?:['’]\p{L}+)*/gu, (word) =>
    contentWords(word).some(({ stem }) => stems.includes(stem)) ? '' : word,
  );
  return rest.replace(/\s+/gu, ' ').trim();
}

/**
 * The question that a person's turn answers: the one that another speaker left open just before, in the same session.
 * The assistant's answers repeat what they are about, and must not rise above what they were made from.
 */
export function questionBefore(turn: StoredTurn, previous: StoredTurn | undefined): string | undefined {
  if (turn.role !== 'user') return undefined;
  if (previous?.turnId !== turn.turnId - 1 || previous.session !== turn.session) return undefined;
  if (previous.role === turn.role && previous.speaker === turn.speaker) return undefined;
  return openQuestion(previous.text);
}

/** A text without what a recogniser adds or leaves out by chance: case, punctuation, spacing. */
function sameness(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ');
}

/** 52 bits of a text: among 100,000 turns two different ones look the same once in a million memories. */
function textHash(text: string): number {
  let low = 0x9e3779b9;
  let high = 0x85ebca6b;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    low ^= low >>> 15;
    high = Math.imul(high ^ unit, 0x5bd1e995);
    high ^= high >>> 13;
  }
  return (high & 0xfffff) * 2 ** 32 + (low >>> 0);
}
