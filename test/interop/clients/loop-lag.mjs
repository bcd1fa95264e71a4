/** How late a process comes to what is due: what its own event loop adds to every time that it tells. */
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';

const periodMs = 10;

/** Looks every ten milliseconds how much later it is than it should be. */
export class LoopLag {
  /** @type {number[]} */
  #lateMs = [];
  #lookedMs = performance.now();
  #timer = setInterval(() => {
    const nowMs = performance.now();
    this.#lateMs.push(Math.max(0, nowMs - this.#lookedMs - periodMs));
    this.#lookedMs = nowMs;
  }, periodMs).unref();

  /** Since the last time it was asked. */
  take() {
    const sorted = this.#lateMs.splice(0).sort((a, b) => a - b);
    return {
      p50Ms: sorted[Math.floor(sorted.length / 2)] ?? 0,
      p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
      maxMs: sorted.at(-1) ?? 0,
    };
  }

  close() {
    clearInterval(this.#timer);
  }
}
