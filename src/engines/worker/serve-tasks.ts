import { setPriority } from 'node:os';
import type { FromWorker, ToWorker } from './messages.js';

/** What the pool gave the worker as `workerData`. */
export function readWorkerData(): unknown {
  return JSON.parse(process.argv[2] ?? 'null');
}

/**
 * Lets other processes go first when cores are short. Call it before threads start: on Linux a thread has its own
 * priority, which it takes over from the one that starts it.
 *
 * @param niceness 0 (as it is) to 19 (last)
 */
export function lowerPriority(niceness: number): void {
  if (niceness === 0) return;
  try {
    setPriority(niceness);
  } catch {
    // Some containers forbid it; the work is done all the same.
  }
}

/** Makes this process a worker of a WorkerPool: answers each task with what `work` makes of it. */
export function serveTasks(work: (task: unknown) => Promise<unknown>): void {
  const answer = (message: FromWorker<unknown>): void => {
    process.send?.(message);
  };
  process.on('message', (message) => {
    work((message as ToWorker<unknown>).task).then(
      (result) => answer({ kind: 'done', result }),
      (error: unknown) =>
        answer({ kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) }),
    );
  });
  // The parent decides when to end; Ctrl-C in a terminal reaches every process of the group.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  process.on('disconnect', () => process.exit(0));
}
