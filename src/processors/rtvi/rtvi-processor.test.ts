import { describe, expect, it } from 'vitest';
import {
  InputTransportMessageFrame,
  LLMMessagesAppendFrame,
  OutputTransportMessageUrgentFrame,
  type Frame,
} from '../../pipeline/index.js';
import { SleepFrame, runTest } from '../../testing/run-test.js';
import { RTVIProcessor } from './rtvi-processor.js';

const request = (type: string, data?: unknown) =>
  new InputTransportMessageFrame({ label: 'rtvi-ai', type, id: '7', data });
const sent = (frames: readonly Frame[]) =>
  frames.flatMap((frame) => (frame instanceof OutputTransportMessageUrgentFrame ? [frame.message] : []));

async function serve(...framesToSend: Frame[]) {
  const { down } = await runTest(new RTVIProcessor({ about: { library: 'slowcat' } }), { framesToSend });
  return { down, messages: sent(down) };
}

describe('RTVIProcessor', () => {
  it('answers client-ready with bot-ready of the same id', async () => {
    const { messages } = await serve(request('client-ready', { version: '2.1.0', about: { library: 'x' } }));
    expect(messages).toEqual([
      {
        label: 'rtvi-ai',
        type: 'bot-ready',
        id: '7',
        data: expect.objectContaining({ version: '2.2.0', about: { library: 'slowcat' } }) as unknown,
      },
    ]);
  });

  it('warns a client of another major version and serves it all the same', async () => {
    const { messages } = await serve(request('client-ready', { version: '9.0.0' }));
    expect(messages.map((message) => (message as { type: string }).type)).toEqual([
      'error-response',
      'bot-ready',
    ]);
  });

  it('interrupts for typed text, passes it on and acknowledges it', async () => {
    const { down, messages } = await serve(request('send-text', { content: 'hello' }), new SleepFrame(10));
    expect(down.map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        'InterruptionFrame',
        'LLMMessagesAppendFrame',
        'OutputTransportMessageUrgentFrame',
      ]),
    );
    expect(down.find((frame) => frame instanceof LLMMessagesAppendFrame)).toMatchObject({
      messages: [{ role: 'user', content: 'hello' }],
      runLlm: true,
    });
    expect(messages).toEqual([
      expect.objectContaining({
        type: 'user-input',
        data: expect.objectContaining({ input_type: 'chat', msg_id: '7' }) as unknown,
      }),
    ]);
  });

  it('refuses what it does not know, by id', async () => {
    const { messages } = await serve(request('dance'), request('client-message', { t: 'x' }));
    expect(messages).toEqual([
      { label: 'rtvi-ai', type: 'error-response', id: '7', data: { error: 'Unsupported type dance' } },
      {
        label: 'rtvi-ai',
        type: 'error-response',
        id: '7',
        data: { error: 'No handler for client message x' },
      },
    ]);
  });

  it('complains about RTVI without an id and leaves other messages alone', async () => {
    const { down, messages } = await serve(
      new InputTransportMessageFrame({ label: 'rtvi-ai', type: 'x' }),
      new InputTransportMessageFrame({ label: 'mine' }),
    );
    expect(messages).toEqual([expect.objectContaining({ type: 'error' })]);
    expect(down.filter((frame) => frame instanceof InputTransportMessageFrame).length).toBe(1);
  });
});
