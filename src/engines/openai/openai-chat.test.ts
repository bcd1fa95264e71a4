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
import { conformanceTool, languageModelConformance } from '../conformance/language-model.js';
import type { AnswerPart, GenerateWithToolsOptions, ToolDefinition } from '../interfaces.js';
import { createOpenAiChat, type OpenAiChat, type OpenAiChatOptions } from './index.js';

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

let ids = 0;
const nextId = (): string => `id-${(ids += 1)}`;

/** A call as OpenAI streams it: its head, then its arguments letter by letter. */
const spelled = (args: string, id = 'id', index = 0, name = 'get_weather'): object[][] => [
  [{ index, id, type: 'function', function: { name, arguments: '' } }],
  ...Array.from(args, (letter) => [{ index, function: { arguments: letter } }]),
];

const servers: ScriptedOpenAiServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));
languageModelConformance('openai', async () => {
  const words = 'Cats sleep most of the day and hunt at night.'.split(/(?= )/);
  const server = await startScriptedOpenAiServer({
    answer: ({ max_tokens: most, tool_choice: choice }) =>
      typeof choice === 'object'
        ? { kind: 'stream', pieces: [], toolCalls: spelled('{"city": "Ulm"}', nextId()) }
        : { kind: 'stream', pieces: words.slice(0, most) },
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

describe('OpenAiChat with functions', () => {
  const tools: ToolDefinition[] = [conformanceTool, { ...conformanceTool, name: 'get_time' }];

  async function ask(model: OpenAiChat, options: Partial<GenerateWithToolsOptions> = {}, asked = messages) {
    const parts: AnswerPart[] = [];
    for await (const part of model.generateWithTools(asked, { tools, ...options })) parts.push(part);
    return {
      text: parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
      calls: parts.flatMap((part) => (part.type === 'tool-call' ? [part.call] : [])),
    };
  }

  it('says which there are, and puts calls together from their pieces', async () => {
    const { model, scripted } = await chat({
      kind: 'stream',
      pieces: ['One ', 'moment.'],
      toolCalls: [...spelled('{"city":"Ulm"}', 'a'), ...spelled('{}', 'b', 1, 'get_time')],
    });
    expect(await ask(model)).toEqual({
      text: 'One moment.',
      calls: [
        { id: 'a', name: 'get_weather', arguments: '{"city":"Ulm"}' },
        { id: 'b', name: 'get_time', arguments: '{}' },
      ],
    });
    expect(scripted.requests[0]).toMatchObject({
      tool_choice: 'auto',
      tools: tools.map((tool) => ({ type: 'function', function: tool })),
    });
    await ask(model, { toolChoice: { name: 'get_time' } });
    expect(scripted.requests[1]?.tool_choice).toEqual({ type: 'function', function: { name: 'get_time' } });
  });

  it.each([
    [
      'without index, each call whole',
      [
        [{ id: 'a', function: { name: 'x', arguments: '{}' } }],
        [{ id: 'b', function: { name: 'y', arguments: '{}' } }],
      ],
    ],
    [
      'without index and id',
      [[{ function: { name: 'x', arguments: '{}' } }, { function: { name: 'y', arguments: '{}' } }]],
    ],
    [
      'with arguments as an object',
      [
        [
          { index: 0, function: { name: 'x', arguments: {} } },
          { index: 1, function: { name: 'y', arguments: {} } },
        ],
      ],
    ],
    [
      'with the name repeated',
      [
        [{ index: 0, id: 'a', function: { name: 'x', arguments: '{' } }],
        [{ index: 0, id: 'a', function: { name: 'x', arguments: '}' } }],
        [{ index: 1, id: 'b', function: { name: 'y', arguments: '{}' } }],
      ],
    ],
  ])('takes calls as other servers send them: %s', async (_how, toolCalls) => {
    const { model } = await chat({ kind: 'stream', pieces: [], toolCalls });
    const { calls } = await ask(model);
    expect(calls.map(({ name, arguments: args }) => [name, args])).toEqual([
      ['x', '{}'],
      ['y', '{}'],
    ]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
  });

  it('hands on what is no JSON, and leaves out what has no name', async () => {
    const { model } = await chat({
      kind: 'stream',
      pieces: [],
      toolCalls: [...spelled('{"city": Ulm', 'a'), [{ index: 1, function: { arguments: '{}' } }]],
    });
    expect((await ask(model)).calls).toEqual([{ id: 'a', name: 'get_weather', arguments: '{"city": Ulm' }]);
  });

  it('sends calls and results back, with arguments that a server can read', async () => {
    const { model, scripted } = await chat(hello);
    const conversation = [
      ...messages,
      {
        role: 'assistant',
        content: '',
        toolCalls: [{ id: 'a', name: 'get_weather', arguments: '{"city": U' }],
      },
      { role: 'tool', content: 'no such city', toolCallId: 'a' },
    ] as const;
    expect((await ask(model, {}, conversation as unknown as typeof messages)).text).toBe('Hello there.');
    expect(scripted.requests[0]?.messages.slice(-2)).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
      },
      { role: 'tool', content: 'no such city', tool_call_id: 'a' },
    ]);
  });

  it('does without from then on where a server or its model knows no functions', async () => {
    const { model, scripted } = await chat(
      hello,
      {},
      {
        answer: ({ tools: asked }) =>
          asked === undefined ? hello : { kind: 'refuse', status: 400, message: 'does not support tools' },
      },
    );
    expect((await ask(model)).text).toBe('Hello there.');
    expect((await ask(model)).text).toBe('Hello there.');
    expect(scripted.requests.map(({ tools: asked }) => asked !== undefined)).toEqual([true, false, false]);
    const forced = ask(model, { toolChoice: 'required' });
    await expect(forced).rejects.toMatchObject({ code: 'SLOWCAT_ENGINE_FAILED' });
  });

  it('does not take another failure for that', async () => {
    const { model, scripted } = await chat({ kind: 'refuse', status: 429, message: 'slowly' });
    await expect(ask(model)).rejects.toMatchObject({ code: 'SLOWCAT_ENGINE_FAILED' });
    expect(scripted.requests).toHaveLength(1);
    const broken = await chat({ kind: 'refuse', status: 500, message: 'no' });
    await expect(ask(broken.model)).rejects.toMatchObject({ code: 'SLOWCAT_ENGINE_FAILED' });
    expect(broken.scripted.requests).toHaveLength(2);
  });
});
