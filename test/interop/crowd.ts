import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { processKinds } from './clients.js';
import { InteropProcess } from './interop-process.js';
import { countTo, msPerCharacter } from './stage.js';

const sampleRateHz = 24_000;
/** As Pipecat sends it. */
export const messageMs = 40;

/** All of a crowd begin to talk within this time, not at the same millisecond. */
const arrivalMs = 1000;

/** How late an event loop comes to what is due. */
export interface Lag {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What a server has cost since it was asked last. */
interface Cost {
  readonly cpuMs: number;
  readonly lag: Lag;
  readonly sentMs: readonly (readonly number[])[];
}

/** What became of a crowd, while it was spoken to. */
export interface Crowd {
  readonly clients: readonly Received[];
  /** Computing time of the server's process. */
  readonly serverCpuMs: number;
  readonly wallMs: number;
  readonly serverLag: Lag;
  /** When each message of audio was handed to its socket, for each client, by the server's clock. */
  readonly sentMs: readonly (readonly number[])[];
  /** Of the process with all clients: what it adds to the times of arrival. */
  readonly clientLag: Lag;
}

/** What one client of a crowd received. */
export interface Received {
  readonly client: string;
  /** What the bot wrote, token by token. */
  readonly written: string;
  /** What it has spoken, sentence by sentence. */
  readonly spoken: readonly string[];
  /** What it should have spoken. */
  readonly expected: readonly string[];
  /** Samples that did not follow the one before them. */
  readonly breaks: number;
  readonly voicedSeconds: number;
  readonly arrivalsMs: readonly number[];
}

export const secondsOf = (sentences: readonly string[]): number =>
  sentences.reduce((sum, sentence) => sum + (sentence.length * msPerCharacter) / 1000, 0);

/**
 * So many JavaScript clients in one process, all of whose bots count aloud at once; the server has a process of its own.
 *
 * @param muted without microphones, whose messages are most of the work
 */
export async function crowd(size: number, countUpTo: number, muted = false): Promise<Crowd> {
  const server = await CrowdServer.start();
  const [kind] = processKinds;
  const process = new InteropProcess(kind!);
  const names = Array.from({ length: size }, (_, i) => `client-${i + 1}`);
  const lagOfClients = () => process.do(names[0] ?? '', 'lag') as Promise<Lag>;
  try {
    await Promise.all(
      names.map((client) => process.do(client, 'connect', { url: `${server.url}?user=${client}`, muted })),
    );
    const since = process.told.length;
    await Promise.all([server.cost(), lagOfClients()]);
    const startedMs = performance.now();
    await Promise.all(
      names.map(async (client, i) => {
        await setTimeout((arrivalMs * i) / size);
        await process.do(client, 'type', { text: `Count to ${countUpTo}, ${client}.` });
      }),
    );
    await Promise.all(names.map((client) => process.until(client, 'bot-stopped-speaking', since)));
    const [{ cpuMs, lag, sentMs }, clientLag] = await Promise.all([server.cost(), lagOfClients()]);
    const wallMs = performance.now() - startedMs;
    const clients = await Promise.all(
      names.map((client) => receivedBy(process, client, since, countTo(countUpTo, client))),
    );
    return { clients, serverCpuMs: cpuMs, wallMs, serverLag: lag, sentMs, clientLag };
  } finally {
    await process.close();
    await server.close();
  }
}

async function receivedBy(
  process: InteropProcess,
  client: string,
  since: number,
  expected: readonly string[],
): Promise<Received> {
  const told = process.toldTo(client, since);
  const texts = (event: string) =>
    told.filter((one) => one.event === event).map(({ data }) => (data as { text: string }).text);
  const ramp = (await process.do(client, 'ramp')) as {
    breaks: number;
    voiced: number;
    arrivalsMs: number[];
  };
  return {
    client,
    written: texts('bot-llm-text').join(''),
    spoken: texts('bot-tts-text'),
    expected,
    breaks: ramp.breaks,
    voicedSeconds: ramp.voiced / sampleRateHz,
    arrivalsMs: ramp.arrivalsMs,
  };
}

/** `crowd-server.ts` in a process of its own, so that what the clients compute does not hold it up. */
class CrowdServer {
  readonly #child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'crowd-server.ts')],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  readonly #lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  url = '';

  static async start(): Promise<CrowdServer> {
    const server = new CrowdServer();
    const { url } = await server.#next<{ url: string }>();
    server.url = url;
    return server;
  }

  cost(): Promise<Cost> {
    this.#child.stdin.write('\n');
    return this.#next<Cost>();
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.exitCode !== null) return;
    this.#child.stdin.end();
    await gone;
  }

  async #next<T>(): Promise<T> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('The server of the crowd has ended.');
    return JSON.parse(line.value) as T;
  }
}
