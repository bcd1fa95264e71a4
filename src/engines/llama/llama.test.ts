import { describe, expect, it } from 'vitest';
import type { AnswerPart, ChatMessage, GenerateWithToolsOptions } from '../interfaces.js';
import { Llama } from './llama.js';
import type { LlamaCallStats } from './options.js';
import type { AnswerGrammar, LlamaRuntime, LlamaSlot } from './runtime.js';
import type { GrammarSchema } from './call-schema.js';

const endOfTurn = 0;
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Stands in for llama.cpp: characters are tokens, an answer spells out the tokens it was asked with and where
 * the batches were cut, and a gate holds native steps back.
 */
class ScriptedRuntime implements LlamaRuntime {
  readonly device = 'cpu';
  readonly threadsMatter = true;
  readonly slots: LlamaSlot[];
  threads = { prompt: 1, answer: 1 };
  closed = 0;
  running = 0;
  /** Native steps wait for this. */
  gate: Promise<void> = Promise.resolve();
  failNext = false;
  modelBytes = 0;
  readonly grammars: GrammarSchema[] = [];

  constructor(
    slots = 2,
    readonly contextTokens = 4096,
    readonly answerOf = (history: string): string => history,
    /** What is said under a grammar. */
    readonly grammarAnswer = (history: string): string => history,
  ) {
    this.slots = Array.from({ length: slots }, () => this.#slot());
  }

  encode(messages: readonly ChatMessage[], open: boolean): Promise<number[]> {
    const tokens = messages.flatMap(({ role, content }) => [
      ...this.#spell(`${role[0]!}:${content}`),
      endOfTurn,
    ]);
    return Promise.resolve(open ? [...tokens, ...this.#spell('>')] : tokens);
  }

  countTokens(text: string): number {
    return text.length;
  }

  encodeText(text: string): number[] {
    return this.#spell(text);
  }

  grammar(schema: GrammarSchema): Promise<AnswerGrammar> {
    this.grammars.push(schema);
    return Promise.resolve({ schema });
  }

  decode(tokens: readonly number[]): string {
    return String.fromCharCode(...tokens);
  }

  endsTurn(token: number): boolean {
    if (this.closed > 0) throw new Error('used after its end');
    return token === endOfTurn;
  }

  endsAnswer(token: number): boolean {
    return token === endOfTurn;
  }

  close(): Promise<void> {
    this.closed += 1;
    expect(this.running).toBe(0);
    return Promise.resolve();
  }

  #spell(text: string): number[] {
    return Array.from(text, (letter) => letter.charCodeAt(0));
  }

  async #native<T>(work: () => T): Promise<T> {
    this.running += 1;
    try {
      await this.gate;
      await tick();
      if (this.failNext) {
        this.failNext = false;
        throw new Error('decode failed');
      }
      return work();
    } finally {
      this.running -= 1;
    }
  }

  #slot(): LlamaSlot {
    let held: number[][] = [];
    const native = this.#native.bind(this);
    const { answerOf, grammarAnswer } = this;
    return {
      keep: (tokens) =>
        native(() => {
          let left = tokens;
          held = held.flatMap((batch) => {
            const part = batch.slice(0, Math.max(0, left));
            left -= batch.length;
            return part.length === 0 ? [] : [part];
          });
        }),
      evaluate: (tokens) => native(() => void held.push([...tokens])),
      async *answer(tokens, _sampling, grammar) {
        await native(() => void held.push([...tokens]));
        const history = held.map((batch) => String.fromCharCode(...batch).replaceAll('\0', '/')).join('|');
        const text = grammar === undefined ? answerOf(history) : grammarAnswer(history);
        for (const letter of text) yield await native(() => letter.charCodeAt(0));
        yield endOfTurn;
      },
    };
  }
}

function engine(runtime = new ScriptedRuntime()) {
  const stats: LlamaCallStats[] = [];
  const llama = new Llama(
    { modelPath: '/models/tiny.gguf', onStats: (one) => stats.push(one), now: () => 0 },
    () => Promise.resolve(runtime),
  );
  return { llama, runtime, stats };
}

