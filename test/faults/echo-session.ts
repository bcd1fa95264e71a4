import {
  FrameProcessor,
  InputAudioRawFrame,
  InputTransportMessageFrame,
  OutputTransportMessageUrgentFrame,
  PipelineTask,
  TTSAudioRawFrame,
  type Frame,
  type FrameDirection,
} from '../../src/pipeline/index.js';
import type { Session, SessionConnection, SessionFactory } from '../../src/server/session.js';
import type { WebSocketTransportOptions } from '../../src/transport/websocket/transport-options.js';
import { WebSocketTransport } from '../../src/transport/websocket/websocket-transport.js';

/**
 * Speaks back what it hears and sends back each message. Messages that ask for it get other things: `{"flood": n}`
 * gets n kilobytes every millisecond, `{"crash": true}` an exception in the pipeline.
 */
class Echo extends FrameProcessor {
  #flood: NodeJS.Timeout | undefined;

  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (direction === 'downstream' && frame instanceof InputAudioRawFrame) {
      this.pushFrame(new TTSAudioRawFrame(frame.audio, frame.sampleRateHz));
    } else if (direction === 'downstream' && frame instanceof InputTransportMessageFrame) {
      this.#answer(frame.message as { flood?: number; crash?: boolean } | null);
    } else this.pushFrame(frame, direction);
  }

  override cleanup(): void {
    clearInterval(this.#flood);
  }

  #answer(message: { flood?: number; crash?: boolean } | null): void {
    if (message?.crash) throw new Error('a fault that a test asked for');
    if (message?.flood !== undefined) {
      const padding = 'x'.repeat(message.flood * 1024);
      this.#flood = setInterval(() => this.pushFrame(new OutputTransportMessageUrgentFrame({ padding })), 1);
    }
    this.pushFrame(new OutputTransportMessageUrgentFrame(message));
  }
}

class EchoSession implements Session {
  readonly #task: PipelineTask;

  constructor(connection: SessionConnection, options: Partial<WebSocketTransportOptions>) {
    const transport = new WebSocketTransport(connection.socket, {
      audioOutSampleRateHz: 16_000,
      ...options,
      onDisconnected: () => {
        this.#task.cancel('client left');
      },
    });
    this.#task = new PipelineTask([transport.input(), new Echo(), transport.output()]);
  }

  async run(): Promise<void> {
    await this.#task.run();
  }

  async close(): Promise<void> {
    await this.#task.close();
  }
}

export const echoSessions =
  (options: Partial<WebSocketTransportOptions> = {}): SessionFactory =>
  (connection) =>
    Promise.resolve(new EchoSession(connection, options));
