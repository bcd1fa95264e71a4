import { expect, it } from 'vitest';
import {
  FrameProcessor,
  FunctionCallInProgressFrame,
  FunctionCallResultFrame,
  FunctionCallsStartedFrame,
  InputTransportMessageFrame,
  LLMRunFrame,
  OutputTransportMessageUrgentFrame,
  PipelineTask,
  TextFrame,
  type Frame,
  type FrameDirection,
} from '../../pipeline/index.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import type { RtviMessage } from './messages.js';
import { RTVIObserver } from './rtvi-observer.js';
import { RTVIProcessor } from './rtvi-processor.js';

/** Stands for a model that asks for a call, and goes on with its result. */
class Caller extends FrameProcessor {
  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (frame instanceof LLMRunFrame) {
      const call = { functionName: 'get_weather', toolCallId: 'call-1', args: { city: 'Ulm' } };
      this.pushFrame(new FunctionCallsStartedFrame([call]));
      this.pushFrame(new FunctionCallInProgressFrame(call.functionName, call.toolCallId, call.args));
    } else if (frame instanceof FunctionCallResultFrame) {
      this.pushFrame(frame);
      this.pushFrame(new TextFrame(JSON.stringify(frame.result)));
    } else this.pushFrame(frame, direction);
  }
}

/** Stands for the transport: the client answers a call that it is told of by name. */
class Client extends FrameProcessor {
  readonly told: RtviMessage[] = [];
  readonly texts: string[] = [];
  answer: ((message: unknown) => void) | undefined;

  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (frame instanceof TextFrame) this.texts.push(frame.text);
    if (!(frame instanceof OutputTransportMessageUrgentFrame)) {
      this.pushFrame(frame, direction);
      return;
    }
    const message = frame.message as RtviMessage;
    this.told.push(message);
    if (message.type !== 'llm-function-call-in-progress') return;
    const call = message.data as { function_name?: string; tool_call_id: string; arguments?: object };
    if (call.function_name === undefined) return;
    const result = { function_name: call.function_name, tool_call_id: call.tool_call_id };
    const data = { ...result, arguments: call.arguments ?? {}, result: { degrees: 12 } };
    this.answer?.({ label: 'rtvi-ai', type: 'llm-function-call-result', id: '1', data });
  }
}

async function call(level: 'full' | 'none') {
  const clock = new VirtualClock();
  const rtvi = new RTVIProcessor();
  const client = new Client();
  const observer = new RTVIObserver({
    send: (message) => rtvi.send(message),
    output: client,
    params: { functionCallReportLevel: { '*': level } },
  });
  const task = new PipelineTask([rtvi, new Caller(), client], { clock, observers: [observer] });
  client.answer = (message) => task.queueFrame(new InputTransportMessageFrame(message));
  const run = task.run();
  task.queueFrame(new LLMRunFrame());
  await clock.advance(100);
  task.cancel();
  await clock.advance(100);
  await run;
  return client;
}

it('goes to the client and comes back with its result', async () => {
  const { told, texts } = await call('full');
  expect(told.map(({ type, data }) => [type, data])).toEqual([
    ['llm-function-call-started', { function_name: 'get_weather' }],
    [
      'llm-function-call-in-progress',
      { tool_call_id: 'call-1', arguments: { city: 'Ulm' }, function_name: 'get_weather' },
    ],
    [
      'llm-function-call-stopped',
      { tool_call_id: 'call-1', cancelled: false, result: { degrees: 12 }, function_name: 'get_weather' },
    ],
  ]);
  expect(texts).toEqual(['{"degrees":12}']);
});

it('is not the business of a client that is not told its name', async () => {
  const { told, texts } = await call('none');
  expect(told.map(({ type, data }) => [type, data])).toEqual([
    ['llm-function-call-started', {}],
    ['llm-function-call-in-progress', { tool_call_id: 'call-1' }],
  ]);
  expect(texts).toEqual([]);
});
