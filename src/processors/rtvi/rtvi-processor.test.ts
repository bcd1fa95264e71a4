import { describe, expect, it } from 'vitest';
import {
  FunctionCallResultFrame,
  InputDTMFFrame,
  InputTransportMessageFrame,
  InterruptionFrame,
  LLMConfigureOutputFrame,
  LLMMessagesAppendFrame,
  LLMMessagesTransformFrame,
  OutputTransportMessageUrgentFrame,
  PlayedUpToFrame,
  UserFileRawFrame,
  UserImageRawFrame,
  type Frame,
} from '../../pipeline/index.js';
import { SleepFrame, runTest } from '../../testing/run-test.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import {
  RTVIClientMessageFrame,
  RTVIConfigureObserverFrame,
  RTVISendTextFrame,
  RTVIUICancelJobGroupFrame,
  RTVIUIEventFrame,
  RTVIUISnapshotFrame,
} from './rtvi-frames.js';
import { RTVIProcessor, type RtviClient, type RTVIProcessorOptions } from './rtvi-processor.js';

const request = (type: string, data?: unknown, id = '7') =>
  new InputTransportMessageFrame({ label: 'rtvi-ai', type, id, data });

interface Sent {
  readonly type: string;
  readonly id?: string;
  readonly data?: unknown;
}

async function serve(options: RTVIProcessorOptions, ...requests: Frame[]) {
  const about = { library: 'slowcat' };
  const framesToSend = requests.flatMap((frame) => [frame, new SleepFrame(10)]);
  const { down } = await runTest(new RTVIProcessor({ about, ...options }), { framesToSend });
  const sent = down.flatMap((frame) =>
    frame instanceof OutputTransportMessageUrgentFrame ? [frame.message as Sent] : [],
  );
  const of = <T extends Frame>(type: abstract new (...args: never[]) => T) =>
    down.filter((frame): frame is T => frame instanceof type);
  return { down, types: down.map(({ type }) => type), sent, of };
}

const sendText = (data: unknown, id?: string) => request('send-text', data, id);

describe('the handshake', () => {
  it('answers client-ready with bot-ready of the same id, and lets audio in', async () => {
    const clients: RtviClient[] = [];
    const { types, sent } = await serve(
      { onClientReady: (client) => clients.push(client) },
      request('client-ready', { version: '2.1.0', about: { library: 'x' } }, 'abc'),
    );
    expect(types).toContain('InputTransportStartAudioStreamingFrame');
    expect(sent).toEqual([
      {
        label: 'rtvi-ai',
        type: 'bot-ready',
        id: 'abc',
        data: {
          version: '2.2.0',
          about: { library: 'slowcat' },
          capabilities: {
            audio_in: true,
            audio_out: true,
            video_in: false,
            screen_in: false,
            video_out: false,
            metrics: true,
          },
        },
      },
    ]);
    expect(clients).toEqual([{ version: [2, 1, 0], about: { library: 'x' } }]);
  });

  it.each([
    [{ version: '9.0.0' }, /^RTVI version 9\.0\.0 is not compatible with server protocol 2\.2\.0/],
    [{ version: 'new' }, /^Invalid client version format/],
    [{ version: 2 }, /^Client version unknown/],
    [undefined, /^Client version unknown/],
  ])('warns %j and serves it all the same', async (data, warning) => {
    const { sent } = await serve({}, request('client-ready', data));
    expect(sent).toMatchObject([
      { type: 'error-response', id: '7', data: { error: expect.stringMatching(warning) as string } },
      { type: 'bot-ready', id: '7', data: { version: '2.2.0' } },
    ]);
  });

  it('answers a client of version 1 with its own version', async () => {
    const { sent } = await serve({}, request('client-ready', { version: '1.2.0' }));
    expect(sent).toMatchObject([{ type: 'bot-ready', data: { version: '1.2.0' } }]);
  });

  it('serves requests before it, and a second one', async () => {
    const hello = request('client-ready', { version: '2.2.0' }, 'b');
    const again = request('client-ready', { version: '2.2.0' }, 'b');
    const { sent, of } = await serve({}, sendText({ content: 'early' }, 'a'), hello, again);
    expect(of(LLMMessagesAppendFrame)).toMatchObject([{ messages: [{ content: 'early' }] }]);
    expect(sent).toMatchObject([
      { type: 'bot-ready', id: 'b' },
      { type: 'bot-ready', id: 'b' },
    ]);
  });
});

