/** Aborts its signal when nothing happens for too long. Runs from the start; stopped while the consumer works. */
export class PatienceTimer {
  readonly #controller = new AbortController();
  readonly #timeoutMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.start();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Begins to wait anew. */
  start(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(new Error('timed out')), this.#timeoutMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
