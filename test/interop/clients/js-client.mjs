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
import { clearInterval, setInterval } from 'node:timers';

const browser = /** @type {any} */ (globalThis);
browser.window = globalThis;
browser.self = globalThis;
// Newer Nodes have one of their own, which cannot be assigned.
if (browser.navigator === undefined) browser.navigator = { userAgent: 'Node' };

/** @type {(name: string) => any} */
const load = createRequire(join(/** @type {string} */ (process.argv[2]), 'package.json'));
const { PipecatClient, LogLevel } = load('@pipecat-ai/client-js');
const { WebSocketTransport } = load('@pipecat-ai/websocket-transport');

/** 512 samples, as browsers record. */
const chunkMs = 32;
const micHz = 16_000;

const out = new Socket({ fd: 3, readable: false, writable: true });
/** @param {unknown} line */
const tell = (line) => out.write(`${JSON.stringify(line)}\n`);

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

/**
 * The transport with that sound card. It is an option from 1.2 on; 1.0 builds its own around Daily's call object, which
 * is stood in for while it does, and gets this one afterwards.
 *
 * @param {MemoryMediaManager} mediaManager
 */
function transportWith(mediaManager) {
  const module = load('@daily-co/daily-js');
  const daily = module.default ?? module;
  daily.getCallInstance = () => ({ on: () => undefined });
  const transport = new WebSocketTransport({ mediaManager });
  if (transport._mediaManager !== mediaManager) {
    transport._mediaManager = mediaManager;
    mediaManager.setUserAudioCallback(transport.handleUserAudioStream.bind(transport));
  }
  return transport;
}

/** The client's callbacks and the RTVI message that each stands for. */
const callbacks = {
  onBotReady: 'bot-ready',
  onUserStartedSpeaking: 'user-started-speaking',
  onUserStoppedSpeaking: 'user-stopped-speaking',
  onUserTranscript: 'user-transcription',
  onUserLlmText: 'user-llm-text',
  onBotLlmStarted: 'bot-llm-started',
  onBotLlmText: 'bot-llm-text',
  onBotLlmStopped: 'bot-llm-stopped',
  onBotTranscript: 'bot-transcription',
  onBotOutput: 'bot-output',
  onBotTtsStarted: 'bot-tts-started',
  onBotTtsText: 'bot-tts-text',
  onBotTtsStopped: 'bot-tts-stopped',
  onBotStartedSpeaking: 'bot-started-speaking',
  onBotStoppedSpeaking: 'bot-stopped-speaking',
  onLLMFunctionCallStarted: 'llm-function-call-started',
  onLLMFunctionCallInProgress: 'llm-function-call-in-progress',
  onLLMFunctionCallStopped: 'llm-function-call-stopped',
  onMetrics: 'metrics',
  onServerMessage: 'server-message',
  onMessageError: 'error-response',
  onError: 'error',
  onConnected: 'connected',
  onDisconnected: 'disconnected',
  onTransportStateChanged: 'state',
};

/** @type {Map<string, { client: any, media: MemoryMediaManager }>} */
const clients = new Map();

/** @param {string} name */
function clientOf(name) {
  const found = clients.get(name);
  if (found) return found;
  const media = new MemoryMediaManager();
  const told = Object.fromEntries(
    Object.entries(callbacks).map(([callback, event]) => [
      callback,
      (/** @type {any} */ data) =>
        tell({
          client: name,
          event,
          data: data?.label === 'rtvi-ai' ? data.data : data,
          atMs: performance.now(),
        }),
    ]),
  );
  const client = new PipecatClient({
    transport: transportWith(media),
    enableMic: true,
    enableCam: false,
    callbacks: told,
  });
  client.setLogLevel(LogLevel.NONE);
  const made = { client, media };
  clients.set(name, made);
  return made;
}

/** @type {Record<string, (args: any, own: { client: any, media: MemoryMediaManager }) => unknown>} */
const commands = {
  connect: ({ url, muted = false }, { client, media }) => {
    media.isMuted = muted;
    return client.connect({ [client.sendText ? 'wsUrl' : 'ws_url']: url });
  },
  start: ({ endpoint }, { client }) =>
    client.startBotAndConnect ? client.startBotAndConnect({ endpoint }) : client.connect({ endpoint }),
  disconnect: (_, { client }) => client.disconnect(),
  speak: ({ file }, { media }) => media.speak(readFileSync(file).subarray(44)),
  type: ({ text }, { client }) => {
    if (client.sendText) return client.sendText(text);
    return client.appendToContext({ role: 'user', content: text, run_immediately: true });
  },
  append: ({ text }, { client }) => client.appendToContext({ role: 'user', content: text }),
  request: ({ kind, data }, { client }) =>
    client.sendClientRequest(kind, data).then(
      (/** @type {unknown} */ answer) => ({ answer }),
      (/** @type {any} */ error) => ({ refused: error.data?.error ?? error.error ?? String(error) }),
    ),
  registerFunction: ({ name, result }, { client }) =>
    client.registerFunctionCallHandler(name, (/** @type {any} */ call) =>
      Promise.resolve({ ...result, heard: call.arguments }),
    ),
  disconnectBot: (_, { client }) => client.disconnectBot(),
  heard: (_, { media }) => summary(media.heard.splice(0)),
  ramp: (_, { media }) => ramp(media.heard.splice(0)),
  version: (_, { client }) => client.version,
};

/**
 * Length and pitch of what was heard; the pitch from upward zero crossings between the first and the last.
 *
 * @param {{ atMs: number, samples: Int16Array }[]} pieces
 */
function summary(pieces) {
  const sampleRateHz = 24_000;
  let at = 0;
  let before = 0;
  /** @type {number[]} */
  const crossings = [];
  for (const { samples } of pieces)
    for (const sample of samples) {
      if (before < 0 && sample >= 0) crossings.push(at);
      before = sample;
      at += 1;
    }
  const spanS = ((crossings.at(-1) ?? 0) - (crossings[0] ?? 0)) / sampleRateHz;
  return {
    seconds: at / sampleRateHz,
    hz: spanS > 0 ? (crossings.length - 1) / spanS : 0,
    lastMs: pieces.at(-1)?.atMs ?? 0,
  };
}

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
    .then(() => commands[run]?.(args, clientOf(client)))
    .then(
      (result) => tell({ id, result: result ?? null }),
      (error) => tell({ id, error: error?.message ?? JSON.stringify(error) ?? 'failed' }),
    );
}
process.exit(0);
