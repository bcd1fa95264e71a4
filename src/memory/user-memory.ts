import { setImmediate } from 'node:timers/promises';

import { joinParts, type Fact } from './facts/fact.js';
import { partsAt, rungOf } from './ladder/rungs.js';
import type { Keepers } from './keepers/keepers.js';
import { toVector } from './keepers/vector-keeper.js';
import type { NewTurn, TurnLog } from './log/turn-log.js';
import type { ResolvedMemoryOptions } from './options.js';
import { isContextBlock, plainWords } from './recall/context-block.js';
import type { IndexCache } from './recall/index-cache.js';
import { Recaller } from './recall/recaller.js';
import type {
  FactView,
  FactsOptions,
  ForgetSelector,
  ImportedTurn,
  MaintenanceProgress,
  ProofOfTurn,
  Recall,
  RecallOptions,
  Remembered,
  RepairReport,
  StoredTurn,
  Topic,
  TopicsOptions,
  Turn,
  UserMemory,
  UserMemoryMaintenance,
  UserStats,
  VerifyReport,
} from './types.js';
import { findTopics } from './topics/find-topics.js';
import type { UserKey } from './user-id.js';

const exportTurns = 100;

export interface UserMemoryParts {
  readonly log: TurnLog;
  readonly indexes: IndexCache;
  readonly options: ResolvedMemoryOptions;
  readonly keepers: Keepers;
}

/** The door of one user: the log, the index and what is kept beside them, behind one id. */
export class LoggedUserMemory implements UserMemory, UserMemoryMaintenance {
  readonly #user: UserKey;
  readonly #log: TurnLog;
  readonly #indexes: IndexCache;
  readonly #options: ResolvedMemoryOptions;
  readonly #keepers: Keepers;
  readonly #recaller: Recaller;
  #refused = 0;

  constructor(user: UserKey, { log, indexes, options, keepers }: UserMemoryParts) {
    this.#user = user;
    this.#log = log;
    this.#indexes = indexes;
    this.#options = options;
    this.#keepers = keepers;
    this.#recaller = new Recaller(user, { log, indexes, options, knowledge: keepers });
  }

  get id(): string {
    return this.#user.id;
  }

  async remember(turn: Turn): Promise<Remembered> {
    const [remembered] = await this.importTurns([turn]);
    return remembered ?? { stored: false, reason: 'empty' };
  }

  async importTurns(turns: readonly ImportedTurn[]): Promise<readonly Remembered[]> {
    const nowMs = this.#options.nowMs();
    const accepted = turns.map((turn) => {
      const reason = refusal(turn.text);
      if (reason) this.#refused++;
      return reason ?? { turn: newTurn(turn, nowMs) };
    });
    const stored = await Promise.all(
      accepted.map(async (each): Promise<Remembered> => {
        if (typeof each === 'string') return { stored: false, reason: each };
        const turnId = await this.#log.append(this.#user, each.turn);
        this.#keepers.appended({ ...each.turn, turnId });
        return { stored: true, turnId };
      }),
    );
    if (stored.some((each) => each.stored)) this.#recaller.appended();
    return stored;
  }

  recall(query: string, options?: RecallOptions): Promise<Recall> {
    return this.#recaller.recall(query, options);
  }

