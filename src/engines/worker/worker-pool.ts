import { SlowcatError } from '../../errors.js';
import { WorkerProcess } from './worker-process.js';

export interface WorkerPoolOptions {
  /** The worker's file, which calls `serveTasks`. */
  readonly url: URL;
  /** Engine name, for messages. */
  readonly engine: string;
  /** Plain data for the worker, which reads it with `readWorkerData`. @defaultValue null */
  readonly workerData?: unknown;
  /** Flags of the workers' Node. @defaultValue none */
  readonly nodeFlags?: readonly string[];
  /** Workers, each with its own copy of what it loads. @defaultValue 1 */
  readonly workers?: number;
}

interface Job<Task, Result> {
  readonly task: Task;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
  readonly signal: AbortSignal | undefined;
  onAbort: (() => void) | undefined;
  settled: boolean;
}

/**
 * A queue in front of worker processes, first come, first served.
 *
 * Stopping a worker costs its loaded model, so an abort drops a waiting task and only ignores the result of a
 * running one. A worker that crashes fails its own task with `SLOWCAT_ENGINE_FAILED`; the next task gets a new one.
 */
export class WorkerPool<Task, Result> {
  readonly #options: Required<Pick<WorkerPoolOptions, 'workers'>> & WorkerPoolOptions;
  readonly #waiting: Job<Task, Result>[] = [];
  readonly #running = new Set<Job<Task, Result>>();
  readonly #idle: WorkerProcess<Task, Result>[] = [];
  readonly #all = new Set<WorkerProcess<Task, Result>>();
  #closing: Promise<void> | undefined;

  constructor(options: WorkerPoolOptions) {
    this.#options = { workers: 1, ...options };
  }

  /** Tasks that no worker has taken yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Runs one task. Rejects with the signal's reason when it aborts, `SLOWCAT_ENGINE_CLOSED` after `close()`,
   * `SLOWCAT_ENGINE_FAILED` when the worker throws or dies.
   */
  run(task: Task, signal?: AbortSignal): Promise<Result> {
    if (this.#closing !== undefined) return Promise.reject(this.#closedError());
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const job: Job<Task, Result> = { task, resolve, reject, signal, onAbort: undefined, settled: false };
      if (signal !== undefined) {
        job.onAbort = () => {
          const at = this.#waiting.indexOf(job);
          if (at >= 0) this.#waiting.splice(at, 1);
          this.#settle(job, () => job.reject(signal.reason));
        };
        signal.addEventListener('abort', job.onAbort, { once: true });
      }
      this.#waiting.push(job);
      this.#pump();
    });
  }

  /** Fails everything that waits or runs and ends the workers. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const job of [...this.#waiting.splice(0), ...this.#running]) {
      this.#settle(job, () => job.reject(this.#closedError()));
    }
    await Promise.all([...this.#all].map((worker) => worker.end()));
  }

  #closedError(): SlowcatError {
    return new SlowcatError('SLOWCAT_ENGINE_CLOSED', `Create another ${this.#options.engine} engine.`);
  }

  #settle(job: Job<Task, Result>, how: () => void): void {
    if (job.settled) return;
    job.settled = true;
    if (job.onAbort !== undefined) job.signal?.removeEventListener('abort', job.onAbort);
    how();
  }

  #pump(): void {
    while (this.#running.size < this.#options.workers) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#running.add(job);
      void this.#work(job);
    }
  }

  async #work(job: Job<Task, Result>): Promise<void> {
    let worker: WorkerProcess<Task, Result> | undefined;
    try {
      worker = this.#takeIdle() ?? this.#start();
      const result = await worker.run(job.task);
      this.#settle(job, () => job.resolve(result));
    } catch (cause) {
      const error = new SlowcatError(
        'SLOWCAT_ENGINE_FAILED',
        `The ${this.#options.engine} worker failed; try again, and see \`slowcat doctor\` if it goes on.`,
        { cause },
      );
      this.#settle(job, () => job.reject(error));
    } finally {
      this.#running.delete(job);
      if (worker?.alive === true) this.#idle.push(worker);
      else if (worker !== undefined) this.#all.delete(worker);
      if (this.#closing === undefined) this.#pump();
    }
  }

  /** A worker may have ended while nobody was looking: killed for memory, or by hand. */
  #takeIdle(): WorkerProcess<Task, Result> | undefined {
    for (let worker = this.#idle.pop(); worker !== undefined; worker = this.#idle.pop()) {
      if (worker.alive) return worker;
      this.#all.delete(worker);
    }
    return undefined;
  }

  #start(): WorkerProcess<Task, Result> {
    const worker = new WorkerProcess<Task, Result>(
      this.#options.url,
      this.#options.workerData,
      this.#options.nodeFlags,
    );
    this.#all.add(worker);
    return worker;
  }
}