describe('send-text', () => {
  it('interrupts, waits until the pipeline is at rest, and appends', async () => {
    const clock = new VirtualClock();
    const steps: string[] = [];
    const processor = new RTVIProcessor({
      flush: () => {
        steps.push('flush');
        return clock.sleep(5);
      },
    });
    const framesToSend = [
      sendText({ content: 'one' }, '1'),
      sendText({ content: 'two', options: { run_immediately: false } }, '2'),
      new SleepFrame(10),
    ];
    processor.on('afterPushFrame', ({ frame, direction }) => {
      if (direction === 'downstream') steps.push(frame.type);
    });
    await runTest(processor, { framesToSend, clock });
    const wanted = [
      'InterruptionFrame',
      'flush',
      'LLMMessagesAppendFrame',
      'RTVISendTextFrame',
      'LLMMessagesAppendFrame',
      'RTVISendTextFrame',
    ];
    expect(steps.filter((step) => wanted.includes(step))).toEqual(wanted);
  });

  it('runs the model with the text, and says which message it was', async () => {
    const { of } = await serve({}, sendText({ content: 'hello' }));
    expect(of(InterruptionFrame).length).toBe(1);
    expect(of(LLMMessagesAppendFrame)).toMatchObject([
      { messages: [{ role: 'user', content: 'hello' }], runLlm: true },
    ]);
    expect(of(RTVISendTextFrame)).toMatchObject([{ msgId: '7', text: 'hello' }]);
    expect(of(LLMConfigureOutputFrame)).toEqual([]);
  });

  it('can wait its turn, and can be answered without a voice', async () => {
    const options = { run_immediately: false, audio_response: false };
    const { of, down } = await serve({}, sendText({ content: 'hello', options }));
    expect(of(InterruptionFrame)).toEqual([]);
    const ordered = down.filter(({ family }) => family === 'data');
    expect(ordered).toMatchObject([
      { type: 'LLMConfigureOutputFrame', skipTts: true, interruptible: false },
      { type: 'LLMMessagesAppendFrame', runLlm: false },
      { type: 'LLMConfigureOutputFrame', skipTts: false, interruptible: false },
    ]);
  });

  it('goes back to silence where silence was', async () => {
    const quiet = new LLMConfigureOutputFrame(true);
    const { of } = await serve({}, quiet, sendText({ content: 'hello' }));
    expect(of(LLMConfigureOutputFrame).map(({ skipTts }) => skipTts)).toEqual([true, false, true]);
  });

  it('fails alone when the pipeline fails to rest', async () => {
    const flush = () => Promise.reject(new Error('broken'));
    const { sent } = await serve({ flush }, sendText({ content: 'x' }, '1'), request('dance', {}, '2'));
    expect(sent.map(({ type, id }) => [type, id])).toEqual([
      ['error-response', '1'],
      ['error-response', '2'],
    ]);
  });
});

describe('append-to-context', () => {
  it('is still served, without an answer', async () => {
    const { sent, of } = await serve(
      {},
      request('append-to-context', { role: 'assistant', content: 'a' }),
      request('append-to-context', { role: 'user', content: 'b', run_immediately: true }),
    );
    expect(of(LLMMessagesAppendFrame)).toMatchObject([
      { messages: [{ role: 'assistant', content: 'a' }], runLlm: false },
      { messages: [{ role: 'user', content: 'b' }], runLlm: true },
    ]);
    expect(of(InterruptionFrame).length).toBe(1);
    expect(sent).toEqual([]);
  });

  it('is answered to clients of version 1, which wait for it, and to no others', async () => {
    const append = request('append-to-context', { role: 'user', content: 'a' }, 'x');
    for (const [version, wanted] of [
      ['1.0.0', [['server-response', 'x', { t: 'append-to-context', d: null, result: true }]]],
      ['2.1.0', []],
    ] as const) {
      const { sent, of } = await serve({}, request('client-ready', { version }), append);
      expect(of(LLMMessagesAppendFrame)).toHaveLength(1);
      expect(sent.slice(1).map(({ type, id, data }) => [type, id, data])).toEqual(wanted);
    }
  });
});