  async warmUp(): Promise<void> {
    await Promise.all([this.#recaller.warmUp(), this.#keepers.facts.catchUp()]);
  }

  knownNames(limit = 20): Promise<readonly string[]> {
    return this.#recaller.knownNames(limit);
  }

  async reinforce(turnIds: readonly number[], atMs = this.#options.nowMs(), inFull = false): Promise<void> {
    const { uses } = this.#keepers.uses;
    const known = turnIds.filter((turnId) => this.#keepers.turn(turnId) !== undefined);
    if (inFull) uses.restore(known, atMs);
    else uses.reinforce(known, atMs);
    await this.#keepers.uses.flush();
  }

  async facts({ history = false }: FactsOptions = {}): Promise<readonly FactView[]> {
    this.#log.refresh();
    await this.#keepers.facts.catchUp();
    const { book } = this.#keepers.facts;
    const nowMs = this.#options.nowMs();
    const facts = history ? book.all() : book.current();
    return facts.map((fact) => this.#view(fact, nowMs));
  }

  async topics(options: TopicsOptions = {}): Promise<readonly Topic[]> {
    await this.#recaller.warmUp();
    const vectors = this.#log.side('vectors');
    for (;;) {
      this.#log.refresh();
      const head = this.#log.head(this.#user);
      const source = {
        turnIds: await this.#ownTurns(),
        text: (turnId: number) => this.#log.turn(this.#user, turnId)?.text,
        vector: (turnId: number) => toVector(vectors.get(this.#user, turnId)),
      };
      const topics = await findTopics(source, { ...options, sliceMs: this.#options.sliceMs });
      // Something was forgotten meanwhile: its words may name a topic.
      if (this.#log.head(this.#user)?.epoch === head?.epoch) return topics;
    }
  }

  async #ownTurns(): Promise<number[]> {
    const turnIds: number[] = [];
    for await (const { turnId, role } of this.export()) if (role === 'user') turnIds.push(turnId);
    return turnIds;
  }

  async forget(selector: ForgetSelector): Promise<number> {
    this.#log.refresh();
    // Counts that are not written yet would go with the epoch.
    await this.#keepers.uses.flush().catch(() => undefined);
    this.#letGo();
    try {
      if ('all' in selector) return await this.#log.removeUser(this.#user);
      if ('turnIds' in selector) return await this.#log.remove(this.#user, selector.turnIds);
      const turnIds: number[] = [];
      const isMeant = matcher(selector);
      for await (const turn of this.export()) if (isMeant(turn)) turnIds.push(turn.turnId);
      return await this.#log.remove(this.#user, turnIds);
    } finally {
      this.#letGo();
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
      const { exchange, hot, warm, hitRate, misses, ...hits } = this.#keepers.tierStats();
      return {
        turns: head?.turns ?? 0,
        bytes: head?.bytes ?? 0,
        indexedTurns: index?.epoch === head?.epoch ? (index?.indexedTurns ?? 0) : 0,
        ...this.#recaller.tally,
        refused: this.#refused,
        vectors: index?.vectors ?? 0,
        facts: this.#keepers.facts.book.size,
        tiers: {
          exchange,
          hot,
          warm,
          hits: hits.exchangeHits + hits.hotHits + hits.warmHits,
          misses,
          hitRate,
        },
      };
    });
  }

  verify(onProgress?: MaintenanceProgress): Promise<VerifyReport> {
    return this.#log.verify(this.#user, onProgress);
  }

  async repair(onProgress?: MaintenanceProgress): Promise<RepairReport> {
    try {
      return await this.#log.repairUser(this.#user, onProgress);
    } finally {
      this.#letGo();
    }
  }

  proof(turnId: number): Promise<ProofOfTurn | undefined> {
    return Promise.resolve().then(() => {
      this.#log.refresh();
      return this.#log.proofOf(this.#user, turnId);
    });
  }

  /** Drops what is held in memory of turns that may be gone. */
  #letGo(): void {
    this.#indexes.drop(this.#user);
    this.#keepers.clear();
  }

  #view(fact: Fact, nowMs: number): FactView {
    const { subject, relation, value, sourceTurn, validFromMs, validToMs } = fact;
    const source = this.#keepers.turn(sourceTurn);
    const rung = source ? this.#keepers.surfaceOf(source, nowMs).rung : rungOf(1);
    return {
      line: joinParts(partsAt(fact, rung)),
      subject,
      relation,
      value,
      sourceTurn,
      validFromMs,
      ...(validToMs === undefined ? {} : { validToMs }),
      rung,
    };
  }
}

function refusal(text: string): 'injected-context' | 'empty' | undefined {
  if (isContextBlock(text)) return 'injected-context';
  return plainWords(text) === '' ? 'empty' : undefined;
}

function newTurn(turn: ImportedTurn, nowMs: number): NewTurn {
  return {
    ...(turn.id === undefined ? {} : { id: turn.id }),
    role: turn.role,
    text: turn.text,
    atMs: turn.atMs ?? nowMs,
    ...(turn.speaker === undefined ? {} : { speaker: turn.speaker }),
    ...(turn.session === undefined ? {} : { session: turn.session }),
    ...(turn.interrupted ? { interrupted: true as const } : {}),
    ...(turn.importance === undefined ? {} : { importance: turn.importance }),
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
