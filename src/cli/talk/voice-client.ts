import { WebSocket } from 'ws';
import { SlowcatError } from '../../errors.js';
import {
  InputAudioRawFrame,
  InputTransportMessageFrame,
  InterruptionFrame,
  OutputAudioRawFrame,
  OutputTransportMessageUrgentFrame,
} from '../../pipeline/index.js';
import { ProtobufFrameSerializer } from '../../transport/serializers/protobuf-frame-serializer.js';

/** What the server tells a client. `message` is the RTVI envelope. */
export type VoiceEvent =
  | {
      readonly type: 'message';
      readonly name: string;
      readonly data: Readonly<Record<string, unknown>>;
      readonly id: string | null;
    }
  | { readonly type: 'audio'; readonly pcm: Int16Array; readonly sampleRateHz: number }
  /** What was sent and is not yet played is void. */
  | { readonly type: 'interruption' }
  | { readonly type: 'closed'; readonly code: number; readonly reason: string };

export interface VoiceClientOptions {
  /** Address of the server's socket, `ws://host:port/ws`. */
  readonly url: string;
  /** How long to wait for the socket and for `bot-ready`. @defaultValue 10000 */
  readonly connectTimeoutMs?: number;
}

/** A client of the voice socket: Pipecat's protobuf frames with RTVI messages inside. */
export class VoiceClient {
  readonly #socket: WebSocket;
  readonly #serializer = new ProtobufFrameSerializer();
  #onEvent: (event: VoiceEvent) => void;
  #requests = 0;

  private constructor(socket: WebSocket, onEvent: (event: VoiceEvent) => void) {
    this.#socket = socket;
    this.#onEvent = onEvent;
  }

  /** @throws SLOWCAT_SERVER_UNREACHABLE when nobody answers or the server refuses */
  static async connect(options: VoiceClientOptions): Promise<VoiceClient> {
    const { url, connectTimeoutMs = 10_000 } = options;
    const socket = new WebSocket(url, { handshakeTimeout: connectTimeoutMs });
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<VoiceClient>((resolve, reject) => {
        timer = setTimeout(() => reject(unreachable(url, 'It does not get ready.')), connectTimeoutMs);
        const fresh = new VoiceClient(socket, (event) => {
          if (event.type === 'message' && event.name === 'bot-ready') resolve(fresh);
          if (event.type === 'closed')
            reject(unreachable(url, `It closed with ${event.code} ${event.reason}`.trim()));
        });
        socket.on('error', (cause) => reject(unreachable(url, cause.message, cause)));
        socket.on('open', () => fresh.#greet());
        socket.on('message', (data, isBinary) => fresh.#receive(data as Buffer, isBinary));
        socket.on('close', (code, reason) =>
          fresh.#onEvent({ type: 'closed', code, reason: reason.toString() }),
        );
      });
    } catch (error) {
      socket.terminate();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Hands every event from now on to `onEvent`; events before are gone. */
  listen(onEvent: (event: VoiceEvent) => void): void {
    this.#onEvent = onEvent;
  }

  /** @param pcm mono */
  sendAudio(pcm: Int16Array, sampleRateHz: number): void {
    const bytes = this.#serializer.serialize(new OutputAudioRawFrame(pcm, sampleRateHz, 1));
    if (bytes !== null && this.#socket.readyState === WebSocket.OPEN) this.#socket.send(bytes);
  }

  /** Types instead of speaking. */
  sendText(content: string): void {
    this.#request('send-text', { content, options: { run_immediately: true, audio_response: true } });
  }

  /** Tells how far the bot's audio was played; see `PlaybackPosition`. */
  sendPlayedUpTo(ms: number): void {
    this.#request('client-message', { t: 'played-up-to', d: { ms } });
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.close(1000);
    const timer = setTimeout(() => this.#socket.terminate(), 2000);
    await closed;
    clearTimeout(timer);
  }

  #greet(): void {
    this.#request('client-ready', { version: '2.2.0', about: { library: 'slowcat-talk' } });
  }

  #request(type: string, data: unknown): void {
    const message = { label: 'rtvi-ai', type, id: String(++this.#requests), data };
    const bytes = this.#serializer.serialize(new OutputTransportMessageUrgentFrame(message));
    if (bytes !== null && this.#socket.readyState === WebSocket.OPEN) this.#socket.send(bytes);
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (!isBinary) return;
    const result = this.#serializer.deserialize(data);
    if (result.kind !== 'frame') return;
    const { frame } = result;
    if (frame instanceof InputAudioRawFrame) {
      this.#onEvent({ type: 'audio', pcm: frame.audio, sampleRateHz: frame.sampleRateHz });
    } else if (frame instanceof InterruptionFrame) {
      this.#onEvent({ type: 'interruption' });
    } else if (frame instanceof InputTransportMessageFrame && isRecord(frame.message)) {
      const { type, data: content, id } = frame.message;
      if (typeof type !== 'string') return;
      const named = { type: 'message', name: type, id: typeof id === 'string' ? id : null } as const;
      this.#onEvent({ ...named, data: isRecord(content) ? content : {} });
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function unreachable(url: string, what: string, cause?: unknown): SlowcatError {
  const address = new URL(url);
  return new SlowcatError(
    'SLOWCAT_SERVER_UNREACHABLE',
    `${address.protocol}//${address.host}${address.pathname}: ${what} Start one with npm start, or name another with --url.`,
    { cause },
  );
}
