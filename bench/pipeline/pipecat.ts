import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Where the bench looks for a Python that has Pipecat; git ignores the folder. */
const python = join(import.meta.dirname, '..', '..', '.slowcat', 'venv-pipecat', 'bin', 'python');
const howTo =
  'python3 -m venv .slowcat/venv-pipecat && .slowcat/venv-pipecat/bin/pip install pipecat-ai==1.14.0';

/** Python's Pipecat in a process of its own that measures one round at a time, or the reason why there is none. */
export class Pipecat {
  readonly #process: ChildProcessWithoutNullStreams | undefined;
  readonly #lines: AsyncIterator<string> | undefined;
  version = '';
  python = '';

  private constructor(
    /** Why there is no Pipecat; empty when there is one. */
    readonly why: string,
    child?: ChildProcessWithoutNullStreams,
  ) {
    this.#process = child;
    if (child) this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  get ready(): boolean {
    return this.#process !== undefined;
  }

  /** Starts it. Without Python or the package it says so, aloud, and measures nothing. */
  static async start(): Promise<Pipecat> {
    if (!existsSync(python)) return Pipecat.#absent('there is no virtual environment');
    const child = spawn(python, [join(import.meta.dirname, 'pipecat_bench.py')]);
    const errors: string[] = [];
    child.stderr.on('data', (data: Buffer) => errors.push(data.toString()));
    child.on('error', (error) => errors.push(error.message));
    const pipecat = new Pipecat('', child);
    const first = await pipecat.#line();
    if (first === undefined) {
      const reason = errors.join('').trim().split('\n').at(-1) ?? '';
      return Pipecat.#absent(`it does not start (${reason})`);
    }
    [pipecat.version = '', pipecat.python = ''] = first.split(' ');
    return pipecat;
  }

  static #absent(reason: string): Pipecat {
    const why = `Pipecat was not measured: ${reason}. To have it: ${howTo}`;
    console.warn(why);
    return new Pipecat(why);
  }

  /** @returns milliseconds, measured inside the process */
  async measure(frames: number, processors: number): Promise<number> {
    this.#process?.stdin.write(`${frames} ${processors}\n`);
    const line = await this.#line();
    if (line === undefined) throw new Error('Pipecat has ended in the middle of a measurement.');
    return Number(line) * 1000;
  }

  close(): void {
    this.#process?.stdin.end();
  }

  async #line(): Promise<string | undefined> {
    const next = await this.#lines?.next();
    return next === undefined || next.done === true ? undefined : next.value;
  }
}
