import type { TurnLog } from '../log/turn-log.js';
import type { StoredTurn } from '../types.js';
import type { UserKey } from '../user-id.js';
import { NameBook } from './name-book.js';
import { Postings } from './postings.js';
import { onlyAsks, openQuestion } from './questions.js';
import { rank, type Candidate, type QueryTerms } from './ranking.js';
import { contentWords, leansOn } from './words.js';

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

const assistantBit = 1;
const questionBit = 2;
const supersededBit = 4;

/**
 * The lexical index of one user's turns, in memory, filled from the log newest first: while it is incomplete it
 * already knows what was said last. It belongs to one epoch of the log, and is thrown away when that changes.
 */
export class UserIndex {
  readonly epoch: string;
  readonly #log: TurnLog;
  readonly #user: UserKey;
  readonly #postings = new Postings();
  readonly #names = new NameBook();
  /** Newest turn by what it says, so that repetitions count once. */
  readonly #newestByText = Array.from({ length: shards }, () => new Map<number, number>());
  #flags = new Uint8Array(1024);
  #times = new Float64Array(1024);
  /** Turns in `#low <= turnId < #high` are indexed. */
  #low: number;
  #high: number;
  #indexed = 0;

  constructor(log: TurnLog, user: UserKey, epoch: string, next: number) {
    this.#log = log;
    this.#user = user;
    this.epoch = epoch;
    this.#low = next;
    this.#high = next;
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
    }
    while (this.#high >= next && this.#low > 1 && !isOver()) {
      const from = Math.max(1, this.#low - chunkTurns);
      this.#addRange(from, this.#low);
      this.#low = from;
    }
  }

  /** The best candidates for a query, best first. */
  search(
    query: QueryTerms,
    limit: number,
    nowMs: number,
    isLate: () => boolean,
  ): { best: Candidate[]; cut: boolean } {
    const matches = this.#postings.search(query.weights, isLate);
    const rarities = [...query.weights.keys()].map((term) => this.#postings.rarity(term));
    const best = rank(matches, rarities, limit, nowMs, {
      atMs: (turnId) => this.#times[turnId] ?? 0,
      isAssistant: (turnId) => this.#has(turnId, assistantBit),
      isQuestion: (turnId) => this.#has(turnId, questionBit),
      isSuperseded: (turnId) => this.#has(turnId, supersededBit),
    });
    return { best, cut: matches.cut };
  }

  knownNames(limit: number): string[] {
    return this.#names.best(limit, this.#high);
  }

  #addRange(from: number, to: number): void {
    // The turn before the first is read along: it may be the question.
    const turns = this.#log.range(this.#user, Math.max(1, from - 1), to);
    let previous: StoredTurn | undefined;
    for (const turn of turns) {
      if (turn.turnId >= from) this.#add(turn, previous);
      previous = turn;
    }
  }

  #add(turn: StoredTurn, previous: StoredTurn | undefined): void {
    this.#reserve(turn.turnId + 1);
    this.#indexed++;
    const question = questionBefore(turn, previous);
    const words = contentWords(turn.text);
    if (turn.role === 'user') this.#names.add(turn.turnId, words, question !== undefined);

    this.#times[turn.turnId] = turn.atMs;
    this.#flags[turn.turnId] =
      (turn.role === 'assistant' ? assistantBit : 0) | (onlyAsks(turn.text) ? questionBit : 0);
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
    this.#mark(Math.min(other, turn.turnId), supersededBit);
    return other > turn.turnId;
  }

  #has(turnId: number, bit: number): boolean {
    return ((this.#flags[turnId] ?? 0) & bit) !== 0;
  }

  #mark(turnId: number, bit: number): void {
    this.#flags[turnId] = (this.#flags[turnId] ?? 0) | bit;
  }

  #reserve(size: number): void {
    if (size <= this.#flags.length) return;
    const room = Math.max(size, this.#flags.length * 2);
    const flags = new Uint8Array(room);
    const times = new Float64Array(room);
    flags.set(this.#flags);
    times.set(this.#times);
    this.#flags = flags;
    this.#times = times;
  }
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
