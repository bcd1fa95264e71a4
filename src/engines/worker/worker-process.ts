import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromWorker, ToWorker } from './messages.js';

/**
 * One worker: a Node process that loads a model and works on one task at a time.
 *
 * A process and not a thread, because ending a thread that has used onnxruntime-node 1.21 corrupts the memory of
 * the whole process (heap errors after two or three), and because native code that crashes takes its process along.
 */
export class WorkerProcess<Task, Result> {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #current: { resolve: (result: Result) => void; reject: (reason: Error) => void } | undefined;
  #lost: Error | undefined;

  /**
   * @param workerData plain data for the worker; it is visible in the list of processes
   * @param nodeFlags of the worker's Node
   */
  constructor(url: URL, workerData: unknown, nodeFlags: readonly string[] = []) {
    this.#child = fork(fileURLToPath(url), [JSON.stringify(workerData ?? null)], {
      // Typed arrays cross as they are.
      serialization: 'advanced',
      // Loaders of the parent (vitest, tsx) are nothing to a built file.
      execArgv: [...nodeFlags],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#gone = new Promise((resolve) => {
      const lost = (error: Error): void => {
        this.#lost ??= error;
        this.#take()?.reject(this.#lost);
        resolve();
      };
      this.#child.once('exit', (code, signal) =>
        lost(new Error(`the worker ended (${signal ?? code ?? 'unknown'})`)),
      );
      this.#child.on('error', lost);
    });
    this.#child.on('message', (message) => this.#settle(message as FromWorker<Result>));
    this.#keepAlive(false);
  }

  /** False once the process has ended. */
  get alive(): boolean {
    return this.#lost === undefined;
  }

  /** Works on one task. Rejects with the worker's error, or with one that tells how the process ended. */
  run(task: Task): Promise<Result> {
    if (this.#current !== undefined) return Promise.reject(new Error('the worker is busy'));
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      this.#current = { resolve, reject };
      this.#keepAlive(true);
      const message: ToWorker<Task> = { task };
      this.#child.send(message, (error) => {
        if (error !== null) this.#take()?.reject(error);
      });
    });
  }

  /** Ends the process at once, whatever it does: it owns nothing that needs saving. */
  async end(): Promise<void> {
    if (!this.alive) return;
    // Whoever waits for the end must not be left waiting by a program that finds nothing else to do.
    this.#child.ref();
    this.#child.kill('SIGKILL');
    await this.#gone;
  }

  #settle(message: FromWorker<Result>): void {
    const job = this.#take();
    if (message.kind === 'done') job?.resolve(message.result);
    else job?.reject(message.error);
  }

  #take() {
    const job = this.#current;
    this.#current = undefined;
    this.#keepAlive(false);
    return job;
  }

  /** A worker that waits for work does not keep the program from ending; one that works does. */
  #keepAlive(busy: boolean): void {
    const how = busy ? 'ref' : 'unref';
    this.#child[how]();
    this.#child.channel?.[how]();
  }
}
