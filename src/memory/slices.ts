import { setImmediate as immediate } from 'node:timers/promises';

export interface SliceOptions {
  /** How long work goes on before the event loop is let in. @defaultValue 3 */
  readonly sliceMs?: number;
  /** @defaultValue performance.now */
  readonly nowMs?: () => number;
  /** Resolves when the event loop has come round. @defaultValue setImmediate */
  readonly rest?: () => Promise<unknown>;
}

/** Cuts long work: `await slices.rest()` between its steps, each far shorter than a slice. */
export class Slices {
  readonly #sliceMs: number;
  readonly #nowMs: () => number;
  readonly #rest: () => Promise<unknown>;
  #startMs: number;

  constructor({ sliceMs = 3, nowMs = () => performance.now(), rest = immediate }: SliceOptions = {}) {
    this.#sliceMs = sliceMs;
    this.#nowMs = nowMs;
    this.#rest = rest;
    this.#startMs = nowMs();
  }

  /** Lets the event loop in when the slice is used up; undefined when it is not, and there is nothing to wait for. */
  rest(): Promise<void> | undefined {
    return this.#nowMs() - this.#startMs < this.#sliceMs ? undefined : this.#pause();
  }

  async #pause(): Promise<void> {
    await this.#rest();
    this.#startMs = this.#nowMs();
  }
}
