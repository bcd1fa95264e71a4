import { fromBinary } from '@bufbuild/protobuf';
import { pino } from 'pino';

import { loadConfig, type ConfigInput } from '../config/index.js';
import type { ChatMessage } from '../engines/interfaces.js';
import {
  FakeLanguageModel,
  FakeSpeechToText,
  VirtualClock,
  createFakeTextToSpeech,
  createFakeVoiceActivity,
} from '../testing/index.js';
import { FrameSchema } from '../transport/serializers/gen/frames_pb.js';
import type { SocketListener, TransportSocket } from '../transport/websocket/transport-socket.js';
import type { Session } from './session.js';
import { voiceSessions } from './voice-session.js';

/** One message from the server, and when it was sent. */
export interface Arrival {
  readonly atMs: number;
  /** The bytes or the text as sent. */
  readonly data: Uint8Array | string;
}

/** An RTVI message, whichever way it came. */
export interface Told {
  readonly atMs: number;
  readonly type: string;
  readonly id?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A socket whose other end is the test. */
class ClientSocket implements TransportSocket {
  readonly arrivals: Arrival[] = [];
  readonly bufferedAmount = 0;
  isOpen = true;
  closedWith: number | null = null;
  #listener: SocketListener | undefined;

  constructor(private readonly clock: VirtualClock) {}

  listen(listener: SocketListener): void {
    this.#listener = listener;
  }

  send(data: Uint8Array | string): void {
    if (this.isOpen) this.arrivals.push({ atMs: this.clock.nowMs(), data });
  }

  ping(): void {
    this.#listener?.onPong();
  }

  pause(): void {
    // The test sends no faster than it is read.
  }

  resume(): void {
    // See pause.
  }

  close(code: number, reason: string): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.closedWith = code;
    this.#listener?.onClose(code, reason);
  }

  terminate(): void {
    this.close(1006, '');
  }

  receive(data: Uint8Array | string): void {
    if (this.isOpen) this.#listener?.onMessage(data);
  }
}

export interface VirtualClientOptions {
  /** What the recogniser hears, segment by segment. */
  readonly hears?: readonly string[];
  /** @defaultValue two sentences of three words */
  readonly answer?: (messages: readonly ChatMessage[]) => string;
  readonly config?: ConfigInput;
}

/** A client of the built-in bot, in virtual time, with engines from a script: 100 ms for each of STT and LLM token. */
export class VirtualClient {
  readonly clock = new VirtualClock();
  readonly #socket = new ClientSocket(this.clock);
  readonly llm: FakeLanguageModel;
  #session: Session | undefined;
  #run: Promise<void> = Promise.resolve();

  private constructor(private readonly options: VirtualClientOptions) {
    this.llm = new FakeLanguageModel({
      answer: options.answer ?? (() => 'One two three. Four five six.'),
      beforePiece: () => this.clock.sleep(20),
    });
  }

  /** @param query of the address, such as `{format: 'rtvi'}` */
  static async connect(
    query: Readonly<Record<string, string>>,
    options: VirtualClientOptions = {},
  ): Promise<VirtualClient> {
    const client = new VirtualClient(options);
    await client.#connect(query);
    return client;
  }

  get arrivals(): readonly Arrival[] {
    return this.#socket.arrivals;
  }

  /** Code of the server's close, or null. */
  get closedWith(): number | null {
    return this.#socket.closedWith;
  }

  send(data: Uint8Array | string): void {
    this.#socket.receive(data);
  }

  /** Lets time pass, in steps of 20 ms, and sends in each what `chunk` gives. */
  async pass(ms: number, chunk?: () => Uint8Array | string): Promise<void> {
    for (let passed = 0; passed < ms; passed += 20) {
      if (chunk) this.send(chunk());
      await this.clock.advance(20);
    }
  }

  /** Ends the session from the client's side, and waits until nothing is left of it. */
  async leave(): Promise<void> {
    this.#socket.close(1000, '');
    const closing = this.#session?.close('test over');
    await this.clock.advance(100);
    await closing;
    await this.#run;
  }

  async #connect(query: Readonly<Record<string, string>>): Promise<void> {
    const { hears = [], config } = this.options;
    const sessions = voiceSessions({
      config: loadConfig({ env: {}, flags: { voice: 'fake_one', useMemory: false, ...config } }),
      engines: {
        vad: createFakeVoiceActivity(),
        stt: new FakeSpeechToText({ hears, beforeAnswer: () => this.clock.sleep(100) }),
        llm: this.llm,
        tts: createFakeTextToSpeech({ msPerCharacter: 60 }),
      },
      logger: pino({ level: 'silent' }),
      clock: this.clock,
    });
    this.#session = await sessions({
      socket: this.#socket,
      userId: 'me',
      query,
      remoteAddress: '127.0.0.1',
      sessionId: 'session',
    });
    this.#run = this.#session.run();
    await this.clock.settle();
  }
}

/** The RTVI messages among what came, from text and from protobuf. */
export function toldBy(arrivals: readonly Arrival[]): Told[] {
  return arrivals.flatMap(({ atMs, data }) => {
    const json = typeof data === 'string' ? data : jsonOf(data);
    if (json === null) return [];
    const message = JSON.parse(json) as { label?: string } & Omit<Told, 'atMs'>;
    return message.label === 'rtvi-ai' ? [{ ...message, atMs }] : [];
  });
}

function jsonOf(data: Uint8Array): string | null {
  const { frame } = fromBinary(FrameSchema, data);
  return frame.case === 'message' ? frame.value.data : null;
}

/** 20 ms of a voice as the fake one hears it: loud, or silent. */
export function chunkOf(loud: boolean, sampleRateHz = 16_000): Int16Array {
  const length = sampleRateHz / 50;
  return Int16Array.from({ length }, (_, i) =>
    loud ? 12_000 * Math.sin((2 * Math.PI * 440 * i) / sampleRateHz) : 0,
  );
}
