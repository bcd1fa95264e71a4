import type { CancelTimer, Clock } from '../../pipeline/clock.js';
import type { Frame } from '../../pipeline/frames/index.js';

/** Holds frames that carry a presentation time until the pipeline's clock shows it. */
export class TimedFrames {
  readonly #clock: Clock;
  readonly #release: (frame: Frame) => void;
  /** Earliest first; of equal times, the one that came first. */
  #waiting: { readonly atMs: number; readonly frame: Frame }[] = [];
  #cancelTimer: CancelTimer | undefined;

  constructor(clock: Clock, release: (frame: Frame) => void) {
    this.#clock = clock;
    this.#release = release;
  }

  /** @param pts nanoseconds of the pipeline's clock */
  add(frame: Frame, pts: bigint): void {
    const atMs = Number(pts) / 1e6;
    const before = this.#waiting.findLastIndex((other) => other.atMs <= atMs);
    this.#waiting.splice(before + 1, 0, { atMs, frame });
    this.#releaseDue();
  }

  /** Drops what may be dropped. */
  interrupt(): void {
    this.#waiting = this.#waiting.filter(({ frame }) => !frame.interruptible);
    this.#releaseDue();
  }

  /** Releases all that is left, whatever its time: nothing comes after it. */
  flush(): void {
    const left = this.#waiting;
    this.close();
    for (const { frame } of left) this.#release(frame);
  }

  /** Drops everything. Idempotent. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#waiting = [];
  }

  #releaseDue(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined) return;
      const waitMs = Math.ceil(next.atMs - this.#clock.nowMs());
      if (waitMs > 0) {
        // Timers beyond 2^31 ms fire at once; a frame so far ahead is looked at again before.
        this.#cancelTimer = this.#clock.schedule(Math.min(waitMs, 2 ** 30), () => this.#releaseDue());
        return;
      }
      this.#waiting.shift();
      this.#release(next.frame);
    }
  }
}
