import { SlowcatError, errorTable, type ErrorCode } from '../../errors.js';
import type { Clock } from '../../pipeline/index.js';
import { Liveness } from '../../transport/websocket/liveness.js';
import type { TransportSocket } from '../../transport/websocket/transport-socket.js';
import type { Session } from '../session.js';
import { answer, offerOf, type BridgeParts } from './answer.js';
import { AudioIntake, engineRateHz } from './audio-intake.js';
import { defaultBridgeLimits, type BridgeLimits } from './limits.js';
import {
  audioHeaderBytes,
  bridgeVersion,
  clientMessageSchema,
  type BridgeRequest,
  type ClientMessage,
  type RequestOf,
} from './messages.js';
import { Outbox } from './outbox.js';

export interface BridgeSessionOptions {
  readonly parts: BridgeParts;
  /** User of a request that names none. */
  readonly userId: string;
  readonly clock: Clock;
  readonly limits?: Partial<BridgeLimits>;
  /** Told the code of each request that failed; for logs. @defaultValue says nothing */
  readonly onFault?: (code: ErrorCode, type: string) => void;
}

interface Open {
  readonly abort: AbortController;
  readonly audio: AudioIntake;
  /** An `stt.transcribe` that still waits for its `stt.end`. */
  waiting: RequestOf<'stt.transcribe'> | undefined;
}

const closeUnreadable = 1007;
const closeGone = 1001;

/** One program at the bridge: reads its requests, several at once, and gives each exactly one last message. */
export class BridgeSession implements Session {
  readonly #socket: TransportSocket;
  readonly #options: BridgeSessionOptions;
  readonly #limits: BridgeLimits;
  readonly #outbox: Outbox;
  readonly #open = new Map<number, Open>();
  readonly #over: Promise<void>;
  #resolveOver: () => void = () => undefined;
  #liveness: Liveness | undefined;
  #greeted = false;
  #badInARow = 0;
  #ended = false;

  constructor(socket: TransportSocket, options: BridgeSessionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#limits = { ...defaultBridgeLimits, ...options.limits };
    this.#outbox = new Outbox(socket, options.clock, this.#limits);
    this.#over = new Promise((resolve) => (this.#resolveOver = resolve));
  }

  /** Requests that have not had their last message. */
  get openRequests(): number {
    return this.#open.size;
  }

