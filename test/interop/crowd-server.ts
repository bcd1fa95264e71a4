/**
 * A server for crowds, in a process of its own: writes `{"url": …}`, then answers each line of its input with what it has
 * cost since the last, and ends with its input.
 */
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { TextToSpeech } from '../../src/engines/interfaces.js';
import { createFakeTextToSpeech, createFakeVoiceActivity } from '../../src/testing/index.js';
import { LoopLag } from './clients/loop-lag.mjs';
import { Stage, msPerCharacter } from './stage.js';

/** Samples count up to this: 1.25 s, longer than any sentence here. */
const highestSample = 30_000;
const sampleRateHz = 24_000;
/** First byte of a frame with audio. */
const audioTag = 0x12;
/** What a sentence of this voice takes to make: real ones do not give a whole answer at once either. */
const synthesisMs = 200;
/** And models write about fifty tokens a second; all at once would be a burst that no model makes. */
const tokenMs = 20;

/**
 * A voice whose samples count, 0, 1, 2, … in each sentence, so that what is lost or late shows. It costs next to nothing
 * to make: what is measured is the way to the client.
 */
function countingVoice(): TextToSpeech {
  const ramp = Float32Array.from({ length: highestSample + 1 }, (_, i) => i / 32_768);
  return {
    ...createFakeTextToSpeech({ sampleRateHz }),
    async *synthesize(text, { signal } = {}) {
      for (const sentence of text.match(/[^.]+\./gu) ?? []) {
        await setTimeout(synthesisMs, undefined, signal === undefined ? {} : { signal });
        const said = sentence.trim();
        const samples = (said.length * msPerCharacter * sampleRateHz) / 1000;
        yield { pcm: ramp.slice(0, samples), sampleRateHz, text: said };
      }
    },
  };
}

/**
 * When each message of audio was handed to its socket, client by client. What is later than that, the server is not to
 * blame for.
 */
function sendTimes(): { take(): number[][] } {
  const bySocket = new Map<WebSocket, number[]>();
  const plain = Reflect.get(WebSocket.prototype, 'send');
  WebSocket.prototype.send = new Proxy(plain, {
    apply: (send, socket: WebSocket, all: unknown[]) => {
      const [data] = all;
      if (data instanceof Uint8Array && data[0] === audioTag) {
        const times = bySocket.get(socket) ?? [];
        bySocket.set(socket, times);
        times.push(performance.now());
      }
      return Reflect.apply(send, socket, all) as unknown;
    },
  });
  return { take: () => [...bySocket.values()].map((times) => times.splice(0)) };
}

const stage = new Stage({
  vad: createFakeVoiceActivity(),
  tts: countingVoice(),
  beforePiece: () => setTimeout(tokenMs),
});
await stage.open();
const tell = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
const lag = new LoopLag();
const sent = sendTimes();
let cpu = process.cpuUsage();
tell({ url: stage.url('/ws') });
for await (const _line of createInterface({ input: process.stdin })) {
  const used = process.cpuUsage(cpu);
  cpu = process.cpuUsage();
  tell({ cpuMs: (used.user + used.system) / 1000, lag: lag.take(), sentMs: sent.take() });
}
await stage.close();
process.exit(0);
