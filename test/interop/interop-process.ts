import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { ClientKind } from './clients.js';

/** Something that a client was told, or that happened to it. */
export interface Told {
  readonly client: string;
  /** Type of the RTVI message, or what happened: `disconnected`, `interruption`, `state`. */
  readonly event: string;
  readonly data: unknown;
  /** By the clock of the client's process. */
  readonly atMs: number;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Watcher {
  readonly fits: (told: Told) => boolean;
  readonly resolve: (told: Told) => void;
  readonly giveUp: () => void;
}

/** Longer than anything takes on a busy machine; only a failing test waits so long. */
const patienceMs = 60_000;

/** A process with clients of one kind and version, and what they were told. */
export class InteropProcess {
  readonly told: Told[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #watchers = new Set<Watcher>();
  #lastId = 0;
  #errors = '';
  #ended = false;

  constructor(kind: ClientKind) {
    const [program, ...args] = kind.command();
    this.#child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe', 'pipe'] });
    this.#child.stderr?.on(
      'data',
      (data: Buffer) => (this.#errors = (this.#errors + data.toString()).slice(-4000)),
    );
    this.#child.on('error', (error) => this.#end(error.message));
    this.#child.on('exit', (code) => this.#end(`ended with ${code}`));
    const lines = createInterface({ input: this.#child.stdio[3] as Readable });
    lines.on('line', (line) => this.#take(JSON.parse(line) as Told | Answer));
  }

  /** Runs a command of the client's driver. */
  do(client: string, run: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    if (this.#ended) return Promise.reject(new Error(`The client is gone: ${this.#errors}`));
    const id = ++this.#lastId;
    this.#child.stdin!.write(`${JSON.stringify({ ...args, id, client, run })}\n`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
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
          reject(new Error(`${client} was never told ${event}; but ${names.join(', ')}. ${this.#errors}`));
        },
      };
      const timer = setTimeout(watcher.giveUp, patienceMs);
      this.#watchers.add(watcher);
      if (this.#ended) watcher.giveUp();
    });
  }

  async close(): Promise<void> {
    this.#child.stdin?.end();
    if (this.#ended) return;
    const killing = setTimeout(() => this.#child.kill('SIGKILL'), 3000);
    await new Promise((resolve) => this.#child.once('exit', resolve));
    clearTimeout(killing);
  }

  #take(line: Told | Answer): void {
    if ('id' in line) {
      const waiting = this.#waiting.get(line.id);
      this.#waiting.delete(line.id);
      if (line.error === undefined) waiting?.resolve(line.result);
      else waiting?.reject(new Error(line.error));
    } else {
      this.told.push(line);
      for (const watcher of this.#watchers) if (watcher.fits(line)) watcher.resolve(line);
    }
  }

  #end(why: string): void {
    this.#ended = true;
    this.#errors += why;
    for (const { reject } of this.#waiting.values()) reject(new Error(`The client is gone: ${this.#errors}`));
    this.#waiting.clear();
    for (const watcher of this.#watchers) watcher.giveUp();
  }
}
