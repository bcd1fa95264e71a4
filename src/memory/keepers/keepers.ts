import type { Fact } from '../facts/fact.js';
import type { TurnLog } from '../log/turn-log.js';
import type { ResolvedMemoryOptions } from '../options.js';
import type { Surface } from '../ladder/surface.js';
import type { Knowledge } from '../recall/recaller.js';
import { TieredTurns, type TierStats } from '../tiers/tiered-turns.js';
import { timeSlice } from '../time-slice.js';
import type { StoredTurn } from '../types.js';
import type { UserKey } from '../user-id.js';
import { FactKeeper } from './fact-keeper.js';
import { isOutdated, turnSurface } from './faded-surface.js';
import { UseKeeper } from './use-keeper.js';

/** Facts that are taken as an answer to a question. */
const answers = 2;

/** What is kept of one user beside the log, all of it derived from it: decoded turns, facts, uses. */
export class Keepers implements Knowledge {
  readonly facts: FactKeeper;
  readonly uses: UseKeeper;
  readonly #user: UserKey;
  readonly #log: TurnLog;
  readonly #tiers: TieredTurns;
  readonly #load: (turnId: number) => StoredTurn | undefined;
  #epoch: string | undefined;
  #isPresent = false;

  constructor(user: UserKey, log: TurnLog, options: ResolvedMemoryOptions) {
    this.#user = user;
    this.#log = log;
    const { nowMs, exchanges, hotTurns, warmTurns } = options;
    this.uses = new UseKeeper(user, log);
    this.facts = new FactKeeper(user, {
      log,
      slice: () => timeSlice(options),
      onRestated: (olderId, atMs) => this.uses.uses.restore([olderId], atMs),
    });
    this.#tiers = new TieredTurns({ nowMs, exchanges, hotTurns, warmTurns });
    this.#load = (turnId) => log.turn(user, turnId);
  }

  /** Takes a turn that was just stored. */
  appended(turn: StoredTurn): void {
    this.#present();
    this.#tiers.add(turn.turnId, turn);
    // What fails here is met again, and told, when the facts are asked for.
    this.facts
      .catchUp()
      .then(() => this.uses.flush())
      .catch(() => undefined);
  }

  turn(turnId: number): StoredTurn | undefined {
    this.#present();
    return this.#tiers.get(turnId, this.#load);
  }

  surfaceOf(turn: StoredTurn, nowMs: number): Surface {
    this.#present();
    return turnSurface(turn, this.uses.held, this.facts.book, nowMs);
  }

  isOutdated(turnId: number): boolean {
    return isOutdated(turnId, this.facts.book);
  }

  answersTo(query: string): readonly number[] {
    return sources(this.facts.book.findFor(query, answers));
  }

  always(limit: number): readonly number[] {
    return limit > 0 ? sources(this.facts.book.always(limit)) : [];
  }

  tierStats(): TierStats {
    return this.#tiers.stats();
  }

  /** Forgets what is held of turns that are gone. */
  clear(): void {
    this.#tiers.clear();
  }

  /**
   * Turns that were forgotten, by this process or another, are gone from the tiers as well. Looked at once in each run
   * of the event loop: between two of its steps nothing can be forgotten.
   */
  #present(): void {
    if (this.#isPresent) return;
    this.#isPresent = true;
    queueMicrotask(() => (this.#isPresent = false));
    const epoch = this.#log.head(this.#user)?.epoch;
    this.uses.present(epoch);
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#tiers.clear();
  }
}

function sources(facts: readonly Fact[]): number[] {
  return [...new Set(facts.map(({ sourceTurn, saidAgainIn }) => saidAgainIn ?? sourceTurn))];
}
