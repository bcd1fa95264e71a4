/** From the pool to a worker. */
export interface ToWorker<Task> {
  readonly task: Task;
}

/** From a worker to the pool: the answer to the last task. */
export type FromWorker<Result> =
  { readonly kind: 'done'; readonly result: Result } | { readonly kind: 'failed'; readonly error: Error };
