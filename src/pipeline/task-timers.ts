import type { CancelTimer, Clock } from './clock.js';

/** Timers by name that end together. Starting one again puts the new in place of the old. */
export class TaskTimers<Name extends string> {
  readonly #clock: Clock;
  readonly #running = new Map<Name, CancelTimer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(name: Name, ms: number, fn: () => void): void {
    this.stop(name);
    const cancel = this.#clock.schedule(ms, () => {
      this.#running.delete(name);
      fn();
    });
    this.#running.set(name, cancel);
  }

  stop(name: Name): void {
    this.#running.get(name)?.();
    this.#running.delete(name);
  }

  stopAll(): void {
    for (const cancel of this.#running.values()) cancel();
    this.#running.clear();
  }
}

/** Settles with `work`, or after `ms` if that is sooner. @returns whether the work was done in time */
export async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.schedule(ms, () => {
      resolve(false);
    });
    const done = (): void => {
      cancel();
      resolve(true);
    };
    work.then(done, done);
  });
}
