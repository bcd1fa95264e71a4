/** Something that a client was told, or that happened to it. */
export interface Told {
  readonly client: string;
  /** Type of the RTVI message, or what happened: `disconnected`, `interruption`, `state`. */
  readonly event: string;
  readonly data: unknown;
  /** By the clock of the client's process. */
  readonly atMs: number;
}

interface Watcher {
  readonly fits: (told: Told) => boolean;
  readonly resolve: (told: Told) => void;
  readonly giveUp: () => void;
}

/** Longer than anything takes on a busy machine; only a failing test waits so long. */
const patienceMs = 60_000;

/** Clients of one kind and version, told apart by name, and what they were told. */
export abstract class ClientDriver {
  readonly told: Told[] = [];
  readonly #watchers = new Set<Watcher>();
  /** The end of what went wrong so far. */
  protected errors = '';
  protected ended = false;

  /** Runs a command of the client; those of `clients/js-commands.mjs`, `speak` and `heard` are known to all kinds. */
  abstract do(client: string, run: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;

  abstract close(): Promise<void>;

  /** The client leaves, if it has not left, and is not heard of again. */
  async dismiss(client: string): Promise<void> {
    await this.do(client, 'disconnect').catch(() => undefined);
  }

  /** What this client was told from place `since` of {@link told} on. */
  toldTo(client: string, since = 0): Told[] {
    return this.told.slice(since).filter((told) => told.client === client);
  }

  /** Waits until the client has been told something. @param since place in {@link told} to look from */
  until(
    client: string,
    event: string,
    since = 0,
    where: (data: never) => boolean = () => true,
  ): Promise<Told> {
    const fits = (told: Told): boolean =>
      told.client === client && told.event === event && where(told.data as never);
    const found = this.told.slice(since).find(fits);
    if (found) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const watcher: Watcher = {
        fits,
        resolve: (told) => {
          clearTimeout(timer);
          this.#watchers.delete(watcher);
          resolve(told);
        },
        giveUp: () => {
          clearTimeout(timer);
          this.#watchers.delete(watcher);
          const names = this.toldTo(client, since).map((told) => told.event);
          reject(new Error(`${client} was never told ${event}; but ${names.join(', ')}. ${this.errors}`));
        },
      };
      const timer = setTimeout(watcher.giveUp, patienceMs);
      this.#watchers.add(watcher);
      if (this.ended) watcher.giveUp();
    });
  }

  /** A client has been told something. */
  protected take(told: Told): void {
    this.told.push(told);
    for (const watcher of this.#watchers) if (watcher.fits(told)) watcher.resolve(told);
  }

  protected complain(text: string): void {
    this.errors = (this.errors + text).slice(-4000);
  }

  /** Nothing will be told any more. */
  protected end(why: string): void {
    this.ended = true;
    this.complain(why);
    for (const watcher of this.#watchers) watcher.giveUp();
  }
}