  async run(): Promise<void> {
    if (this.#ended) return;
    this.#liveness = new Liveness(
      this.#options.clock,
      {
        ping: () => this.#socket.ping(),
        onDead: () => this.#socket.terminate(),
        onIdle: () => undefined,
      },
      // A bot that nobody talks to may be silent for hours; pings tell whether it is there.
      { idleTimeoutMs: 0 },
    );
    this.#socket.listen({
      onMessage: (data) => this.#onMessage(data),
      onPong: () => this.#liveness?.onPong(),
      onClose: () => this.#end(),
    });
    await this.#over;
  }

  close(reason = 'bridge closed'): Promise<void> {
    this.#end();
    this.#socket.close(closeGone, reason);
    return Promise.resolve();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#liveness?.close();
    for (const { abort } of this.#open.values()) abort.abort();
    this.#open.clear();
    this.#resolveOver();
  }

  #onMessage(data: Uint8Array | string): void {
    if (this.#ended) return;
    this.#liveness?.onMessage();
    if (typeof data !== 'string') {
      this.#onAudio(data);
      return;
    }
    const raw = parsed(data);
    const message = clientMessageSchema.safeParse(raw);
    if (message.success) {
      this.#badInARow = 0;
      this.#onClientMessage(message.data);
      return;
    }
    const problem = message.error.issues[0];
    const where = problem?.path.join('.');
    const known = (raw as { type?: unknown } | undefined)?.type;
    this.#bad(
      raw === undefined
        ? 'It is not a JSON object.'
        : where === 'type' || where === undefined || where === ''
          ? `The field type is missing or not known to version ${bridgeVersion}.`
          : `The field ${where.slice(0, 60)} is missing or cannot be used.`,
      this.#freeId(raw),
      typeof known === 'string' ? 'message' : 'unknown',
    );
  }

  #onClientMessage(message: ClientMessage): void {
    switch (message.type) {
      case 'hello':
        this.#onHello(message.version);
        return;
      case 'cancel':
        this.#cancel(message.id);
        return;
      case 'stt.end':
        this.#onAudioEnd(message.id);
        return;
      default:
        this.#onRequest(message);
    }
  }

  #onHello(version: number): void {
    if (version !== bridgeVersion) {
      this.#fail(
        undefined,
        new SlowcatError('SLOWCAT_BRIDGE_VERSION', `It speaks ${bridgeVersion}.`),
        'hello',
      );
      return;
    }
    this.#greeted = true;
    this.#outbox.send({ type: 'hello', version: bridgeVersion, offers: offerOf(this.#options.parts) });
  }

  #onRequest(request: BridgeRequest): void {
    const { id } = request;
    if (!this.#greeted) {
      this.#bad('Say hello first.', id, request.type);
      return;
    }
    if (this.#open.has(id)) {
      // Without its id: that would be taken for the last word on the request that is open.
      this.#bad(`The id ${id} is of a request that is still open.`, undefined, request.type);
      return;
    }
    if (this.#open.size >= this.#limits.maxOpenRequests) {
      const most = `Wait for one of the ${this.#limits.maxOpenRequests} open requests.`;
      this.#fail(id, new SlowcatError('SLOWCAT_BRIDGE_BUSY', most), request.type);
      return;
    }
    const isSpeech = request.type === 'stt.transcribe';
    const open: Open = {
      abort: new AbortController(),
      audio: new AudioIntake(isSpeech ? (request.sampleRateHz ?? engineRateHz) : engineRateHz),
      waiting: isSpeech ? request : undefined,
    };
    this.#open.set(id, open);
    if (!isSpeech) void this.#serve(request, open);
  }

  #onAudio(data: Uint8Array): void {
    if (data.length < audioHeaderBytes) {
      this.#bad(`A binary message begins with ${audioHeaderBytes} bytes of id.`, undefined, 'audio');
      return;
    }
    this.#badInARow = 0;
    const id = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
    const open = this.#open.get(id);
    // Audio may still be under way when its request has failed or was cancelled.
    if (open?.waiting === undefined) return;
    const pcm16 = data.subarray(audioHeaderBytes);
    if (pcm16.length % 2 !== 0) {
      this.#finish(id, new SlowcatError('SLOWCAT_AUDIO_INVALID', 'PCM16 has two bytes a sample.'));
      return;
    }
    let held = pcm16.length;
    for (const { audio } of this.#open.values()) held += audio.bytes;
    if (held > this.#limits.maxHeldAudioBytes) {
      const most = `Audio of at most ${this.#limits.maxHeldAudioBytes} bytes is held.`;
      this.#finish(id, new SlowcatError('SLOWCAT_BRIDGE_BUSY', most));
      return;
    }
    open.audio.add(pcm16);
  }

  #onAudioEnd(id: number): void {
    const open = this.#open.get(id);
    if (open?.waiting === undefined) return;
    const request = open.waiting;
    open.waiting = undefined;
    void this.#serve(request, open);
  }

  #cancel(id: number): void {
    const open = this.#open.get(id);
    // Its last message may have crossed the cancel on the way.
    if (open === undefined) return;
    open.abort.abort();
    if (open.waiting === undefined) return;
    this.#open.delete(id);
    this.#outbox.send({ type: 'cancelled', id });
  }

  /** Ends a transcription that cannot go on. */
  #finish(id: number, error: SlowcatError): void {
    this.#open.delete(id);
    this.#fail(id, error, 'stt.transcribe');
  }

  async #serve(request: BridgeRequest, open: Open): Promise<void> {
    const { parts, userId } = this.#options;
    const { signal } = open.abort;
    const { id } = request;
    try {
      const result = await answer(request, {
        parts,
        userId,
        signal,
        outbox: this.#outbox,
        audio: open.audio,
      });
      await this.#outbox.room(new AbortController().signal);
      if (this.#open.delete(id)) this.#outbox.send({ type: 'result', id, ...result });
    } catch (error) {
      // After the end of the session nobody listens any more.
      if (!this.#open.delete(id)) return;
      if (signal.aborted) this.#outbox.send({ type: 'cancelled', id });
      else this.#fail(id, error, request.type);
    }
  }

  #fail(id: number | undefined, error: unknown, type: string): void {
    const known = SlowcatError.isInstance(error) ? error : undefined;
    const code = known?.code ?? 'SLOWCAT_ENGINE_FAILED';
    this.#options.onFault?.(code, type);
    this.#outbox.send({
      type: 'error',
      ...(id === undefined ? {} : { id }),
      code,
      message: known?.message ?? errorTable[code],
    });
  }

  #bad(detail: string, id: number | undefined, type: string): void {
    this.#fail(id, new SlowcatError('SLOWCAT_BRIDGE_MESSAGE', detail), type);
    this.#badInARow += 1;
    if (this.#badInARow >= this.#limits.maxBadInARow) {
      this.#socket.close(closeUnreadable, 'SLOWCAT_BRIDGE_MESSAGE');
      this.#end();
    }
  }

  /** The id that a message tried to give, unless it is that of an open request. */
  #freeId(raw: unknown): number | undefined {
    const id = (raw as { id?: unknown } | undefined)?.id;
    const usable = typeof id === 'number' && Number.isInteger(id) && id >= 1 && id <= 0xffff_ffff;
    return usable && !this.#open.has(id) ? id : undefined;
  }
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
