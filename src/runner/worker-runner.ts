import type { PipelineTask, TaskOutcome } from '../pipeline/index.js';

export interface WorkerRunnerOptions {
  /** Cancels all workers when it fires; give that of the runner's arguments. @defaultValue none */
  readonly signal?: AbortSignal;
}

/** Runs the workers of one session side by side, and ends them together. */
export class WorkerRunner {
  readonly #signal: AbortSignal | undefined;
  readonly #workers: PipelineTask[] = [];

  constructor({ signal }: WorkerRunnerOptions = {}) {
    this.#signal = signal;
  }

  /** To be run; workers that come later are not. */
  addWorkers(...workers: readonly PipelineTask[]): void {
    this.#workers.push(...workers);
  }

  /** Resolves when all workers have ended and are cleaned up, with how each did. */
  async run(...workers: readonly PipelineTask[]): Promise<readonly TaskOutcome[]> {
    this.addWorkers(...workers);
    const onAbort = (): void => this.cancel('the session was closed');
    if (this.#signal?.aborted === true) onAbort();
    this.#signal?.addEventListener('abort', onAbort);
    try {
      return await Promise.all(this.#workers.map((worker) => worker.run()));
    } finally {
      this.#signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Ends all workers at once; {@link run} resolves when they have. */
  cancel(reason?: string): void {
    for (const worker of this.#workers) worker.cancel(reason);
  }

  /** Ends each worker when it has handled what is queued. */
  stopWhenDone(reason?: string): void {
    for (const worker of this.#workers) worker.stopWhenDone(reason);
  }
}
