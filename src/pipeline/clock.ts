import { abortError } from './abortable.js';

/** Undoes a schedule; harmless when it has run or was undone already. */
export type CancelTimer = () => void;

/** Where all time in a pipeline comes from, so that tests can run whole conversations in virtual time. */
export interface Clock {
  /** Nanoseconds since the clock was made. Never goes back. */
  nowNs(): bigint;
  /** Milliseconds since the clock was made, with fractions. */
  nowMs(): number;
  /** Calls `fn` once, `ms` from now. */
  schedule(ms: number, fn: () => void): CancelTimer;
  /** Resolves `ms` from now; rejects with the signal's reason when it is aborted before. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** `sleep` in terms of `schedule`, the same for every clock. */
export function sleepOn(clock: Pick<Clock, 'schedule'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortError(signal));
      return;
    }
    const onAbort = (): void => {
      cancel();
      if (signal) reject(abortError(signal));
    };
    const cancel = clock.schedule(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The machine's monotonic clock. Its timers keep the process alive until they run or are cancelled. */
export class SystemClock implements Clock {
  readonly #startNs = process.hrtime.bigint();

  nowNs(): bigint {
    return process.hrtime.bigint() - this.#startNs;
  }

  nowMs(): number {
    return Number(this.nowNs()) / 1e6;
  }

  schedule(ms: number, fn: () => void): CancelTimer {
    const timer = setTimeout(fn, ms);
    return () => {
      clearTimeout(timer);
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }
}
