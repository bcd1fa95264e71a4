import { setImmediate } from 'node:timers/promises';

import type { NewTurn, TurnLog } from './log/turn-log.js';
import { isContextBlock, plainWords } from './recall/context-block.js';
import { Recaller, type RecallerParts } from './recall/recaller.js';
import type {
  ForgetSelector,
  Recall,
  RecallOptions,
  Remembered,
  StoredTurn,
  Turn,
  UserMemory,
  UserStats,
} from './types.js';
import type { UserKey } from './user-id.js';

const exportTurns = 100;

/** The door of one user: the log and the index behind one id. */
export class LoggedUserMemory implements UserMemory {
  readonly #user: UserKey;
  readonly #log: TurnLog;
  readonly #parts: RecallerParts;
  readonly #recaller: Recaller;
  #refused = 0;

  constructor(user: UserKey, parts: RecallerParts) {
    this.#user = user;
    this.#log = parts.log;
    this.#parts = parts;
    this.#recaller = new Recaller(user, parts);
  }

  get id(): string {
    return this.#user.id;
  }

  async remember(turn: Turn): Promise<Remembered> {
    const reason = refusal(turn.text);
    if (reason) {
      this.#refused++;
      return { stored: false, reason };
    }
    const turnId = await this.#log.append(this.#user, newTurn(turn, this.#parts.options.nowMs()));
    this.#recaller.appended();
    return { stored: true, turnId };
  }

  recall(query: string, options?: RecallOptions): Promise<Recall> {
    return this.#recaller.recall(query, options);
  }

  warmUp(): Promise<void> {
    return this.#recaller.warmUp();
  }

  knownNames(limit = 20): Promise<readonly string[]> {
    return this.#recaller.knownNames(limit);
  }

  async forget(selector: ForgetSelector): Promise<number> {
    this.#log.refresh();
    this.#parts.indexes.drop(this.#user);
    try {
      if ('all' in selector) return await this.#log.removeUser(this.#user);
      if ('turnIds' in selector) return await this.#log.remove(this.#user, selector.turnIds);
      const turnIds: number[] = [];
      const isMeant = matcher(selector);
      for await (const turn of this.export()) if (isMeant(turn)) turnIds.push(turn.turnId);
      return await this.#log.remove(this.#user, turnIds);
    } finally {
      this.#parts.indexes.drop(this.#user);
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
      const index = this.#parts.indexes.peek(this.#user);
      return {
        turns: head?.turns ?? 0,
        bytes: head?.bytes ?? 0,
        indexedTurns: index?.epoch === head?.epoch ? (index?.indexedTurns ?? 0) : 0,
        ...this.#recaller.tally,
        refused: this.#refused,
        vectors: index?.vectors ?? 0,
      };
    });
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
