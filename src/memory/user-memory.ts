import { setImmediate } from 'node:timers/promises';

import type { NewTurn, TurnLog } from './log/turn-log.js';
import { defaultRecallOptions, type MemoryOptions } from './options.js';
import { contextLine, isContextBlock, plainWords } from './recall/context-block.js';
import { excerpt } from './recall/excerpt.js';
import type { IndexCache } from './recall/index-cache.js';
import { pack } from './recall/pack.js';
import { onlyAsks } from './recall/questions.js';
import { queryTerms, type Candidate } from './recall/ranking.js';
import { questionBefore, type UserIndex } from './recall/user-index.js';
import { contentWords, leansOn } from './recall/words.js';
import type {
  ForgetSelector,
  Recall,
  RecallItem,
  RecallOptions,
  Remembered,
  StoredTurn,
  Turn,
  UserMemory,
  UserStats,
} from './types.js';
import type { UserKey } from './user-id.js';

/** Candidates that are read and rendered; what does not fit or is too weak is left out. */
const candidates = 48;
/** Weaker ones than this part of the best are more likely to mislead than to help. */
const weakest = 0.2;
/** The best matches whose neighbours a deeper recall brings, and what a neighbour's score is of theirs, per step. */
const surrounded = 3;
const neighbourFactor = 0.5;
const exportTurns = 100;
/** Turns that are looked at for something said lately. */
const lookedBack = 16;

interface Tally {
  recalls: number;
  lateRecalls: number;
  refused: number;
}

export interface Parts {
  readonly log: TurnLog;
  readonly indexes: IndexCache;
  readonly options: Required<MemoryOptions>;
}

/** The door of one user: the log and the index behind one id. */
export class LoggedUserMemory implements UserMemory {
  readonly #user: UserKey;
  readonly #log: TurnLog;
  readonly #indexes: IndexCache;
  readonly #options: Required<MemoryOptions>;
  readonly #tally: Tally = { recalls: 0, lateRecalls: 0, refused: 0 };
  #building: Promise<void> | undefined;

  constructor(user: UserKey, { log, indexes, options }: Parts) {
    this.#user = user;
    this.#log = log;
    this.#indexes = indexes;
    this.#options = options;
  }

  get id(): string {
    return this.#user.id;
  }

  async remember(turn: Turn): Promise<Remembered> {
    const reason = refusal(turn.text);
    if (reason) {
      this.#tally.refused++;
      return { stored: false, reason };
    }
    const turnId = await this.#log.append(this.#user, newTurn(turn, this.#options.nowMs()));
    // An index at hand takes the turn now rather than in the next recall's time.
    const index = this.#log.isClosed ? undefined : this.#indexes.peek(this.#user);
    const head = index && this.#log.head(this.#user);
    if (index && head?.epoch === index.epoch) index.work(head.next, this.#slice());
    return { stored: true, turnId };
  }

  async recall(query: string, options: RecallOptions = {}): Promise<Recall> {
    const { monotonicMs, nowMs, countTokens } = this.#options;
    const startMs = monotonicMs();
    const depth = options.depth ?? defaultRecallOptions.depth;
    const deadlineMs = options.deadlineMs ?? defaultRecallOptions.deadlineMs[depth];
    const isLate = (): boolean => monotonicMs() - startMs >= deadlineMs;
    this.#tally.recalls++;

    const terms = queryTerms(query);
    let late = false;
    let found: RecallItem[] = [];
    const index = await this.#readyIndex(isLate);
    if (index) {
      late = !index.isComplete(this.#log.head(this.#user)?.next ?? 1);
      const { best, cut } = index.search(terms, candidates, nowMs(), isLate);
      late ||= cut;
      const floor = (best[0]?.score ?? 0) * weakest;
      const strong = best.filter(({ score }) => score >= floor);
      const around = this.#withNeighbours(strong, defaultRecallOptions.around[depth]);
      const stems = new Set(terms.weights.keys());
      const minItems = onlyAsks(query) ? (options.minItems ?? defaultRecallOptions.minItems) : 0;
      found = this.#items([...around, ...this.#latest(around, minItems)], stems);
    }
    const packed = pack(
      found,
      options.budgetTokens ?? defaultRecallOptions.budgetTokens,
      options.maxItems ?? defaultRecallOptions.maxItems,
      countTokens,
    );
    if (late) this.#tally.lateRecalls++;
    return { ...packed, late, tookMs: monotonicMs() - startMs };
  }

  async warmUp(): Promise<void> {
    await this.#readyIndex(() => false);
  }

  async knownNames(limit = 20): Promise<readonly string[]> {
    const index = await this.#readyIndex(() => false);
    return index?.knownNames(limit) ?? [];
  }

  async forget(selector: ForgetSelector): Promise<number> {
    this.#log.refresh();
    this.#indexes.drop(this.#user);
    try {
      if ('all' in selector) return await this.#log.removeUser(this.#user);
      if ('turnIds' in selector) return await this.#log.remove(this.#user, selector.turnIds);
      const turnIds: number[] = [];
      const isMeant = matcher(selector);
      for await (const turn of this.export()) if (isMeant(turn)) turnIds.push(turn.turnId);
      return await this.#log.remove(this.#user, turnIds);
    } finally {
      this.#indexes.drop(this.#user);
    }
  }

  async *export(): AsyncGenerator<StoredTurn, void> {
    this.#log.refresh();
    const end = this.#log.head(this.#user)?.next ?? 1;
    for (let from = 1; from < end; from += exportTurns) {
      yield* this.#log.range(this.#user, from, Math.min(end, from + exportTurns));
      await setImmediate();
    }
  }

  stats(): Promise<UserStats> {
    return Promise.resolve().then(() => {
      this.#log.refresh();
      const head = this.#log.head(this.#user);
      const index = this.#indexes.peek(this.#user);
      return {
        turns: head?.turns ?? 0,
        bytes: head?.bytes ?? 0,
        indexedTurns: index?.epoch === head?.epoch ? (index?.indexedTurns ?? 0) : 0,
        ...this.#tally,
      };
    });
  }

  /** The index, complete or as far as it got in time; building goes on in the background. */
  async #readyIndex(isLate: () => boolean): Promise<UserIndex | undefined> {
    this.#log.refresh();
    let index: UserIndex | undefined;
    for (;;) {
      const head = this.#log.head(this.#user);
      if (!head) return undefined;
      if (index?.epoch !== head.epoch) index = this.#indexes.get(this.#user, head.epoch, head.next);
      if (index.isComplete(head.next)) return index;
      const building = this.#buildInBackground(index);
      if (isLate()) return index;
      await Promise.race([building, setImmediate()]);
    }
  }

  #buildInBackground(index: UserIndex): Promise<void> {
    if (!this.#building) {
      this.#building = this.#build(index).finally(() => (this.#building = undefined));
      // Who waits for the index gets the error; when nobody does, the next recall meets it again.
      this.#building.catch(() => undefined);
    }
    return this.#building;
  }

