import {
  FrameProcessor,
  FunctionCallInProgressFrame,
  FunctionCallResultFrame,
  FunctionCallsStartedFrame,
  LLMMessagesAppendFrame,
  LLMTextFrame,
  PipelineTask,
  type Frame,
  type FrameDirection,
} from '../../src/pipeline/index.js';
import { RTVIObserver } from '../../src/processors/rtvi/rtvi-observer.js';
import { RTVIProcessor } from '../../src/processors/rtvi/rtvi-processor.js';
import type { Session, SessionConnection } from '../../src/server/session.js';
import { wireFormatFromQuery } from '../../src/transport/serializers/wire-format.js';
import { WebSocketTransport } from '../../src/transport/websocket/websocket-transport.js';

/** Stands for a model that asks for a call, which the client makes, and tells its result. */
class Caller extends FrameProcessor {
  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (frame instanceof LLMMessagesAppendFrame) {
      const call = { functionName: 'get_weather', toolCallId: 'call-1', args: { city: 'Ulm' } };
      this.pushFrame(new FunctionCallsStartedFrame([call]));
      this.pushFrame(new FunctionCallInProgressFrame(call.functionName, call.toolCallId, call.args));
    } else if (frame instanceof FunctionCallResultFrame) {
      this.pushFrame(frame);
      this.pushFrame(new LLMTextFrame(JSON.stringify(frame.result)));
    } else this.pushFrame(frame, direction);
  }
}

/** A bot that answers whatever is typed with a function call. */
export class CallingSession implements Session {
  readonly #task: PipelineTask;

  constructor(connection: SessionConnection) {
    const format = wireFormatFromQuery(connection.query);
    const transport = new WebSocketTransport(
      connection.socket,
      {
        audioOutSampleRateHz: format.audioOutSampleRateHz,
        onDisconnected: () => {
          this.#task.cancel('client left');
        },
      },
      format.serializer,
    );
    const rtvi = new RTVIProcessor({ flush: () => this.#task.flush() });
    this.#task = new PipelineTask([transport.input(), rtvi, new Caller(), transport.output()], {
      observers: [
        new RTVIObserver({
          send: (message) => rtvi.send(message),
          output: transport.output(),
          clientVersion: () => rtvi.clientVersion,
          params: { functionCallReportLevel: { '*': 'full' } },
        }),
      ],
    });
  }

  async run(): Promise<void> {
    await this.#task.run();
  }

  async close(): Promise<void> {
    await this.#task.close();
  }
}
