import {
  EndWorkerFrame,
  FrameProcessor,
  InputTransportMessageFrame,
  LLMMessagesAppendFrame,
  OutputTransportMessageUrgentFrame,
  type Frame,
  type FrameDirection,
} from '../../pipeline/index.js';
import {
  negotiateVersion,
  parseRtviRequest,
  rtviMessage,
  type RtviMessage,
  type RtviRequest,
} from './messages.js';

export interface RTVIProcessorOptions {
  /** Names this server in `bot-ready`. */
  readonly about?: { readonly library: string; readonly library_version?: string };
}

/**
 * Serves the RTVI requests of a client (Pipecat's client protocol). What the bot does is reported by the
 * {@link RTVIObserver}, through {@link send}.
 */
export class RTVIProcessor extends FrameProcessor {
  readonly #about: RTVIProcessorOptions['about'];

  constructor(options: RTVIProcessorOptions = {}) {
    super();
    this.#about = options.about;
  }

  /** Sends a message to the client, ahead of queued audio. */
  send(message: RtviMessage): void {
    this.pushFrame(new OutputTransportMessageUrgentFrame(message));
  }

  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (!(frame instanceof InputTransportMessageFrame) || direction === 'upstream') {
      this.pushFrame(frame, direction);
      return;
    }
    const request = parseRtviRequest(frame.message);
    if (request === null) {
      this.pushFrame(frame, direction);
    } else if (request === 'invalid') {
      this.send(errorMessage('Invalid RTVI transport message: label, type and id are wanted.'));
    } else {
      this.#serve(request);
    }
  }

  #serve(request: RtviRequest): void {
    switch (request.type) {
      case 'client-ready': {
        const { version, compatible } = negotiateVersion(request.version);
        if (!compatible)
          this.#refuse(request.id, `RTVI ${version} is spoken here. Compatibility issues may occur.`);
        this.send(
          rtviMessage(
            'bot-ready',
            { version, about: this.#about, capabilities: { audio_in: true, audio_out: true, metrics: true } },
            request.id,
          ),
        );
        return;
      }
      case 'disconnect-bot':
        this.pushFrame(new EndWorkerFrame());
        return;
      case 'send-text':
        this.#takeText(request.id, request.content, request.runImmediately);
        return;
      case 'client-message':
        this.#refuse(request.id, `No handler for client message ${request.t.slice(0, 60)}`);
        return;
      case 'unsupported':
        this.#refuse(request.id, request.reason);
        return;
    }
  }

  #takeText(id: string, content: string, run: boolean): void {
    if (run) this.broadcastInterruption();
    this.pushFrame(new LLMMessagesAppendFrame([{ role: 'user', content }], run));
    this.send(
      rtviMessage('user-input', {
        text: content,
        input_type: 'chat',
        timestamp: new Date().toISOString(),
        final: true,
        msg_id: id,
      }),
    );
  }

  #refuse(id: string, error: string): void {
    this.send(rtviMessage('error-response', { error }, id));
  }
}

/** Clients read `error`, older ones `message`. */
export function errorMessage(error: string, fatal = false): RtviMessage {
  return rtviMessage('error', { error, message: error, fatal });
}