  async #build(index: UserIndex): Promise<void> {
    while (!this.#log.isClosed) {
      const head = this.#log.head(this.#user);
      if (head?.epoch !== index.epoch) return;
      index.work(head.next, this.#slice());
      if (index.isComplete(head.next)) return;
      await setImmediate();
    }
  }

  #slice(): () => boolean {
    const endMs = this.#options.monotonicMs() + this.#options.sliceMs;
    return () => this.#options.monotonicMs() >= endMs;
  }

  /** What the user stated last, newest first, to fill up what few matches leave. */
  #latest(found: readonly Candidate[], minItems: number): Candidate[] {
    const known = new Set(found.map(({ turnId }) => turnId));
    const latest: Candidate[] = [];
    const newest = (this.#log.head(this.#user)?.next ?? 1) - 1;
    for (let turnId = newest; turnId > Math.max(0, newest - lookedBack); turnId--) {
      if (found.length + latest.length >= minItems) break;
      const turn = this.#log.turn(this.#user, turnId);
      if (turn?.role !== 'user' || known.has(turnId) || onlyAsks(turn.text)) continue;
      latest.push({ turnId, score: 0, why: { bm25: 0, recency: 1, role: 1, question: 1 } });
    }
    return latest;
  }

  /** Puts the turns around the best matches behind them. */
  #withNeighbours(ranked: readonly Candidate[], steps: number): Candidate[] {
    const all = [...ranked];
    const known = new Set(ranked.map(({ turnId }) => turnId));
    for (const { turnId, score, why } of ranked.slice(0, surrounded)) {
      for (let step = 1; step <= steps; step++) {
        for (const neighbour of [turnId - step, turnId + step]) {
          if (neighbour < 1 || known.has(neighbour)) continue;
          known.add(neighbour);
          const factor = neighbourFactor ** step;
          all.push({ turnId: neighbour, score: score * factor, why: { ...why, bm25: 0, recency: 1 } });
        }
      }
    }
    return steps === 0 ? all : all.sort((a, b) => b.score - a.score);
  }

  #items(ranked: readonly Candidate[], stems: ReadonlySet<string>): RecallItem[] {
    const nowMs = this.#options.nowMs();
    return ranked.flatMap(({ turnId, score, why }) => {
      const turn = this.#log.turn(this.#user, turnId);
      if (!turn || plainWords(turn.text) === '') return [];
      const { text, role, atMs, speaker } = turn;
      const question = this.#questionOf(turn);
      const item = {
        turnId,
        text,
        role,
        atMs,
        ...(speaker === undefined ? {} : { speaker }),
        ...(question === undefined ? {} : { answerTo: question }),
      };
      const line = contextLine({ ...item, text: excerpt(text, stems, this.#options.maxLineChars) }, nowMs);
      return [{ ...item, score, why, line }];
    });
  }

  /** The question without which a turn cannot be understood. */
  #questionOf(turn: StoredTurn): string | undefined {
    if (turn.turnId === 1) return undefined;
    const question = questionBefore(turn, this.#log.turn(this.#user, turn.turnId - 1));
    return question !== undefined && leansOn(question, contentWords(turn.text)) ? question : undefined;
  }
}

function refusal(text: string): 'injected-context' | 'empty' | undefined {
  if (isContextBlock(text)) return 'injected-context';
  return plainWords(text) === '' ? 'empty' : undefined;
}

function newTurn(turn: Turn, nowMs: number): NewTurn {
  return {
    role: turn.role,
    text: turn.text,
    atMs: turn.atMs ?? nowMs,
    ...(turn.speaker === undefined ? {} : { speaker: turn.speaker }),
    ...(turn.session === undefined ? {} : { session: turn.session }),
    ...(turn.interrupted ? { interrupted: true as const } : {}),
  };
}

function matcher(selector: Exclude<ForgetSelector, { all: true } | { turnIds: readonly number[] }>) {
  if ('containing' in selector) {
    const wanted = selector.containing.toLowerCase();
    // An empty string is in every text; nobody who types nothing wants to forget everything.
    return (turn: StoredTurn): boolean => wanted !== '' && turn.text.toLowerCase().includes(wanted);
  }
  const { fromMs = -Infinity, untilMs = Infinity } = selector;
  const isOpen = selector.fromMs === undefined && selector.untilMs === undefined;
  return (turn: StoredTurn): boolean => !isOpen && turn.atMs >= fromMs && turn.atMs <= untilMs;
}
