/** A handler of one kind of event. What it throws or rejects with is caught. */
export type EventHandler<T> = (event: T) => void | Promise<void>;

/**
 * Events by name, each with its own type. Handlers are called in the order in which they were added; one
 * that fails goes to `onHandlerError` and keeps no other from being called.
 */
export class TypedEvents<Events extends object> {
  readonly #handlers = new Map<keyof Events, EventHandler<never>[]>();
  readonly #onHandlerError: (error: unknown, event: keyof Events) => void;

  constructor(onHandlerError: (error: unknown, event: keyof Events) => void) {
    this.#onHandlerError = onHandlerError;
  }

  /** @returns a function that removes the handler */
  on<K extends keyof Events>(event: K, handler: EventHandler<Events[K]>): () => void {
    const list = this.#handlers.get(event) ?? [];
    this.#handlers.set(event, [...list, handler]);
    return () => {
      const left = (this.#handlers.get(event) ?? []).filter((other) => other !== handler);
      if (left.length > 0) this.#handlers.set(event, left);
      else this.#handlers.delete(event);
    };
  }

  has(event: keyof Events): boolean {
    return this.#handlers.size > 0 && this.#handlers.has(event);
  }

  emit<K extends keyof Events>(event: K, value: Events[K]): void {
    for (const handler of (this.#handlers.get(event) ?? []) as EventHandler<Events[K]>[]) {
      try {
        const result = handler(value);
        if (result) result.catch((error: unknown) => this.#onHandlerError(error, event));
      } catch (error) {
        this.#onHandlerError(error, event);
      }
    }
  }
}
