import { sleepOn, type CancelTimer, type Clock } from '../pipeline/clock.js';
import { isIdle } from '../pipeline/scheduler.js';

interface Timer {
  readonly dueMs: number;
  readonly fn: () => void;
}

/** A clock that stands still until it is told to go on, so that a test decides when everything happens. */
export class VirtualClock implements Clock {
  #nowMs = 0;
  /** Ordered by due time; timers due together stay in the order in which they were scheduled. */
  #timers: Timer[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  nowNs(): bigint {
    return BigInt(Math.round(this.#nowMs * 1e6));
  }

  /** Timers that have not run. */
  get pending(): number {
    return this.#timers.length;
  }

  /** When the next timer is due, undefined when there is none. */
  get nextDueMs(): number | undefined {
    return this.#timers[0]?.dueMs;
  }

  schedule(ms: number, fn: () => void): CancelTimer {
    const timer: Timer = { dueMs: this.#nowMs + Math.max(0, ms), fn };
    const behind = this.#timers.findIndex((other) => other.dueMs > timer.dueMs);
    this.#timers.splice(behind < 0 ? this.#timers.length : behind, 0, timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }

  /** Lets everything that needs no time come to rest: promises, and all frames of all pipelines. */
  async settle(): Promise<void> {
    do {
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    } while (!isIdle());
  }

  /** Goes on by `ms`. Each timer on the way runs at its own time, and all comes to rest after each. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await this.settle();
    for (let timer = this.#timers[0]; timer && timer.dueMs <= endMs; timer = this.#timers[0]) {
      this.#timers.shift();
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      timer.fn();
      await this.settle();
    }
    this.#nowMs = endMs;
  }
}
