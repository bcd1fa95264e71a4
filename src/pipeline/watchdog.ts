import type { CancelTimer, Clock } from './clock.js';

/**
 * Calls `onTimeout` whenever `ms` have passed without a {@link feed}, again and again until closed. Feeding
 * only notes the time: it is called for frames and must cost nothing.
 */
export class Watchdog {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #onTimeout: () => void;
  #fedMs: number;
  #cancelTimer: CancelTimer | undefined;
  #closed = false;

  constructor(clock: Clock, ms: number, onTimeout: () => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#onTimeout = onTimeout;
    this.#fedMs = clock.nowMs();
    this.#wait(ms);
  }

  feed(): void {
    this.#fedMs = this.#clock.nowMs();
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
  }

  #wait(ms: number): void {
    this.#cancelTimer = this.#clock.schedule(ms, () => {
      const leftMs = this.#fedMs + this.#ms - this.#clock.nowMs();
      if (leftMs > 0) {
        this.#wait(leftMs);
        return;
      }
      this.feed();
      this.#onTimeout();
      if (!this.#closed) this.#wait(this.#ms);
    });
  }
}
