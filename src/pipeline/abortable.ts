/** The signal's reason as an error that can be thrown. */
export function abortError(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new DOMException('Aborted', 'AbortError');
}

/**
 * Settles like `promise`, or rejects with the signal's reason as soon as the signal fires, whatever the
 * promise does later. For work that may not notice its signal.
 */
export function raceAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => {
      reject(abortError(signal));
    };
    promise.then(
      (value) => {
        signal.removeEventListener('abort', onAbort);
        if (signal.aborted) onAbort();
        else resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', onAbort);
        reject(error instanceof Error ? error : new Error('A promise was rejected.', { cause: error }));
      },
    );
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * Gives the items of `source` until the signal fires, then throws its reason and closes the source. Listens to the
 * signal once, not for each item: an answer has hundreds.
 */
export async function* abortableIterable<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let exhausted = false;
  let stop: ((error: Error) => void) | undefined;
  const onAbort = (): void => stop?.(abortError(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      const coming = iterator.next();
      const item = await new Promise<IteratorResult<T, unknown>>((resolve, reject) => {
        stop = reject;
        coming.then(resolve, reject);
        if (signal.aborted) onAbort();
      });
      if (signal.aborted) throw abortError(signal);
      if (item.done === true) {
        exhausted = true;
        return;
      }
      yield item.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a source that does not notice the signal would hold up whoever stopped it.
    if (!exhausted) iterator.return?.().catch(() => undefined);
  }
}
