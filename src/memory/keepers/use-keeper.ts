import type { TurnLog } from '../log/turn-log.js';
import { Uses } from '../ladder/uses.js';
import type { UserKey } from '../user-id.js';

/** How often and when last each turn of one user was used, kept in a side table. A crash loses a few counts. */
export class UseKeeper {
  readonly #user: UserKey;
  readonly #log: TurnLog;
  #uses: Uses;
  #epoch: string | undefined;
  #flushing: Promise<void> | undefined;

  constructor(user: UserKey, log: TurnLog) {
    this.#user = user;
    this.#log = log;
    this.#uses = this.#fresh();
  }

  /** As of the log's present epoch: what was forgotten took its uses along. */
  get uses(): Uses {
    this.present(this.#log.head(this.#user)?.epoch);
    return this.#uses;
  }

  /** As of the epoch that {@link present} was told last. */
  get held(): Uses {
    return this.#uses;
  }

  /** Drops what belongs to another epoch than the log's present one. */
  present(epoch: string | undefined): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#uses = this.#fresh();
  }

  /** Writes what has changed. Calls that come meanwhile share the next write. */
  async flush(): Promise<void> {
    while (this.#flushing) await this.#flushing;
    if (this.uses.unsaved === 0 || this.#log.isClosed) return;
    this.#flushing = this.#write().finally(() => (this.#flushing = undefined));
    await this.#flushing;
  }

  async #write(): Promise<void> {
    await this.uses.flush((entries) => this.#log.side('uses').put(this.#user, entries));
  }

  #fresh(): Uses {
    return new Uses((from, to) => this.#log.side('uses').range(this.#user, Math.max(1, from), to));
  }
}
