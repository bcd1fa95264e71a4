import type { Memory, Recall, RecallOptions, Remembered, Turn, UserMemory } from '../../memory/memory.js';
import {
  FakeLanguageModel,
  FakeSpeechToText,
  VirtualClock,
  createFakeTextToSpeech,
} from '../../testing/index.js';
import type { SocketListener, TransportSocket } from '../../transport/websocket/transport-socket.js';
import type { BridgeParts } from './answer.js';
import { BridgeSession, type BridgeSessionOptions } from './bridge-session.js';

type Json = Readonly<Record<string, unknown>>;

/** A socket whose other end is the test. */
class TestSocket implements TransportSocket {
  readonly told: (Json | Uint8Array)[] = [];
  bufferedAmount = 0;
  isOpen = true;
  closedWith: number | undefined;
  pings = 0;
  answersPings = true;
  #listener: SocketListener | undefined;

  listen(listener: SocketListener): void {
    this.#listener = listener;
  }

  send(data: Uint8Array | string): void {
    if (!this.isOpen) return;
    this.told.push(typeof data === 'string' ? (JSON.parse(data) as Json) : data);
  }

  ping(): void {
    this.pings += 1;
    if (this.answersPings) this.#listener?.onPong();
  }

  pause(): void {
    throw new Error('the bridge does not pause');
  }

  resume(): void {
    throw new Error('the bridge does not resume');
  }

  close(code: number): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.closedWith = code;
    this.#listener?.onClose(code, '');
  }

  terminate(): void {
    this.close(1006);
  }

  receive(data: Uint8Array | string): void {
    if (this.isOpen) this.#listener?.onMessage(data);
  }
}

/** What was asked of a memory, by whom. */
export class FakeMemory implements Memory {
  readonly turns: { readonly user: string; readonly turn: Turn }[] = [];
  readonly recalls: { readonly user: string; readonly query: string; readonly options?: RecallOptions }[] =
    [];
  recallTakes: Promise<void> = Promise.resolve();
  rememberTakes: Promise<void> = Promise.resolve();

  user(id: string): UserMemory {
    const remember = async (turn: Turn): Promise<Remembered> => {
      await this.rememberTakes;
      return { stored: true, turnId: this.turns.push({ user: id, turn }) };
    };
    const recall = async (query: string, options?: RecallOptions): Promise<Recall> => {
      this.recalls.push({ user: id, query, ...(options === undefined ? {} : { options }) });
      await this.recallTakes;
      return {
        items: [],
        block: `block for ${query}`,
        tokens: 4,
        late: false,
        tookMs: 1,
        confidence: 0.5,
        depth: 'medium',
      };
    };
    return { id, remember, recall } as UserMemory;
  }

  users(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A program at the bridge, with scripted engines behind it, in virtual time. */
export class BridgeClient {
  readonly clock = new VirtualClock();
  readonly socket = new TestSocket();
  readonly memory = new FakeMemory();
  readonly stt = new FakeSpeechToText({ hears: (pcm) => `${pcm.length} samples` });
  readonly tts = createFakeTextToSpeech({ msPerCharacter: 10 });
  readonly faults: string[] = [];
  readonly session: BridgeSession;
  readonly ended: Promise<void>;

  constructor(parts: BridgeParts = {}, options: Partial<Omit<BridgeSessionOptions, 'parts' | 'clock'>> = {}) {
    this.session = new BridgeSession(this.socket, {
      parts: {
        memory: this.memory,
        stt: this.stt,
        llm: new FakeLanguageModel({ answer: () => 'One two three.' }),
        tts: this.tts,
        ...parts,
      },
      userId: 'default',
      clock: this.clock,
      onFault: (code) => this.faults.push(code),
      ...options,
    });
    this.ended = this.session.run();
  }

  /** One that has said hello. */
  static greeted(...options: ConstructorParameters<typeof BridgeClient>): BridgeClient {
    const client = new BridgeClient(...options);
    client.say({ type: 'hello', version: 1 });
    client.socket.told.length = 0;
    return client;
  }

  say(message: unknown): void {
    this.socket.receive(typeof message === 'string' ? message : JSON.stringify(message));
  }

  sayAudio(id: number, pcm16: Uint8Array): void {
    const message = Buffer.alloc(4 + pcm16.length);
    message.writeUInt32LE(id);
    message.set(pcm16, 4);
    this.socket.receive(message);
  }

  /** All that came so far; audio as its id and number of bytes. */
  get told(): Json[] {
    return this.socket.told.map((message) =>
      message instanceof Uint8Array
        ? {
            audio: new DataView(message.buffer, message.byteOffset).getUint32(0, true),
            bytes: message.length - 4,
          }
        : message,
    );
  }

  about(id: number): Json[] {
    return this.told.filter((message) => message['id'] === id || message['audio'] === id);
  }
}