async function read(stream: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of stream) text += piece;
  return text;
}

const system: ChatMessage = { role: 'system', content: 'you are a cat that talks' };
const ask = (content: string): ChatMessage => ({ role: 'user', content });
const said = (content: string): ChatMessage => ({ role: 'assistant', content });

describe('Llama', () => {
  it('evaluates the same batches for a prompt whatever was asked before', async () => {
    const question = [
      system,
      ask('where do the long rivers go'),
      said('to the sea, most of them'),
      ask('and then?'),
    ];
    const histories = [
      [],
      [[system, ask('where do the long rivers go')]],
      [
        [system, ask('hello')],
        [system, ask('where do the long rivers go'), said('nobody knows'), ask('really?')],
      ],
      [question, question],
    ];
    const answers: string[] = [];
    for (const history of histories) {
      const { llama } = engine(new ScriptedRuntime(1));
      for (const earlier of history) await read(llama.generate(earlier));
      answers.push(await read(llama.generate(question, { maxTokens: 500 })));
      await llama.close();
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('|');
  });

  it('evaluates only what is new of a growing conversation, and says so', async () => {
    const { llama, stats } = engine();
    const first = [system, ask('what is the name of my cat')];
    await read(llama.generate(first));
    await read(llama.generate([...first, said('It is Tomasina, as always.'), ask('and the dog')]));
    expect(stats[0]).toMatchObject({
      cachedTokens: 0,
      evaluatedTokens: stats[0]!.promptTokens,
      endedBy: 'end-of-turn',
    });
    expect(stats[1]!.cachedTokens).toBe('s:you are a cat that talks/u:what is the name of my cat/'.length);
    expect(stats[1]!.evaluatedTokens).toBe(stats[1]!.promptTokens - stats[1]!.cachedTokens);
  });

  it('takes a prefilled conversation from the cache', async () => {
    const { llama, stats } = engine();
    await llama.prefill([system, ask('what is the name of my cat')]);
    await llama.prefill([system, ask('what is the name of my cat')]);
    await read(llama.generate([system, ask('what is the name of my cat'), ask('please')]));
    expect(stats[0]!.cachedTokens).toBe('s:you are a cat that talks/u:what is the name of my cat/'.length);
  });

  it('stops at maxTokens and where the context ends', async () => {
    const { llama, stats } = engine(new ScriptedRuntime(1, 40, () => 'x'.repeat(99)));
    expect(await read(llama.generate([ask('hi')], { maxTokens: 7 }))).toHaveLength(7);
    expect(await read(llama.generate([ask('hi')]))).toHaveLength(40 - 'u:hi/>'.length);
    expect(stats.map(({ endedBy }) => endedBy)).toEqual(['max-tokens', 'context-full']);
  });

  it('refuses a prompt that leaves no room, without its words', async () => {
    const { llama } = engine(new ScriptedRuntime(1, 40));
    const call = read(llama.generate([ask('secret '.repeat(20))]));
    await expect(call).rejects.toMatchObject({ code: 'SLOWCAT_PROMPT_TOO_LONG' });
    await expect(call).rejects.not.toThrow(/secret/);
  });

  it('lets more callers than sequences wait their turn', async () => {
    const { llama } = engine(new ScriptedRuntime(2));
    const answers = await Promise.all(
      Array.from({ length: 7 }, (_, index) => read(llama.generate([system, ask(`number ${index}`)]))),
    );
    answers.forEach((answer, index) => expect(answer).toContain(`number ${index}`));
  });

  it('ends at once on an abort, while native work is still under way, and goes on for others', async () => {
    const runtime = new ScriptedRuntime(1);
    const { llama, stats } = engine(runtime);
    await llama.warmUp();
    let open = (): void => undefined;
    runtime.gate = new Promise((resolve) => (open = resolve));
    const stopping = new AbortController();
    const reason = new Error('interrupted');
    const stopped = read(llama.generate([ask('a long story')], { signal: stopping.signal }));
    while (runtime.running === 0) await tick();
    const waiting = new AbortController();
    const gaveUp = read(llama.generate([ask('me too')], { signal: waiting.signal }));
    const next = read(llama.generate([ask('and me')]));
    await tick();
    stopping.abort(reason);
    waiting.abort(reason);
    await expect(stopped).rejects.toBe(reason);
    await expect(gaveUp).rejects.toBe(reason);
    expect(stats).toMatchObject([{ endedBy: 'abort', generatedTokens: 0 }]);
    open();
    expect(await next).toContain('and me');
  });

  it('aborts between two tokens, and frees the sequence when a consumer walks away', async () => {
    const { llama, stats } = engine(new ScriptedRuntime(1));
    const stopping = new AbortController();
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const piece of llama.generate([ask('count to ten')], { signal: stopping.signal })) {
        pieces.push(piece);
        if (pieces.length === 3) stopping.abort(new Error('enough'));
      }
    })();
    await expect(reading).rejects.toThrow('enough');
    expect(pieces).toHaveLength(3);
    for await (const _piece of llama.generate([ask('count to ten')])) break;
    expect(await read(llama.generate([ask('count')]))).toContain('count');
    expect(stats.map(({ endedBy }) => endedBy)).toEqual(['abort', 'abort', 'end-of-turn']);
  });

  it('reports a native failure and distrusts the cache after it', async () => {
    const runtime = new ScriptedRuntime(1);
    const { llama, stats } = engine(runtime);
    const prompt = [system, ask('what is the name of my cat')];
    const before = await read(llama.generate(prompt));
    runtime.failNext = true;
    const failing = read(llama.generate(prompt));
    await expect(failing).rejects.toMatchObject({
      code: 'SLOWCAT_ENGINE_FAILED',
      cause: new Error('decode failed'),
    });
    expect(await read(llama.generate(prompt))).toBe(before);
    expect(stats.map(({ cachedTokens }) => cachedTokens > 0)).toEqual([false, true, false]);
  });

  it('closes once, after native work is done, and refuses everything from then on', async () => {
    const runtime = new ScriptedRuntime(1);
    const { llama } = engine(runtime);
    await llama.warmUp();
    const running = read(llama.generate([ask('a long story')]));
    const waiting = read(llama.generate([ask('me too')]));
    const abandoned = llama.generate([ask('nobody reads this')]);
    while (runtime.running === 0) await tick();
    const closing = Promise.all([llama.close(), llama.close()]);
    const closedError = { code: 'SLOWCAT_ENGINE_CLOSED' };
    await expect(running).rejects.toMatchObject(closedError);
    await expect(waiting).rejects.toMatchObject(closedError);
    await closing;
    expect(runtime.closed).toBe(1);
    await expect(abandoned.next()).rejects.toMatchObject(closedError);
    await expect(llama.warmUp()).rejects.toMatchObject(closedError);
    expect(() => llama.countTokens('x')).toThrow(expect.objectContaining(closedError));
  });

  it('closes although a consumer stopped reading in the middle', async () => {
    const { llama, runtime } = engine(new ScriptedRuntime(1));
    const half = llama.generate([ask('a long story')]);
    await half.next();
    await llama.close();
    expect(runtime.closed).toBe(1);
    await expect(half.next()).rejects.toMatchObject({ code: 'SLOWCAT_ENGINE_CLOSED' });
  });

  it('loads again when the first attempt failed', async () => {
    let attempts = 0;
    const llama = new Llama({ modelPath: '/models/tiny.gguf' }, () => {
      attempts += 1;
      return attempts === 1
        ? Promise.reject(new Error('not there yet'))
        : Promise.resolve(new ScriptedRuntime());
    });
    await expect(llama.warmUp()).rejects.toThrow('not there yet');
    expect(() => llama.countTokens('x')).toThrow(expect.objectContaining({ code: 'SLOWCAT_NOT_READY' }));
    await llama.warmUp();
    expect(llama.countTokens('four')).toBe(4);
    expect(llama.info).toEqual({ engine: 'llama', model: 'tiny', device: 'cpu' });
  });
});

