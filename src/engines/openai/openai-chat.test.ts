import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  startScriptedOpenAiServer,
  type ScriptedAnswer,
  type ScriptedOpenAiServer,
  type ScriptedOpenAiServerOptions,
} from '../../testing/scripted-openai-server.js';
import type { TokenUsage } from '../interfaces.js';
import { languageModelConformance } from '../conformance/language-model.js';
import { createOpenAiChat, type OpenAiChatOptions } from './index.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const owner of open.splice(0)) await owner.close();
});

async function chat(
  answer: ScriptedAnswer,
  options: Partial<OpenAiChatOptions> = {},
  server: Partial<ScriptedOpenAiServerOptions> = {},
) {
  const scripted = await startScriptedOpenAiServer({ answer: () => answer, ...server });
  const model = createOpenAiChat({ baseUrl: scripted.baseUrl, model: 'scripted', ...options });
  open.push(model, scripted);
  return { model, scripted };
}

async function read(stream: AsyncIterable<string>): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'a very private secret' },
] as const;
const hello: ScriptedAnswer = { kind: 'stream', pieces: ['Hel', 'lo', ' there.'] };

const servers: ScriptedOpenAiServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));
languageModelConformance('openai', async () => {
  const words = 'Cats sleep most of the day and hunt at night.'.split(/(?= )/);
  const server = await startScriptedOpenAiServer({
    answer: ({ max_tokens: most }) => ({ kind: 'stream', pieces: words.slice(0, most) }),
  });
  servers.push(server);
  return createOpenAiChat({ baseUrl: server.baseUrl, model: 'scripted' });
});

