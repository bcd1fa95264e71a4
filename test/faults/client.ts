import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { WebSocket } from 'ws';

import { FrameSchema } from '../../src/transport/serializers/gen/frames_pb.js';

export const encode = (frame: NonNullable<MessageInitShape<typeof FrameSchema>['frame']>): Uint8Array =>
  toBinary(FrameSchema, create(FrameSchema, { frame }));

export const encodeAudio = (audio: Uint8Array, sampleRate = 16_000, numChannels = 1): Uint8Array =>
  encode({ case: 'audio', value: { audio, sampleRate, numChannels } });

export const encodeMessage = (message: unknown): Uint8Array =>
  encode({ case: 'message', value: { data: JSON.stringify(message) } });

export const wsUrl = (port: number): string => `ws://127.0.0.1:${port}/ws`;

/** A socket that is open. */
export const dial = async (port: number): Promise<WebSocket> => {
  const socket = new WebSocket(wsUrl(port));
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
};

export const closeCode = async (socket: WebSocket): Promise<number> => {
  const [code] = (await once(socket, 'close')) as [number];
  return code;
};

/** Sends a message and waits until it comes back: shows that a session lives. */
export const roundTrip = (socket: WebSocket, message: unknown): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const wanted = JSON.stringify(message);
    const onMessage = (data: Buffer): void => {
      const { frame } = fromBinary(FrameSchema, data);
      if (frame.case !== 'message' || frame.value.data !== wanted) return;
      socket.off('message', onMessage);
      resolve(JSON.parse(frame.value.data));
    };
    socket.on('message', onMessage);
    socket.once('close', (code) => {
      reject(new Error(`closed with ${code} before the message came back`));
    });
    socket.send(encodeMessage(message));
  });

/** What a healthy session went through while others did not. */
export interface Wellbeing {
  readonly sent: number;
  readonly echoed: number;
  readonly worstMs: number;
  readonly audioMs: number;
  readonly closed: boolean;
}

const periodMs = 40;
/** Messages that a healthy session still exchanges after the fault, so that a late effect shows too. */
const messagesAfter = 10;

/**
 * A client that talks all the time, 40 ms of audio and one message every 40 ms, and expects both back: the session
 * that must not notice what happens to others.
 */
export class HealthyClient {
  readonly #socket: WebSocket;
  readonly #sentAt = new Map<number, number>();
  readonly #timer: NodeJS.Timeout;
  #sent = 0;
  #echoed = 0;
  #worstMs = 0;
  #audioBytes = 0;
  #closed = false;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('close', () => (this.#closed = true));
    socket.on('message', (data: Buffer) => {
      const { frame } = fromBinary(FrameSchema, data);
      if (frame.case === 'audio') this.#audioBytes += frame.value.audio.length;
      if (frame.case === 'message') this.#onEcho((JSON.parse(frame.value.data) as { n: number }).n);
    });
    const audio = encodeAudio(new Uint8Array(new Int16Array(640).fill(300).buffer));
    this.#timer = setInterval(() => {
      this.#sent += 1;
      this.#sentAt.set(this.#sent, performance.now());
      socket.send(audio);
      socket.send(encodeMessage({ n: this.#sent }));
    }, periodMs);
  }

  static async start(port: number): Promise<HealthyClient> {
    return new HealthyClient(await dial(port));
  }

  /** Stops talking, waits for the last answers and says how it was. */
  async finish(): Promise<Wellbeing> {
    const enough = this.#sent + messagesAfter;
    while (this.#sent < enough) await wait(periodMs);
    clearInterval(this.#timer);
    const deadline = performance.now() + 2000;
    const wantedBytes = this.#sent * 1280;
    while ((this.#echoed < this.#sent || this.#audioBytes < wantedBytes) && performance.now() < deadline) {
      await wait(10);
    }
    const wellbeing = {
      sent: this.#sent,
      echoed: this.#echoed,
      worstMs: this.#worstMs,
      audioMs: this.#audioBytes / 32,
      closed: this.#closed,
    };
    this.#socket.terminate();
    return wellbeing;
  }

  #onEcho(n: number): void {
    this.#echoed += 1;
    this.#worstMs = Math.max(this.#worstMs, performance.now() - (this.#sentAt.get(n) ?? 0));
  }
}
