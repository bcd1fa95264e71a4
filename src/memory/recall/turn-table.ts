import type { Role, StoredTurn } from '../types.js';
import { cuesOf } from './cues.js';

/** Words of one turn that are kept for ranking; what follows in a longer one is found, but not ranked by. */
const maxWords = 255;
/** Turns without a session that are further apart belong to two conversations. */
export const conversationGapMs = 30 * 60_000;

/** More speakers than this are not told apart. */
const maxSpeakers = 1000;
/** What stands for a name where there is none. */
const nobody = new Set(['', 'user', 'human', 'assistant', 'ai', 'bot', 'agent', 'system']);

export interface Speaker {
  readonly role: Role;
  /** Absent when a turn came without a name, or with one that says no more than its role. */
  readonly name?: string;
}

/** State of a turn beside its cues, as bits. */
export const state = { known: 1, begins: 2, assistant: 4, onlyAsks: 8, superseded: 16 } as const;

/**
 * What ranking needs of each turn, in typed arrays of about 80 bytes a turn: reading a thousand turns of the log for
 * one question would take longer than all the rest. Turns may be added in any order.
 */
export class TurnTable {
  times = new Float64Array(1024);
  cues = new Uint16Array(1024);
  states = new Uint8Array(1024);
  speakers = new Uint16Array(1024);
  lengths = new Uint8Array(1024);
  #starts = new Uint32Array(1024);
  /** Term numbers of all turns, one turn's behind another's, in the order they were said. */
  words = new Uint32Array(16 * 1024);
  #used = 0;
  #turns = 0;
  #totalLength = 0;
  readonly #terms = new Map<string, number>();
  readonly #speakerIds = new Map<string, number>();
  readonly #speakerList: Speaker[] = [];

  /** One above the highest turn number that has room. */
  get size(): number {
    return this.states.length;
  }

  get averageLength(): number {
    return Math.max(1, this.#totalLength / Math.max(1, this.#turns));
  }

  /** Distinct terms seen; term numbers are below this. */
  get termCount(): number {
    return this.#terms.size;
  }

  termOf(stem: string): number | undefined {
    return this.#terms.get(stem);
  }

  /** Everybody who has spoken, by speaker number. */
  get speakerList(): readonly Speaker[] {
    return this.#speakerList;
  }

  startOf(turnId: number): number {
    return this.#starts[turnId] ?? 0;
  }

  /** True when a turn goes on with the conversation of the one before it. */
  follows(turnId: number): boolean {
    return (
      ((this.states[turnId] ?? 0) & (state.known | state.begins)) === state.known && this.knows(turnId - 1)
    );
  }

  knows(turnId: number): boolean {
    return ((this.states[turnId] ?? 0) & state.known) !== 0;
  }

  has(turnId: number, bit: number): boolean {
    return ((this.states[turnId] ?? 0) & bit) !== 0;
  }

  mark(turnId: number, bit: number): void {
    this.states[turnId] = (this.states[turnId] ?? 0) | bit;
  }

  /** @param stems the turn's content words in order */
  add(turn: StoredTurn, previous: StoredTurn | undefined, stems: readonly string[], onlyAsks: boolean): void {
    const { turnId } = turn;
    this.#reserve(turnId + 2);
    const length = Math.min(maxWords, stems.length);
    this.#reserveWords(this.#used + length);
    this.#starts[turnId] = this.#used;
    for (let i = 0; i < length; i++) this.words[this.#used++] = this.#numberOf(stems[i] ?? '');
    this.lengths[turnId] = length;
    this.times[turnId] = turn.atMs;
    this.cues[turnId] = cuesOf(turn.text);
    this.speakers[turnId] = this.#speakerOf(turn);
    this.states[turnId] =
      state.known |
      (goesOn(turn, previous) ? 0 : state.begins) |
      (turn.role === 'assistant' ? state.assistant : 0) |
      (onlyAsks ? state.onlyAsks : 0);
    this.#turns++;
    this.#totalLength += length;
  }

  #numberOf(stem: string): number {
    let number = this.#terms.get(stem);
    if (number === undefined) this.#terms.set(stem, (number = this.#terms.size));
    return number;
  }

  #speakerOf({ speaker, role }: StoredTurn): number {
    const name = speaker === undefined || nobody.has(speaker.trim().toLowerCase()) ? undefined : speaker;
    const key = `${role}\n${name ?? ''}`;
    let id = this.#speakerIds.get(key);
    if (id === undefined) {
      // Beyond so many they share one; ranking loses a hint, no more.
      id = Math.min(this.#speakerList.length, maxSpeakers);
      this.#speakerIds.set(key, id);
      this.#speakerList[id] ??= { role, ...(name === undefined ? {} : { name }) };
    }
    return id;
  }

  #reserve(size: number): void {
    if (size <= this.states.length) return;
    const room = Math.max(size, this.states.length * 2);
    this.times = grown(new Float64Array(room), this.times);
    this.cues = grown(new Uint16Array(room), this.cues);
    this.states = grown(new Uint8Array(room), this.states);
    this.speakers = grown(new Uint16Array(room), this.speakers);
    this.lengths = grown(new Uint8Array(room), this.lengths);
    this.#starts = grown(new Uint32Array(room), this.#starts);
  }

  #reserveWords(size: number): void {
    if (size <= this.words.length) return;
    // A quarter more at a time: these are most of what a turn takes in memory.
    const room = Math.max(size, Math.ceil(this.words.length * 1.25));
    this.words = grown(new Uint32Array(room), this.words);
  }
}

function goesOn(turn: StoredTurn, previous: StoredTurn | undefined): boolean {
  if (previous?.turnId !== turn.turnId - 1) return false;
  if (turn.session !== undefined || previous.session !== undefined) return turn.session === previous.session;
  return Math.abs(turn.atMs - previous.atMs) <= conversationGapMs;
}

function grown<T extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(bigger: T, old: T): T {
  bigger.set(old);
  return bigger;
}
