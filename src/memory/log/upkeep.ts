/** When what can wait is done. */
export interface UpkeepOptions {
  /** Milliseconds without a write after which sealing and archiving begin; Infinity for never. */
  readonly idleMs: number;
  /** Milliseconds between two looks at the archive while nothing happens; Infinity for never. */
  readonly scrubEveryMs: number;
}

export interface Chores {
  /** Seals and archives what has come. */
  readonly settle: () => Promise<void>;
  /** Checks a little of what is stored. */
  readonly scrub: () => Promise<void>;
}

/** Runs chores in quiet times. Its timers keep no process alive, and a chore that fails is tried again next time. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #chores: Chores;
  #timer: NodeJS.Timeout | undefined;
  #dueMs = 0;
  #lastWriteMs = -Infinity;
  #isWanted = false;
  #isStopped = false;
  #running: Promise<void> | undefined;

  constructor(options: UpkeepOptions, chores: Chores) {
    this.#options = options;
    this.#chores = chores;
  }

  /** Tells that something was written: chores wait until it is quiet. */
  touch(): void {
    this.#lastWriteMs = performance.now();
    this.#isWanted = true;
    this.#arm(this.#options.idleMs);
  }

  /** Begins to look at what is stored, now and then. */
  start(): void {
    this.#arm(this.#options.scrubEveryMs);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #arm(afterMs: number): void {
    if (this.#isStopped || this.#running || afterMs === Infinity) return;
    const dueMs = performance.now() + afterMs;
    if (this.#timer && this.#dueMs <= dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#running = this.#run()
        .catch(() => undefined)
        .finally(() => {
          this.#running = undefined;
          this.#arm(this.#isWanted ? this.#options.idleMs : this.#options.scrubEveryMs);
        });
    }, afterMs);
    this.#timer.unref();
  }

  async #run(): Promise<void> {
    const quietMs = performance.now() - this.#lastWriteMs;
    if (quietMs < this.#options.idleMs) return;
    if (this.#isWanted) {
      this.#isWanted = false;
      try {
        await this.#chores.settle();
      } catch {
        // A full disk, most likely: the log has all of it, and the archive gets it when there is room.
        this.#isWanted = true;
      }
    } else {
      await this.#chores.scrub();
    }
  }
}
