import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VoiceClient, type VoiceEvent } from '../../src/cli/talk/voice-client.js';

/** Longer than anything takes on a busy machine; only a failing test waits so long. */
const patienceMs = 150_000;

type Message = Extract<VoiceEvent, { type: 'message' }>;

/** An example, run as a user runs it, in a folder of its own for what it writes. */
export class Example {
  readonly folder = mkdtempSync(join(tmpdir(), 'slowcat-example-'));
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #output = '';
  #exit: number | null | undefined;

  /** @param args file names in {@link folder} */
  constructor(name: string, { args = [], env = {} }: { args?: string[]; env?: NodeJS.ProcessEnv } = {}) {
    const file = join(import.meta.dirname, '..', '..', 'examples', `${name}.ts`);
    this.#child = spawn(
      process.execPath,
      ['--import', 'tsx', file, ...args.map((arg) => join(this.folder, arg))],
      {
        env: { ...process.env, SLOWCAT_PORT: '0', SLOWCAT_DATA_DIR: this.folder, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.#output += data.toString();
        for (const look of this.#watchers) look();
      });
    }
    this.#child.on('exit', (code) => {
      this.#exit = code;
      for (const look of this.#watchers) look();
    });
  }

  /** All that it has written to the terminal. */
  get output(): string {
    return this.#output;
  }

  /** Waits until it has written something. */
  until(text: RegExp): Promise<RegExpExecArray> {
    return this.#when(`writes ${text.source}`, () => text.exec(this.#output));
  }

  async connect(): Promise<Client> {
    const [url = ''] = await this.until(/ws:\S+\/ws/);
    return Client.open(url);
  }

  /** Ctrl-C. @returns its exit code, once it has ended by itself */
  async stop(): Promise<number | null> {
    if (this.#exit === undefined) this.#child.kill('SIGINT');
    const { code } = await this.#when('ends', () => (this.#exit === undefined ? null : { code: this.#exit }));
    return code;
  }

  /** For the end of a test, whatever has become of it. */
  async close(): Promise<void> {
    await this.stop().catch(() => this.#child.kill('SIGKILL'));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #when<T>(what: string, look: () => T | null): Promise<T> {
    return waitFor(this.#watchers, look, () => `The example never ${what}:\n${this.#output.slice(-2000)}`);
  }
}

/** A client of an example, and what it was told. */
export class Client {
  readonly told: VoiceEvent[] = [];
  readonly #client: VoiceClient;
  readonly #watchers = new Set<() => void>();

  private constructor(client: VoiceClient) {
    this.#client = client;
    client.listen((event) => {
      this.told.push(event);
      for (const look of this.#watchers) look();
    });
  }

  static async open(url: string): Promise<Client> {
    return new Client(await VoiceClient.connect({ url, connectTimeoutMs: patienceMs }));
  }

  /** Speaks a recording of 16 kHz in real time, with silence behind it. */
  async say(pcm16k: Int16Array): Promise<void> {
    const chunk = 640;
    const silenceMs = 1500;
    const total = pcm16k.length + 16 * silenceMs;
    const startMs = performance.now();
    for (let at = 0; at < total; at += chunk) {
      const samples = new Int16Array(chunk);
      samples.set(pcm16k.subarray(at, at + chunk));
      this.#client.sendAudio(samples, 16_000);
      const aheadMs = at / 16 - (performance.now() - startMs);
      if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
    }
  }

  type(text: string): void {
    this.#client.sendText(text);
  }

  /** Waits for a message of this name, from place `since` of {@link told} on. */
  until(name: string, since = 0, where: (data: Message['data']) => boolean = () => true): Promise<Message> {
    const find = (): Message | null =>
      this.told
        .slice(since)
        .find(
          (event): event is Message => event.type === 'message' && event.name === name && where(event.data),
        ) ?? null;
    const names = (): string =>
      this.told.map((event) => (event.type === 'message' ? event.name : event.type)).join(', ');
    return waitFor(
      this.#watchers,
      find,
      () => `The client was never told ${name}; but ${names().slice(-2000)}`,
    );
  }

  /** Samples of the bot's voice so far. */
  get heardSamples(): number {
    return this.told.reduce((sum, event) => sum + (event.type === 'audio' ? event.pcm.length : 0), 0);
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

function waitFor<T>(watchers: Set<() => void>, look: () => T | null, complaint: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      const found = look();
      if (found === null) return;
      clearTimeout(timer);
      watchers.delete(check);
      resolve(found);
    };
    const timer = setTimeout(() => {
      watchers.delete(check);
      reject(new Error(complaint()));
    }, patienceMs);
    watchers.add(check);
    check();
  });
}
