import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ClientDriver, type Told } from './client-driver.js';
import type { ProcessKind } from './clients.js';

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A process with clients: commands go to its stdin, what they were told comes on file descriptor 3, as JSON. */
export class InteropProcess extends ClientDriver {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(kind: ProcessKind) {
    super();
    const [program, ...args] = kind.command();
    this.#child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe', 'pipe'] });
    this.#child.stderr?.on('data', (data: Buffer) => this.complain(data.toString()));
    this.#child.on('error', (error) => this.end(error.message));
    this.#child.on('exit', (code) => this.end(`ended with ${code}`));
    const lines = createInterface({ input: this.#child.stdio[3] as Readable });
    lines.on('line', (line) => this.#read(JSON.parse(line) as Told | Answer));
  }

  override do(client: string, run: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    if (this.ended) return Promise.reject(new Error(`The client is gone: ${this.errors}`));
    const id = ++this.#lastId;
    this.#child.stdin!.write(`${JSON.stringify({ ...args, id, client, run })}\n`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  override async close(): Promise<void> {
    this.#child.stdin?.end();
    if (this.ended) return;
    const killing = setTimeout(() => this.#child.kill('SIGKILL'), 3000);
    await new Promise((resolve) => this.#child.once('exit', resolve));
    clearTimeout(killing);
  }

  #read(line: Told | Answer): void {
    if (!('id' in line)) {
      this.take(line);
      return;
    }
    const waiting = this.#waiting.get(line.id);
    this.#waiting.delete(line.id);
    if (line.error === undefined) waiting?.resolve(line.result);
    else waiting?.reject(new Error(line.error));
  }

  protected override end(why: string): void {
    super.end(why);
    for (const { reject } of this.#waiting.values()) reject(new Error(`The client is gone: ${this.errors}`));
    this.#waiting.clear();
  }
}