describe('Llama with functions', () => {
  const tools = [
    {
      name: 'get_weather',
      description: 'The weather in a city.',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  ];
  const asked: ChatMessage[] = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Ulm?' },
  ];
  const weather = '{"name": "get_weather", "arguments": {"city": "Ulm"}}';

  async function answer(
    free: string,
    options: Partial<GenerateWithToolsOptions> = {},
    call = weather,
    messages = asked,
  ) {
    const histories: string[] = [];
    const note = (said: string) => (history: string) => {
      histories.push(history);
      return said;
    };
    const runtime = new ScriptedRuntime(1, 4096, note(free), note(call));
    const { llama } = engine(runtime);
    const parts: AnswerPart[] = [];
    for await (const part of llama.generateWithTools(messages, { tools, ...options })) parts.push(part);
    const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
    const calls = parts.flatMap((part) => (part.type === 'tool-call' ? [part.call] : []));
    await llama.close();
    return { text, calls, histories, runtime };
  }

  it('tells of the functions behind the system prompt, and answers in words', async () => {
    const { text, calls, histories } = await answer('Rain, and 3 < 4 degrees <tool');
    expect(text).toBe('Rain, and 3 < 4 degrees <tool');
    expect(calls).toEqual([]);
    expect(histories).toHaveLength(1);
    expect(histories[0]?.replaceAll('|', '')).toMatch(/^s:Be brief\.\n\n.*"get_weather".*\/u:Ulm\?\/>$/su);
  });

  it('holds the model to the grammar from the first sign of a call on', async () => {
    const { text, calls, histories, runtime } = await answer('One moment. <tool_call> {"nome": what');
    expect(text).toBe('One moment. ');
    expect(calls).toEqual([{ id: 'call-1', name: 'get_weather', arguments: '{"city":"Ulm"}' }]);
    expect(histories[1]?.endsWith('>|One moment. <tool_call>\n')).toBe(true);
    expect(runtime.grammars).toEqual([
      {
        type: 'object',
        properties: {
          name: { const: 'get_weather' },
          arguments: { type: 'object', properties: { city: { type: 'string' } } },
        },
      },
    ]);
  });

  it('begins with the call when it is forced', async () => {
    for (const toolChoice of ['required', { name: 'get_weather' }] as const) {
      const { text, calls, histories } = await answer('No.', { toolChoice });
      expect(text).toBe('');
      expect(calls).toMatchObject([{ name: 'get_weather' }]);
      expect(histories).toHaveLength(1);
      expect(histories[0]?.endsWith('><tool_call>\n')).toBe(true);
    }
  });

  it('lets no call through when there shall be none', async () => {
    const { text, calls, histories } = await answer('Well. <tool_call>{}', { toolChoice: 'none' });
    expect([text, calls, histories.length]).toEqual(['Well. ', [], 1]);
  });

  it('tells what it knows of a call that is cut off', async () => {
    const cut = await answer('', { toolChoice: 'required', maxTokens: 49 });
    expect(cut.calls).toEqual([{ id: 'call-1', name: 'get_weather', arguments: '{"city": "Ul' }]);
    const nothing = await answer('', { toolChoice: 'required', maxTokens: 8 });
    expect(nothing.calls).toEqual([]);
  });

  it('shows calls and results of the conversation as the model would have written them', async () => {
    const toolCalls = [{ id: '1', name: 'get_weather', arguments: '{"city":"Ulm"}' }];
    const { histories } = await answer('12 degrees.', {}, weather, [
      ...asked,
      { role: 'assistant', content: '', toolCalls },
      { role: 'tool', content: '{"degrees":12}', toolCallId: '1' },
    ]);
    expect(histories[0]?.replaceAll('|', '')).toContain(
      'a:<tool_call>\n{"name": "get_weather", "arguments": {"city":"Ulm"}}\n</tool_call>/' +
        'u:<tool_response>\n{"degrees":12}\n</tool_response>/',
    );
  });
});
