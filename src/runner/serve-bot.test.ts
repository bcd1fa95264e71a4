import { expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { LLMContextAggregatorPair, LLMService } from '../processors/index.js';
import { LLMContext, LLMRunFrame } from '../pipeline/index.js';
import { FakeLanguageModel } from '../testing/index.js';
import { PipelineWorker } from './pipeline-worker.js';
import { createTransport, type Bot, type RunnerArguments } from './runner-arguments.js';
import { serveBot } from './serve-bot.js';
import { WorkerRunner } from './worker-runner.js';

interface Served {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

async function serve(bot: Bot, close = () => Promise.resolve()): Promise<Served> {
  const stopping = new AbortController();
  let done: Promise<void> | undefined;
  const url = await new Promise<string>((resolve, reject) => {
    const say = (line: string): void => resolve(/ws:\S+\/ws/.exec(line)?.[0] ?? '');
    const readiness = () => ({ ready: true, engines: {} });
    done = serveBot(bot, {
      settings: { port: 0 },
      say,
      signal: stopping.signal,
      engines: { readiness, close },
    });
    done.catch(reject);
  });
  return {
    url,
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
}

/** A client that collects the types of the RTVI messages it is told. */
function connect(url: string): { told: { type: string; data?: unknown }[]; socket: WebSocket } {
  const told: { type: string; data?: unknown }[] = [];
  const socket = new WebSocket(`${url}?format=rtvi&audio=false`);
  socket.on('message', (data: Buffer) => told.push(JSON.parse(data.toString()) as { type: string }));
  return { told, socket };
}

const request = (type: string, data: unknown): string =>
  JSON.stringify({ label: 'rtvi-ai', type, id: type, data });

/** Greets, and answers without a voice. */
const writingBot: Bot = async (runnerArgs: RunnerArguments) => {
  const transport = createTransport(runnerArgs);
  const context = new LLMContext();
  const aggregators = new LLMContextAggregatorPair(context);
  const llm = new LLMService({
    llm: new FakeLanguageModel({ answer: (messages) => `You said: ${messages.at(-1)?.content ?? ''}` }),
  });
  const worker = new PipelineWorker([
    transport.input(),
    aggregators.user(),
    llm,
    transport.output(),
    aggregators.assistant(),
  ]);
  const runner = new WorkerRunner({ signal: runnerArgs.signal });
  transport.on('clientConnected', () => {
    context.add({ role: 'developer', content: 'Greet.' });
    worker.queueFrame(new LLMRunFrame());
  });
  transport.on('clientDisconnected', () => runner.cancel());
  await runner.run(worker);
};

const wordsOf = (told: { type: string; data?: unknown }[]): string =>
  told
    .filter(({ type }) => type === 'bot-llm-text')
    .map(({ data }) => (data as { text: string }).text)
    .join('');

it('serves each client a bot of its own, which greets, and RTVI with it', async () => {
  const { url, stop } = await serve(writingBot);
  const [a, b] = [connect(url), connect(url)];
  await vi.waitFor(() => {
    expect(wordsOf(a.told)).toContain('You said: Greet.');
    expect(wordsOf(b.told)).toContain('You said: Greet.');
  });
  a.socket.send(request('client-ready', { version: '2.2.0', about: { library: 'test' } }));
  await vi.waitFor(() => expect(a.told.map(({ type }) => type)).toContain('bot-ready'));
  a.socket.send(request('send-text', { content: 'Hello there.', options: { run_immediately: true } }));
  await vi.waitFor(() => expect(wordsOf(a.told)).toContain('You said: Hello there.'));
  expect(wordsOf(b.told)).not.toContain('Hello');
  await stop();
});

it('ends sessions, sockets and engines when it is told to stop', async () => {
  const close = vi.fn(() => Promise.resolve());
  let ended = 0;
  const { url, stop } = await serve((args) => writingBot(args).finally(() => ended++), close);
  const { socket } = connect(url);
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve) => socket.once('message', resolve));
  await stop();
  expect(await closed).toBe(1001);
  expect(ended).toBe(1);
  expect(close).toHaveBeenCalledTimes(1);
});

it('lets a bot that fails end its own session only', async () => {
  const { url, stop } = await serve((args) =>
    args.query['bad'] === '1' ? Promise.reject(new Error('broken')) : writingBot(args),
  );
  const good = connect(url);
  const bad = new WebSocket(`${url}?bad=1`);
  expect(await new Promise((resolve) => bad.once('close', resolve))).toBe(1011);
  await vi.waitFor(() => expect(wordsOf(good.told)).toContain('Greet.'));
  expect(good.socket.readyState).toBe(WebSocket.OPEN);
  await stop();
});

it('closes the engines also when it cannot listen', async () => {
  const close = vi.fn(() => Promise.resolve());
  const readiness = () => ({ ready: true, engines: {} });
  const settings = { host: '0.0.0.0' };
  await expect(serveBot(writingBot, { settings, engines: { readiness, close } })).rejects.toMatchObject({
    code: 'SLOWCAT_CONFIG_INVALID',
  });
  expect(close).toHaveBeenCalledTimes(1);
});
