/**
 * Hands out a fixed number of places in the order in which they were asked for. Someone who gives up waiting
 * leaves the queue at once and delays nobody.
 */
export class FairQueue {
  #free: number;
  #closedBy: Error | undefined;
  readonly #waiting = new Set<{ admit: () => void; refuse: (reason: Error) => void }>();

  /** @param places how many may be inside at once */
  constructor(places: number) {
    this.#free = places;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Waits for a place. Rejects with the signal's reason, or with the reason given to {@link close}. */
  async enter(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#closedBy !== undefined) throw this.#closedBy;
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        this.#waiting.delete(waiter);
        signal?.removeEventListener('abort', onAbort);
      };
      const waiter = {
        admit: () => {
          settle();
          resolve();
        },
        refuse: (reason: Error) => {
          settle();
          reject(reason);
        },
      };
      const onAbort = (): void => waiter.refuse(signal?.reason as Error);
      this.#waiting.add(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Gives the place to whoever has waited longest. */
  leave(): void {
    for (const next of this.#waiting) {
      next.admit();
      return;
    }
    this.#free += 1;
  }

  /** Refuses all who wait and all who come later. Idempotent. */
  close(reason: Error): void {
    this.#closedBy ??= reason;
    for (const waiter of [...this.#waiting]) waiter.refuse(reason);
  }
}
