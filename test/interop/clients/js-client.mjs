/**
 * Pipecat's JavaScript client in Node, driven line by line: commands come on stdin, what the client says goes out on file
 * descriptor 3, both as JSON. The packages are used as they are published; what a browser would bring is stood in for
 * below. One process can be many clients, told apart by name.
 *
 * `node --experimental-websocket js-client.mjs FOLDER`, where FOLDER has the packages in its node_modules.
 */
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { clearInterval, setImmediate, setInterval } from 'node:timers';
import { clientOf, commands, summary } from './js-commands.mjs';
import { LoopLag } from './loop-lag.mjs';

const browser = /** @type {any} */ (globalThis);
browser.window = globalThis;
browser.self = globalThis;
// Newer Nodes have one of their own, which cannot be assigned.
if (browser.navigator === undefined) browser.navigator = { userAgent: 'Node' };

/** @type {(name: string) => any} */
const load = createRequire(join(/** @type {string} */ (process.argv[2]), 'package.json'));
const clientJs = load('@pipecat-ai/client-js');
const { WebSocketTransport } = load('@pipecat-ai/websocket-transport');

// Version 1.0 of the transport asks for it, while nothing of Daily is used here.
const daily = load('@daily-co/daily-js');
(daily.default ?? daily).getCallInstance = () => ({ on: () => undefined });

/** Looks from the first time on that it is asked. @type {LoopLag | undefined} */
let lag;

/** 512 samples, as browsers record. */
const chunkMs = 32;
const micHz = 16_000;

const out = new Socket({ fd: 3, readable: false, writable: true });
/**
 * All that is told in one turn of the event loop goes out as one: fifty clients are told thousands of things a second.
 *
 * @param {unknown} line
 */
const tell = (line) => {
  if (out.writableCorked === 0) {
    out.cork();
    setImmediate(() => out.uncork());
  }
  out.write(`${JSON.stringify(line)}\n`);
};

/** A sound card made of memory: silence or a recording goes in, in real time; what the bot says is kept. */
class MemoryMediaManager {
  /** @type {(data: ArrayBuffer) => void} */
  #onAudio = () => undefined;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #startedMs = 0;
  #sentChunks = 0;
  #queue = Buffer.alloc(0);
  /** @type {() => void} */
  #onPlayed = () => undefined;
  /** @type {{ atMs: number, samples: Int16Array }[]} */
  heard = [];
  isMicEnabled = true;
  /** Sends nothing at all, not even silence. */
  isMuted = false;
  isCamEnabled = false;
  isSharingScreen = false;
  supportsScreenShare = false;
  selectedMic = {};
  selectedCam = {};
  selectedSpeaker = {};

  /** @param {(data: ArrayBuffer) => void} callback */
  setUserAudioCallback(callback) {
    this.#onAudio = callback;
  }
  setClientOptions() {}
  async initialize() {}
  async connect() {
    this.#startedMs = performance.now();
    this.#sentChunks = 0;
    if (!this.isMuted) this.#timer = setInterval(() => this.#record(), chunkMs);
  }
  async disconnect() {
    clearInterval(this.#timer);
  }
  async userStartedSpeaking() {}
  /** @param {ArrayBuffer | Int16Array} data */
  bufferBotAudio(data) {
    const samples = data instanceof Int16Array ? data : new Int16Array(data);
    this.heard.push({ atMs: performance.now(), samples });
    return samples;
  }
  async getAllMics() {
    return [];
  }
  async getAllCams() {
    return [];
  }
  async getAllSpeakers() {
    return [];
  }
  updateMic() {}
  updateCam() {}
  updateSpeaker() {}
  enableMic() {}
  enableCam() {}
  enableScreenShare() {}
  tracks() {
    return { local: {} };
  }

  /** Speaks and resolves when the last chunk has been sent. @param {Buffer} pcm @returns {Promise<void>} */
  speak(pcm) {
    this.#queue = Buffer.concat([this.#queue, pcm]);
    return new Promise((resolve) => (this.#onPlayed = resolve));
  }

  #record() {
    const due = Math.floor((performance.now() - this.#startedMs) / chunkMs);
    for (; this.#sentChunks < due; this.#sentChunks++) {
      const bytes = new Uint8Array((micHz / 1000) * chunkMs * 2);
      bytes.set(this.#queue.subarray(0, bytes.length));
      const spoke = this.#queue.length > 0;
      this.#queue = this.#queue.subarray(bytes.length);
      this.#onAudio(bytes.buffer);
      if (spoke && this.#queue.length === 0) this.#onPlayed();
    }
  }
}

/** @type {Map<string, { client: any, media: MemoryMediaManager }>} */
const clients = new Map();

/** @param {string} name */
function ownOf(name) {
  const found = clients.get(name);
  if (found) return found;
  const media = new MemoryMediaManager();
  const client = clientOf({ ...clientJs, WebSocketTransport }, media, (event, data) =>
    tell({ client: name, event, data, atMs: performance.now() }),
  );
  const made = { client, media };
  clients.set(name, made);
  return made;
}

/** @type {Record<string, (args: any, own: { client: any, media: MemoryMediaManager }) => unknown>} */
const ownCommands = {
  connect: (args, { client, media }) => {
    media.isMuted = args.muted ?? false;
    return commands['connect']?.(args, client);
  },
  speak: ({ file }, { media }) => media.speak(readFileSync(file).subarray(44)),
  heard: (_, { media }) => summary(media.heard.splice(0)),
  ramp: (_, { media }) => ramp(media.heard.splice(0)),
  lag: () => (lag ??= new LoopLag()).take(),
};

/**
 * How a voice arrived whose samples count up by one, from 0 in each sentence: when each message came, and how often a
 * sample did not follow the one before it.
 *
 * @param {{ atMs: number, samples: Int16Array }[]} pieces
 */
function ramp(pieces) {
  let breaks = 0;
  let voiced = 0;
  let before = -1;
  for (const { samples } of pieces)
    for (const sample of samples) {
      // Zeros fill the last message up.
      if (sample !== 0 && sample !== before + 1) breaks += 1;
      if (sample !== 0) voiced += 1;
      before = sample;
    }
  return { breaks, voiced, arrivalsMs: pieces.map(({ atMs }) => atMs) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, client, run, ...args } = JSON.parse(line);
  Promise.resolve()
    .then(() => {
      const own = ownOf(client);
      return ownCommands[run] ? ownCommands[run](args, own) : commands[run]?.(args, own.client);
    })
    .then(
      (result) => tell({ id, result: result ?? null }),
      (error) => tell({ id, error: error?.message ?? JSON.stringify(error) ?? 'failed' }),
    );
}
process.exit(0);