describe('OpenAiChat', () => {
  it('streams an answer and sends what it was given', async () => {
    const { model, scripted } = await chat(hello, { apiKey: 'key' });
    expect(await read(model.generate(messages, { maxTokens: 9 }))).toEqual(['Hel', 'lo', ' there.']);
    expect(scripted.requests).toMatchObject([{ model: 'scripted', messages, max_tokens: 9, stream: true }]);
    expect(scripted.authorizations).toEqual(['Bearer key']);
    await scripted.close();
    expect(scripted.cancelled).toBe(0);
  });

  it('tells what the server says an answer took, and asks for it only where somebody listens', async () => {
    const usage = { prompt_tokens: 20, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 8 } };
    const { model, scripted } = await chat({ ...hello, usage });
    await read(model.generate(messages));
    expect(scripted.requests[0]).not.toHaveProperty('stream_options');
    const told: TokenUsage[] = [];
    await read(model.generate(messages, { onUsage: (used) => told.push(used) }));
    expect(scripted.requests[1]).toMatchObject({ stream_options: { include_usage: true } });
    expect(told).toEqual([{ promptTokens: 20, completionTokens: 3, cachedPromptTokens: 8 }]);
  });

  it('cancels the request of a slow answer when it is aborted', async () => {
    let gate = (): void => undefined;
    const slow = new Promise<void>((resolve) => (gate = resolve));
    const { model, scripted } = await chat({
      ...hello,
      gate: (piece) => (piece === 1 ? slow : Promise.resolve()),
    });
    const stopping = new AbortController();
    const reason = new Error('interrupted');
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const piece of model.generate(messages, { signal: stopping.signal })) pieces.push(piece);
    })();
    await until(() => pieces.length === 1);
    stopping.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await until(() => scripted.cancelled === 1);
    expect(pieces).toEqual(['Hel']);
    gate();
  });

  it('cancels the request when the consumer walks away, and when it closes', async () => {
    const never = {
      ...hello,
      gate: (piece: number) => (piece === 1 ? new Promise<void>(() => undefined) : Promise.resolve()),
    };
    const { model, scripted } = await chat(never);
    for await (const _piece of model.generate(messages)) break;
    await until(() => scripted.cancelled === 1);
    const reading = read(model.generate(messages));
    await until(() => scripted.requests.length === 2);
    await model.close();
    await expect(reading).rejects.toMatchObject({ code: 'SLOWCAT_ENGINE_CLOSED' });
    await until(() => scripted.cancelled === 2);
  });

  it.each([
    { status: 404, code: 'SLOWCAT_MODEL_UNKNOWN', says: /does not know the model scripted/ },
    { status: 401, code: 'SLOWCAT_LLM_UNREACHABLE', says: /API key/ },
    { status: 429, code: 'SLOWCAT_ENGINE_FAILED', says: /status 429/ },
    { status: 500, code: 'SLOWCAT_ENGINE_FAILED', says: /status 500/ },
  ])(
    'tells a refusal with $status apart, asks once, and repeats no words',
    async ({ status, code, says }) => {
      const { model, scripted } = await chat({
        kind: 'refuse',
        status,
        message: 'cannot answer a very private secret',
      });
      const error: unknown = await read(model.generate(messages)).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code, message: expect.stringMatching(says) as string });
      expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain('secret');
      expect(scripted.requests).toHaveLength(1);
    },
  );

  it.each(['cut', 'unfinished', 'malformed'] as const)('reports an answer that is %s', async (kind) => {
    const { model } = await chat({ kind, pieces: ['Hel', 'lo'] });
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const piece of model.generate(messages)) pieces.push(piece);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'SLOWCAT_ENGINE_FAILED' });
    // What a torn connection still delivers is up to the network.
    if (kind === 'cut') expect('Hello').toContain(pieces.join(''));
    else expect(pieces.join('')).toBe('Hello');
  });

  it('gives up on a server that says nothing', async () => {
    const { model } = await chat({ kind: 'silent' }, { timeoutMs: 30 });
    await expect(read(model.generate(messages))).rejects.toMatchObject({
      code: 'SLOWCAT_LLM_UNREACHABLE',
      message: expect.stringContaining('timeoutMs') as string,
    });
  });

  it('gives up on a server that falls silent in the middle', async () => {
    const stuck = {
      ...hello,
      gate: (piece: number) => (piece === 1 ? new Promise<void>(() => undefined) : Promise.resolve()),
    };
    const { model } = await chat(stuck, { timeoutMs: 200 });
    await expect(read(model.generate(messages))).rejects.toMatchObject({ code: 'SLOWCAT_LLM_UNREACHABLE' });
  });

  it('names the address and the next step when no server is there', async () => {
    const placeholder = createServer().listen(0, '127.0.0.1');
    await until(() => placeholder.listening);
    const { port } = placeholder.address() as AddressInfo;
    await new Promise((resolve) => placeholder.close(resolve));
    const model = createOpenAiChat({ baseUrl: `http://user:pass@127.0.0.1:${port}/v1/`, model: 'any' });
    open.push(model);
    for (const call of [model.warmUp(), read(model.generate(messages))]) {
      const error: unknown = await call.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'SLOWCAT_LLM_UNREACHABLE',
        message: expect.stringContaining(`http://127.0.0.1:${port}/v1. Start the server`) as string,
      });
      expect(String(error)).not.toContain('pass@');
    }
  });

  it('says which models there are when the wanted one is not, and looks again later', async () => {
    const { model } = await chat(hello, { model: 'wanted' }, { models: ['small', 'large'] });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(model.warmUp()).rejects.toMatchObject({
        code: 'SLOWCAT_MODEL_UNKNOWN',
        message: expect.stringContaining('small, large') as string,
      });
    }
  });

  it('takes a name without its tag, and servers without a list', async () => {
    const tagged = await chat(hello, { model: 'cat' }, { models: ['cat:latest'] });
    await expect(tagged.model.warmUp()).resolves.toBeUndefined();
    const listless = await chat(hello, {}, { models: undefined });
    await expect(listless.model.warmUp()).resolves.toBeUndefined();
  });

  it('estimates tokens roughly at first and well once it is warm', async () => {
    const { model } = await chat(hello);
    const text = 'Extraordinarily, nobody counted the lighthouses.';
    expect(model.countTokens(text)).toBe(Math.ceil(text.length / 4));
    await model.warmUp();
    expect(model.countTokens('hello world')).toBe(2);
  });

  it('refuses an address that is none', () => {
    expect(() => createOpenAiChat({ baseUrl: 'localhost', model: 'any' })).toThrow(
      expect.objectContaining({ code: 'SLOWCAT_CONFIG_INVALID' }),
    );
  });
});
