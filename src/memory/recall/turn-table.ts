import type { Role, StoredTurn } from '../types.js';
import { cuesOf } from './cues.js';
import { PostingsTerms } from './postings-terms.js';
import { TurnColumns } from './turn-columns.js';
import { TurnWords } from './turn-words.js';

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
  readonly #columns = new TurnColumns();
  readonly #words = new TurnWords();
  readonly #terms = new PostingsTerms();
  #turns = 0;
  #totalLength = 0;
  readonly #speakerIds = new Map<string, number>();
  readonly #speakerList: Speaker[] = [];

  /** One above the highest turn number that has room. */
  get size(): number {
    return this.states.length;
  }

  get times(): Float64Array {
    return this.#columns.now.times;
  }

  get cues(): Uint16Array {
    return this.#columns.now.cues;
  }

  get states(): Uint8Array {
    return this.#columns.now.states;
  }

  get speakers(): Uint16Array {
    return this.#columns.now.speakers;
  }

  /** Words of each turn that are kept. */
  get lengths(): Uint8Array {
    return this.#columns.now.lengths;
  }

  get averageLength(): number {
    return Math.max(1, this.#totalLength / Math.max(1, this.#turns));
  }

  /** Distinct terms seen; term numbers are below this. */
  get termCount(): number {
    return this.#terms.size;
  }

  termOf(stem: string): number | undefined {
    return this.#terms.numberOf(stem);
  }

  /** Everybody who has spoken, by speaker number. */
  get speakerList(): readonly Speaker[] {
    return this.#speakerList;
  }

  /** The term numbers of a turn and of others: its own stand from {@link startOf} on, in the order they were said. */
  wordsOf(turnId: number): Uint32Array {
    return this.#words.page(this.#columns.now.starts[turnId] ?? 0);
  }

  startOf(turnId: number): number {
    return this.#words.start(this.#columns.now.starts[turnId] ?? 0);
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
    for (const { states } of this.#columns.all()) states[turnId] = (states[turnId] ?? 0) | bit;
  }

  /** @param stems the turn's content words in order */
  add(turn: StoredTurn, previous: StoredTurn | undefined, stems: readonly string[], onlyAsks: boolean): void {
    const { turnId } = turn;
    const length = Math.min(maxWords, stems.length);
    const place = this.#words.reserve(length);
    const words = this.#words.page(place);
    const start = this.#words.start(place);
    for (let i = 0; i < length; i++) words[start + i] = this.#terms.numberFor(stems[i] ?? '');
    const cues = cuesOf(turn.text);
    const speaker = this.#speakerOf(turn);
    const states =
      state.known |
      (goesOn(turn, previous) ? 0 : state.begins) |
      (turn.role === 'assistant' ? state.assistant : 0) |
      (onlyAsks ? state.onlyAsks : 0);
    for (const columns of this.#columns.writable(turnId)) {
      columns.starts[turnId] = place;
      columns.lengths[turnId] = length;
      columns.times[turnId] = turn.atMs;
      columns.cues[turnId] = cues;
      columns.speakers[turnId] = speaker;
      columns.states[turnId] = states;
    }
    this.#turns++;
    this.#totalLength += length;
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
}

function goesOn(turn: StoredTurn, previous: StoredTurn | undefined): boolean {
  if (previous?.turnId !== turn.turnId - 1) return false;
  if (turn.session !== undefined || previous.session !== undefined) return turn.session === previous.session;
  return Math.abs(turn.atMs - previous.atMs) <= conversationGapMs;
}
