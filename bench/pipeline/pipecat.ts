import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { installFolder } from '../../test/interop/clients.js';
import { installClients } from '../../test/interop/install.js';
import { conversation, type Latencies } from './conversation.js';

/** The virtual environment that the tests of the Python package make, too. */
const packages = 'python-bridge';

/** Python's Pipecat in a process of its own that measures one thing at a time, or the reason why there is none. */
export class Pipecat {
  readonly #process: ChildProcessWithoutNullStreams | undefined;
  readonly #lines: AsyncIterator<string> | undefined;
  readonly #errors: string[] = [];
  version = '';
  python = '';

  private constructor(
    /** Why there is no Pipecat; empty when there is one. */
    readonly why: string,
    child?: ChildProcessWithoutNullStreams,
  ) {
    this.#process = child;
    if (child === undefined) return;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.on('data', (data: Buffer) => this.#errors.push(data.toString()));
    child.on('error', (error) => this.#errors.push(error.message));
  }

  get ready(): boolean {
    return this.#process !== undefined;
  }

  /** Installs it where it is missing, and starts it. Without Python it says so, aloud, and measures nothing. */
  static async start(): Promise<Pipecat> {
    const missing = (await installClients([{ packages, language: 'python' }])).get(packages);
    if (missing !== undefined) return Pipecat.#absent(missing);
    const python = join(installFolder(packages), 'bin', 'python');
    const child = spawn(python, [join(import.meta.dirname, 'pipecat_bench.py')]);
    const pipecat = new Pipecat('', child);
    const first = await pipecat.#line();
    if (first === undefined) {
      const reason = pipecat.#errors.join('').trim().split('\n').at(-1) ?? '';
      return Pipecat.#absent(`it does not start (${reason})`);
    }
    [pipecat.version = '', pipecat.python = ''] = first.split(' ');
    return pipecat;
  }

  static #absent(reason: string): Pipecat {
    const why = `Pipecat was not measured: ${reason}.`;
    console.warn(why);
    return new Pipecat(why);
  }

  /** @returns milliseconds for all frames, measured inside the process */
  async measure(frames: number, processors: number): Promise<number> {
    const seconds = (await this.#ask({ run: 'measure', frames, processors })) as number;
    return seconds * 1000;
  }

  /** The conversation of `conversation.ts`. */
  async converse(turns: number, frameMs: number): Promise<Latencies> {
    const { speechFrames, listenFrames, sampleRateHz } = conversation;
    return (await this.#ask({
      run: 'converse',
      turns,
      frame_ms: frameMs,
      speech_frames: speechFrames,
      listen_frames: listenFrames,
      sample_rate: sampleRateHz,
    })) as Latencies;
  }

  close(): void {
    this.#process?.stdin.end();
  }

  async #ask(request: object): Promise<unknown> {
    this.#process?.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.#line();
    if (line === undefined)
      throw new Error(
        `Pipecat has ended in the middle of a measurement: ${this.#errors.at(-1)?.trim() ?? ''}`,
      );
    return JSON.parse(line);
  }

  async #line(): Promise<string | undefined> {
    const next = await this.#lines?.next();
    return next === undefined || next.done === true ? undefined : next.value;
  }
}