describe('client messages', () => {
  it('are answered by what the application gives, without holding up others', async () => {
    const clock = new VirtualClock();
    const framesToSend = [
      request('client-message', { t: 'slow' }, '1'),
      request('client-message', { t: 'double', d: 21 }, '2'),
      request('client-message', { t: 'fails' }, '3'),
      new SleepFrame(20),
    ];
    const processor = new RTVIProcessor({
      answers: {
        slow: () => clock.sleep(10).then(() => 'done'),
        double: (d) => (d as number) * 2,
        fails: () => {
          throw new Error('No such city.');
        },
      },
    });
    const { down } = await runTest(processor, { framesToSend, clock });
    const sent = down.flatMap((frame) =>
      frame instanceof OutputTransportMessageUrgentFrame ? [frame.message as Sent] : [],
    );
    const byId = new Map(sent.map((message) => [message.id, message]));
    expect(byId.get('1')).toMatchObject({ type: 'server-response', data: { t: 'slow', d: 'done' } });
    expect(byId.get('2')).toMatchObject({ type: 'server-response', data: { t: 'double', d: 42 } });
    expect(byId.get('3')).toMatchObject({ type: 'error-response', data: { error: 'No such city.' } });
    expect(sent.at(-1)?.id).toBe('1');
  });

  it('go into the pipeline where processors take them', async () => {
    const { sent, of } = await serve(
      { takesClientMessages: true },
      request('client-message', { t: 'x', d: 1 }),
    );
    expect(of(RTVIClientMessageFrame)).toMatchObject([{ msgId: '7', messageType: 'x', data: 1 }]);
    expect(sent).toEqual([]);
  });

  it('are refused where nobody takes them, also those named like parts of every object', async () => {
    const { sent, of } = await serve(
      { answers: {} },
      request('client-message', { t: 'x' }),
      request('client-message', { t: 'constructor' }),
    );
    expect(of(RTVIClientMessageFrame)).toEqual([]);
    expect(sent.map(({ data }) => data)).toEqual([
      { error: 'No handler for client message x' },
      { error: 'No handler for client message constructor' },
    ]);
  });
});

describe('played-up-to', () => {
  it('goes to the output transport, without an answer', async () => {
    const { of, sent } = await serve({}, request('client-message', { t: 'played-up-to', d: { ms: 1234.5 } }));
    expect(of(PlayedUpToFrame).map(({ ms }) => ms)).toEqual([1234.5]);
    expect(sent).toEqual([]);
  });

  it.each([undefined, {}, { ms: -1 }, { ms: '5' }, { ms: null }])(
    'is refused without a position: %j',
    async (d) => {
      const { of, sent } = await serve({}, request('client-message', { t: 'played-up-to', d }));
      expect(of(PlayedUpToFrame)).toEqual([]);
      expect(sent).toMatchObject([{ type: 'error-response', id: '7' }]);
    },
  );
});

describe('the messages of the test harness', () => {
  const say = (t: string, d?: unknown) => request('client-message', { t, d });

  it('set what is told, the context and the end', async () => {
    const { of, types, sent } = await serve(
      { evals: true },
      say('eval-connect', { skip_tts: true, capture_bot_audio: false }),
      say('eval-configure', { function_call_report_level: { '*': 'full' }, vad_user_speaking: true }),
      say('eval-context', { messages: [{ role: 'user', content: 'a' }] }),
      say('eval-image', { image: 'AAAA' }),
      sendText({ content: 'hi', options: { audio_response: false } }),
      say('eval-cancel'),
    );
    expect(sent).toEqual([]);
    // Already silent: nothing to switch for the text.
    expect(of(LLMConfigureOutputFrame)).toMatchObject([{ skipTts: true, interruptible: false }]);
    expect(of(RTVIConfigureObserverFrame)).toMatchObject([
      { change: { functionCallReportLevel: { '*': 'full' }, vadUserSpeakingEnabled: true } },
    ]);
    const [seed] = of(LLMMessagesTransformFrame);
    const before = [
      { role: 'system', content: 's' },
      { role: 'user', content: 'old' },
    ] as const;
    expect(seed?.transform(before)).toEqual([
      { role: 'system', content: 's' },
      { role: 'user', content: 'a' },
    ]);
    expect(types).toContain('CancelWorkerFrame');
  });

  it('are damaged and do no harm', async () => {
    const { sent, of } = await serve(
      { evals: true },
      say('eval-connect'),
      say('eval-configure', 5),
      say('eval-context', { messages: [{ role: 'user', content: [] }] }),
    );
    expect(sent).toEqual([]);
    expect(of(LLMConfigureOutputFrame)).toMatchObject([{ skipTts: false }]);
    expect(of(RTVIConfigureObserverFrame)).toEqual([]);
  });

  it('are like any other client message where no test is allowed', async () => {
    const { sent, of } = await serve(
      {},
      say('eval-configure', { vad_user_speaking: true }),
      say('eval-cancel'),
    );
    expect(of(RTVIConfigureObserverFrame)).toEqual([]);
    expect(sent.map(({ type }) => type)).toEqual(['error-response', 'error-response']);
  });
});

