import { FrameProcessor } from '../../pipeline/frame-processor.js';
import {
  CancelFrame,
  ClientConnectedFrame,
  EndFrame,
  InputAudioRawFrame,
  InputTransportMessageFrame,
  StartFrame,
  type Frame,
  type FrameDirection,
} from '../../pipeline/frames/index.js';
import type { FrameProcessorSetup } from '../../pipeline/processor-setup.js';
import { Pacer } from '../playout/pacer.js';
import type { FrameSerializer } from '../serializers/frame-serializer.js';
import { InputAudioConverter } from './input-audio.js';
import { Liveness } from './liveness.js';
import type { WebSocketTransportOptions } from './transport-options.js';
import type { TransportSocket } from './transport-socket.js';

/** RFC 6455: data that is not of the expected kind. */
const closeInvalidData = 1007;
const closeNormal = 1000;

/** What a message without audio counts for in the client's lead: nobody has 200 things to say a second. */
const messageCostMs = 5;

/**
 * The beginning of a pipeline that listens to a WebSocket client. The user's audio comes out mono and at the
 * pipeline's rate; application messages go both ways; text, transcripts and interruptions go downstream.
 *
 * Nothing that a client sends can fail the session: what cannot be decoded is counted and dropped, and only a client
 * that sends nothing else loses its socket.
 */
export class WebSocketInputTransport extends FrameProcessor {
  readonly #socket: TransportSocket;
  readonly #serializer: FrameSerializer;
  readonly #options: WebSocketTransportOptions;
  readonly #onClosed: (code: number, reason: string) => void;
  #converter: InputAudioConverter | undefined;
  #liveness: Liveness | undefined;
  #lead: Pacer | undefined;
  #cancelResume: (() => void) | undefined;
  /** Messages whose audio is being converted, or that wait behind such a one; undefined when none is. */
  #backlog: Frame[] | undefined;
  #undecodable = 0;
  #undecodableInARow = 0;
  #closed = false;

  constructor(
    socket: TransportSocket,
    serializer: FrameSerializer,
    options: WebSocketTransportOptions,
    onClosed: (code: number, reason: string) => void,
  ) {
    super();
    this.#socket = socket;
    this.#serializer = serializer;
    this.#options = options;
    this.#onClosed = onClosed;
  }

  /** Messages that could not be decoded so far. */
  get undecodableMessages(): number {
    return this.#undecodable;
  }

  override setup(setup: FrameProcessorSetup): void {
    this.#converter = new InputAudioConverter(this.#options.audioInSampleRateHz ?? setup.audioInSampleRateHz);
    this.#lead = new Pacer({ leadMs: this.#options.maxInputLeadMs });
  }

  override cleanup(): void {
    this.#closed = true;
    this.#liveness?.close();
    this.#cancelResume?.();
    this.#converter?.close();
    this.#backlog = undefined;
  }

  override processFrame(frame: Frame, direction: FrameDirection): void {
    this.pushFrame(frame, direction);
    if (direction === 'upstream') return;
    if (frame instanceof StartFrame) this.#listen();
    if (frame instanceof EndFrame || frame instanceof CancelFrame) this.cleanup();
  }

  #listen(): void {
    this.#liveness = new Liveness(
      this.session.clock,
      {
        ping: () => this.#socket.ping(),
        onDead: () => this.#socket.terminate(),
        onIdle: () => this.#socket.close(closeNormal, 'idle'),
      },
      this.#options,
    );
    this.pushFrame(new ClientConnectedFrame());
    this.#options.onConnected?.();
    this.#socket.listen({
      onMessage: (data) => this.#onMessage(data),
      onPong: () => this.#liveness?.onPong(),
      onClose: (code, reason) => {
        this.cleanup();
        this.#onClosed(code, reason);
      },
    });
  }

  #onMessage(data: Uint8Array | string): void {
    if (this.#closed) return;
    this.#liveness?.onMessage();
    const result = this.#serializer.deserialize(data);
    switch (result.kind) {
      case 'frame':
        this.#undecodableInARow = 0;
        this.#count(result.frame);
        this.#take(result.frame);
        return;
      case 'ignored':
        this.#count();
        return;
      case 'undecodable':
        this.#count();
        this.#undecodable += 1;
        this.#undecodableInARow += 1;
        this.#options.onUndecodable?.(result.error);
        if (this.#undecodableInARow >= this.#options.maxUndecodableInARow) {
          this.#socket.close(
            closeInvalidData,
            `${result.error.code}: too many messages that cannot be decoded`,
          );
        }
    }
  }

  /** Stops reading from a client that runs too far ahead of real time, so that no queue grows without bound. */
  #count(frame?: Frame): void {
    const lead = this.#lead;
    if (!lead) return;
    const nowMs = this.session.clock.nowMs();
    const audioMs = frame instanceof InputAudioRawFrame ? (frame.numFrames / frame.sampleRateHz) * 1000 : 0;
    lead.sent(nowMs, audioMs > 0 ? audioMs : messageCostMs);
    const waitMs = lead.waitMs(nowMs);
    if (waitMs === 0 || this.#cancelResume) return;
    this.#socket.pause();
    this.#liveness?.setPaused(true);
    this.#cancelResume = this.session.clock.schedule(Math.ceil(waitMs), () => {
      this.#cancelResume = undefined;
      this.#liveness?.setPaused(false);
      this.#socket.resume();
    });
  }

  /** Keeps messages in order while audio before them is still being converted. */
  #take(frame: Frame): void {
    if (this.#backlog) this.#backlog.push(frame);
    else if (frame instanceof InputAudioRawFrame) {
      this.#backlog = [frame];
      void this.#drain(this.#backlog);
    } else this.#push(frame);
  }

  async #drain(backlog: Frame[]): Promise<void> {
    for (let frame = backlog.shift(); frame; frame = backlog.shift()) {
      if (!(frame instanceof InputAudioRawFrame)) {
        this.#push(frame);
        continue;
      }
      try {
        for await (const part of this.#converter?.convert(frame) ?? []) this.#push(part);
      } catch (error) {
        this.pushError(error);
      }
    }
    if (this.#backlog === backlog) this.#backlog = undefined;
  }

  #push(frame: Frame): void {
    if (this.#closed) return;
    if (frame instanceof InputTransportMessageFrame) {
      const { message } = frame;
      this.broadcastFrame(() => new InputTransportMessageFrame(message));
    } else this.pushFrame(frame);
  }
}
