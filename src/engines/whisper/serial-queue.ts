/**
 * Runs tasks one after another in the order they came. A task that is aborted while it waits never starts; one
 * that is aborted while it runs is left to finish, and its result is thrown away.
 */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const turn = this.#last.then(() => {
      signal?.throwIfAborted();
      return task();
    });
    this.#last = turn.catch(() => undefined);
    return signal === undefined ? turn : abandonable(turn, signal);
  }

  /** Resolves when everything that was asked for by now has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}

/** The promise, or the signal's reason if that comes first. */
async function abandonable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = withReject();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function withReject(): { promise: Promise<never>; reject: (reason: unknown) => void } {
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<never>((_, refuse) => (reject = refuse));
  return { promise, reject };
}