describe('other requests', () => {
  it('become frames', async () => {
    const { of, types } = await serve(
      {},
      request('dtmf', { buttons: ['1', '#'] }),
      request('llm-function-call-result', {
        function_name: 'f',
        tool_call_id: 'c',
        arguments: { a: 1 },
        result: { b: 2 },
      }),
      request('ui-event', { event: 'click', payload: 1 }),
      request('ui-snapshot', { tree: { root: {} } }),
      request('ui-cancel-job-group', { job_id: 'j' }),
      request('disconnect-bot'),
    );
    expect(of(InputDTMFFrame).map(({ button }) => button)).toEqual(['1', '#']);
    expect(of(FunctionCallResultFrame)).toMatchObject([
      { functionName: 'f', toolCallId: 'c', args: { a: 1 }, result: { b: 2 } },
    ]);
    expect(of(RTVIUIEventFrame)).toMatchObject([{ msgId: '7', event: 'click', payload: 1 }]);
    expect(of(RTVIUISnapshotFrame)).toMatchObject([{ tree: { root: {} } }]);
    expect(of(RTVIUICancelJobGroupFrame)).toMatchObject([{ jobId: 'j', reason: null }]);
    expect(types).toContain('EndWorkerFrame');
  });

  it('takes files where the application does', async () => {
    const file = (format: string, source: object) =>
      request('send-file', {
        content: 'see',
        file: { format, name: 'n', source },
        options: { run_immediately: false },
      });
    const { of, sent } = await serve(
      { takesFiles: true },
      file('image/png', { type: 'bytes', bytes: 'AAEC', width: 2, height: 1 }),
      file('text/plain', { type: 'bytes', bytes: 'AAEC' }),
      file('image/png', { type: 'url', url: 'https://h/f.png' }),
    );
    expect(of(UserImageRawFrame)).toMatchObject([
      { image: new Uint8Array([0, 1, 2]), size: [2, 1], format: 'image/png', options: { text: 'see' } },
    ]);
    expect(of(UserFileRawFrame)).toMatchObject([
      { file: 'AAEC', sourceType: 'base64', format: 'text/plain', filename: 'n' },
      { file: 'https://h/f.png', sourceType: 'url', format: 'image/png' },
    ]);
    expect(of(InterruptionFrame)).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('refuses files where nobody reads them', async () => {
    const data = { content: '', file: { format: 'a/b', source: { type: 'url', url: 'u' } } };
    const { sent } = await serve({}, request('send-file', data));
    expect(sent).toMatchObject([{ type: 'error-response', data: { error: 'This bot takes no files.' } }]);
  });
});

describe('bad input', () => {
  it('refuses what it does not know or cannot read, by id, as often as it comes', async () => {
    const { sent } = await serve(
      {},
      request('dance', undefined, 'same'),
      request('dance', undefined, 'same'),
      request('send-text', {}, 'same'),
    );
    expect(sent.map(({ type, id, data }) => [type, id, data])).toEqual([
      ['error-response', 'same', { error: 'Unsupported type dance' }],
      ['error-response', 'same', { error: 'Unsupported type dance' }],
      ['error-response', 'same', { error: 'Invalid message: send-text needs data.content, a text.' }],
    ]);
  });

  it('complains about RTVI without an id and leaves other messages alone', async () => {
    const { sent, of } = await serve(
      {},
      new InputTransportMessageFrame({ label: 'rtvi-ai', type: 'x' }),
      new InputTransportMessageFrame({ label: 'rtvi-ai', type: 'send-text', id: '1', data: 'text' }),
      new InputTransportMessageFrame({ label: 'mine' }),
      new InputTransportMessageFrame(null),
    );
    expect(sent.map(({ type }) => type)).toEqual(['error', 'error']);
    expect(of(InputTransportMessageFrame).length).toBe(2);
  });

  it('answers nothing to messages of servers', async () => {
    const { sent } = await serve({}, request('error-response', { error: 'x' }), request('bot-ready', {}));
    expect(sent).toEqual([]);
  });
});
