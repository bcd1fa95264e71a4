import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ChatMessage, GenerateWithToolsOptions } from '../../engines/interfaces.js';
import {
  BotStartedSpeakingFrame,
  BotStoppedSpeakingFrame,
  FrameProcessor,
  FunctionCallResultFrame,
  InterruptionFrame,
  LLMContext,
  LLMMessagesAppendFrame,
  LLMTextFrame,
  PipelineTask,
  TTSTextFrame,
  UserStartedSpeakingFrame,
  UserStoppedSpeakingFrame,
  type ErrorFrame,
  type Frame,
  type FrameDirection,
  type FunctionCallFromLLM,
} from '../../pipeline/index.js';
import { FakeLanguageModel, type FakeAnswer } from '../../testing/fake-language-model.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { LLMAssistantAggregator } from '../context/assistant-aggregator.js';
import { LLMUserAggregator } from '../context/user-aggregator.js';
import { ToolError, defineTool } from '../tools/define-tool.js';
import type { FunctionSchema } from '../tools/function-schema.js';
import { LLMService, type LLMServiceOptions } from './llm-service.js';

/** Stands for voice and transport: what the model writes is spoken as it comes. */
class Voice extends FrameProcessor {
  readonly seen: Frame[] = [];

  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (direction === 'downstream') this.seen.push(frame);
    if (frame instanceof LLMTextFrame) this.pushFrame(new TTSTextFrame(frame.text, 'sentence'));
    else this.pushFrame(frame, direction);
  }
}

type Script = (messages: readonly ChatMessage[], options?: GenerateWithToolsOptions) => FakeAnswer;

/** A conversation with a scripted model; what is typed is what the user says. */
function conversation(
  answer: Script,
  tools: readonly FunctionSchema[],
  options: Partial<LLMServiceOptions> = {},
) {
  const clock = new VirtualClock();
  const asked: GenerateWithToolsOptions[] = [];
  const llm = new FakeLanguageModel({
    answer: (messages, given) => {
      if (given) asked.push(given);
      return answer(messages, given);
    },
  });
  const context = new LLMContext([{ role: 'system', content: 'Be brief.' }], tools);
  const service = new LLMService({ llm, ...options });
  const voice = new Voice();
  const errors: ErrorFrame[] = [];
  const cancelled: FunctionCallFromLLM[] = [];
  service.on('error', (frame) => void errors.push(frame));
  service.on('functionCallsCancelled', (calls) => void cancelled.push(...calls));
  const task = new PipelineTask(
    [new LLMUserAggregator({ context }), service, voice, new LLMAssistantAggregator({ context })],
    { clock },
  );
  const run = task.run();
  return {
    context,
    llm,
    service,
    asked,
    errors,
    cancelled,
    task,
    types: () => voice.seen.map(({ type }) => type),
    results: () => voice.seen.filter((frame) => frame instanceof FunctionCallResultFrame),
    pass: (ms: number) => clock.advance(ms),
    push: async (...frames: Frame[]) => {
      for (const frame of frames) task.queueFrame(frame);
      await clock.advance(10);
    },
    async say(content: string) {
      task.queueFrame(new LLMMessagesAppendFrame([{ role: 'user', content }], true));
      await clock.advance(10);
    },
    /** The messages behind the system prompt, shortly. */
    told: () =>
      context.messages.slice(1).map(({ role, content, tool_calls: calls = [] }) => {
        const called = calls.map(({ function: { name, arguments: args } }) => `${name}(${args})`);
        return `${role}: ${[content, ...called].filter(Boolean).join(' ')}`;
      }),
    async end() {
      task.cancel();
      await clock.advance(100);
      await run;
    },
  };
}

const call = (name: string, args: string | Record<string, unknown> = {}, text = ''): FakeAnswer => ({
  text,
  toolCalls: [{ name, arguments: args }],
});
const last = (messages: readonly ChatMessage[]): ChatMessage | undefined => messages.at(-1);
/** Calls for each message of the user, and says the results. */
const callThenSay =
  (...first: Parameters<typeof call>): Script =>
  (messages) =>
    last(messages)?.role === 'user' ? call(...first) : `It says ${last(messages)?.content ?? ''}.`;

const signals: AbortSignal[] = [];
const never = (name: string, options: { cancelOnInterruption?: boolean; timeoutMs?: number } = {}) =>
  defineTool({
    name,
    description: 'Never ends.',
    parameters: z.object({}),
    ...options,
    run: (_args, { signal }) => {
      signals.push(signal);
      return new Promise(() => undefined);
    },
  });
const weather = defineTool({
  name: 'get_weather',
  description: 'The weather.',
  parameters: z.object({ city: z.string() }),
  run: ({ city }, { userId }) => ({ city, degrees: 12, userId }),
});
const doing = (name: string, run: () => unknown) =>
  defineTool({ name, description: 'Does something.', parameters: z.object({}), run });

describe('function calling', () => {
  it('calls, writes call and result to the context, and lets the model go on', async () => {
    const bot = conversation(callThenSay('get_weather', { city: 'Ulm' }, 'One moment.'), [weather], {
      userId: 'anna',
    });
    await bot.say('Ulm?');
    const result = '{"city":"Ulm","degrees":12,"userId":"anna"}';
    expect(bot.told()).toEqual([
      'user: Ulm?',
      'assistant: One moment.',
      'assistant: get_weather({"city":"Ulm"})',
      `tool: ${result}`,
      `assistant: It says ${result}.`,
    ]);
    expect(bot.types().filter((type) => /^FunctionCall|^LLMFull/u.test(type))).toEqual([
      'LLMFullResponseStartFrame',
      'FunctionCallsStartedFrame',
      'LLMFullResponseEndFrame',
      'FunctionCallInProgressFrame',
      'FunctionCallResultFrame',
      'LLMFullResponseStartFrame',
      'LLMFullResponseEndFrame',
    ]);
    expect(bot.llm.calls[1]?.slice(-2)).toEqual([
      {
        role: 'assistant',
        content: '',
        toolCalls: [{ id: 'call-1', name: 'get_weather', arguments: '{"city":"Ulm"}' }],
      },
      { role: 'tool', content: result, toolCallId: 'call-1' },
    ]);
    expect(bot.asked[0]?.tools).toEqual([weather]);
    // The next turn begins as this one did.
    await bot.say('And?');
    expect(bot.llm.calls[2]?.slice(0, 5)).toEqual([
      ...(bot.llm.calls[1] ?? []).slice(0, 2),
      { role: 'assistant', content: 'One moment.' },
      ...(bot.llm.calls[1] ?? []).slice(-2),
    ]);
    expect(bot.service.functionCallsInProgress).toBe(0);
    await bot.end();
  });

  it('goes on once, when all calls of an answer are settled', async () => {
    const both: Script = (messages) =>
      last(messages)?.role === 'user' ? { toolCalls: [{ name: 'quick' }, { name: 'slow' }] } : 'Done.';
    let finish = (): void => undefined;
    const slow = doing('slow', () => new Promise((resolve) => (finish = () => resolve('late'))));
    const bot = conversation(both, [doing('quick', () => 'early'), slow]);
    await bot.say('Go.');
    expect(bot.llm.calls).toHaveLength(1);
    finish();
    await bot.pass(10);
    expect(bot.llm.calls).toHaveLength(2);
    expect(bot.told()).toEqual([
      'user: Go.',
      'assistant: quick({})',
      'tool: "early"',
      'assistant: slow({})',
      'tool: "late"',
      'assistant: Done.',
    ]);
    await bot.end();
  });

  it('makes calls one after the other where that is wanted, and answers each where that is', async () => {
    const order: string[] = [];
    const step = (name: string) =>
      doing(name, async () => {
        order.push(`${name} begins`);
        await Promise.resolve();
        order.push(`${name} ends`);
        return name;
      });
    const both: Script = (messages) =>
      last(messages)?.role === 'user' ? { toolCalls: [{ name: 'a' }, { name: 'b' }] } : 'Done.';
    const options = { runInParallel: false, groupParallelTools: false };
    const bot = conversation(both, [step('a'), step('b')], options);
    await bot.say('Go.');
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(bot.llm.calls).toHaveLength(3);
    await bot.end();
  });

  it.each([
    [
      'throws',
      doing('bad', () => Promise.reject(new Error('a secret'))),
      /failed and returned no result/u,
      1,
    ],
    [
      'throws at once',
      doing('bad', () => {
        throw new Error('a secret');
      }),
      /failed and returned no result/u,
      1,
    ],
    [
      'gives back a circle',
      doing('bad', () => {
        const a: unknown[] = [];
        a.push(a);
        return a;
      }),
      /failed and returned no result/u,
      1,
    ],
    [
      'says what is wrong',
      doing('bad', () => {
        throw new ToolError('no such city');
      }),
      /"error":"no such city"/u,
      0,
    ],
    ['is not there', weather, /`bad` is not currently available/u, 0],
    [
      'is given what does not fit',
      defineTool({ name: 'bad', description: '', parameters: z.object({ n: z.number() }), run: () => 1 }),
      /`bad` was not called. n: /u,
      0,
    ],
  ])('tells the model of a function that %s', async (_what, tool, text, errors) => {
    const bot = conversation(callThenSay('bad'), [tool]);
    await bot.say('Go.');
    expect(bot.told()[2]).toMatch(text);
    expect(bot.told().at(-1)).toMatch(/^assistant: It says/u);
    expect(bot.told().join()).not.toContain('secret');
    expect(bot.errors.map(({ error }) => error.includes('secret'))).toEqual(Array(errors).fill(false));
    if (errors > 0) expect(bot.errors[0]?.category).toBe('application');
    await bot.end();
  });

  it.each(['{"city": ', '[1]', '"Ulm"', 'null'])('does not call with arguments %s', async (args) => {
    const bot = conversation(callThenSay('get_weather', args), [weather]);
    await bot.say('Ulm?');
    expect(bot.told().slice(1, 3)).toEqual([
      'assistant: get_weather({})',
      'tool: {"error":"The function `get_weather` was not called. Its arguments are not a JSON object."}',
    ]);
    await bot.end();
  });

  it('gives up a call that takes too long, and has the model say so', async () => {
    const bot = conversation(callThenSay('hang'), [never('hang', { timeoutMs: 500 })]);
    await bot.say('Go.');
    expect(bot.service.functionCallsInProgress).toBe(1);
    await bot.pass(600);
    expect(signals.at(-1)?.aborted).toBe(true);
    expect(bot.told()).toEqual([
      'user: Go.',
      'assistant: hang({})',
      'tool: CANCELLED',
      'assistant: It says CANCELLED.',
    ]);
    expect(bot.cancelled).toMatchObject([{ functionName: 'hang' }]);
    await bot.end();
    const byDefault = conversation(callThenSay('hang'), [never('hang')]);
    await byDefault.say('Go.');
    await byDefault.pass(9900);
    expect(byDefault.service.functionCallsInProgress).toBe(1);
    await byDefault.pass(200);
    expect(byDefault.service.functionCallsInProgress).toBe(0);
    await byDefault.end();
  });

  it('drops the result of a call that was given up', async () => {
    let finish = (): void => undefined;
    const stubborn = doing('stubborn', () => new Promise((resolve) => (finish = () => resolve('late'))));
    const bot = conversation(callThenSay('stubborn'), [stubborn], { functionCallTimeoutMs: 100 });
    await bot.say('Go.');
    await bot.pass(200);
    const before = bot.told();
    finish();
    await bot.pass(100);
    expect(bot.told()).toEqual(before);
    expect(bot.results()).toEqual([]);
    await bot.end();
  });

  it('gives up calls when the user interrupts, and goes on with those that survive it', async () => {
    const both: Script = (messages) => {
      if (last(messages)?.content === 'Go.') return { toolCalls: [{ name: 'hang' }, { name: 'long' }] };
      return 'Yes.';
    };
    let finish = (): void => undefined;
    const long = defineTool({
      name: 'long',
      description: 'Takes long.',
      parameters: z.object({}),
      cancelOnInterruption: false,
      run: (_args, { progress }) => {
        progress('half');
        return new Promise((resolve) => (finish = () => resolve('whole')));
      },
    });
    const bot = conversation(both, [never('hang'), long]);
    await bot.say('Go.');
    await bot.push(new InterruptionFrame());
    expect(bot.cancelled.map(({ functionName }) => functionName)).toEqual(['hang']);
    expect(bot.service.functionCallsInProgress).toBe(1);
    await bot.say('Are you there?');
    finish();
    await bot.pass(100);
    const told = bot.told();
    expect(told[2]).toBe('tool: CANCELLED');
    expect(told[4]).toMatch(/^tool: .*"status":"running"/u);
    expect(told[5]).toMatch(/^developer: .*"result":"\\"half\\""/u);
    expect(told.slice(-4)).toEqual([
      'user: Are you there?',
      'assistant: Yes.',
      expect.stringMatching(/^developer: .*"status":"finished".*"result":"\\"whole\\""/u),
      'assistant: Yes.',
    ]);
    // Every model is told beforehand that results may come later.
    expect(bot.llm.calls[0]?.[1]?.content).toMatch(/results come later/u);
    await bot.end();
  });

  it('settles a call that survives interruptions in place while nobody has gone on', async () => {
    const quick = defineTool({
      name: 'quick',
      description: '',
      parameters: z.object({}),
      cancelOnInterruption: false,
      run: () => 'soon',
    });
    const bot = conversation(callThenSay('quick'), [quick]);
    await bot.say('Go.');
    expect(bot.told()).toEqual([
      'user: Go.',
      'assistant: quick({})',
      'tool: "soon"',
      'assistant: It says "soon".',
    ]);
    await bot.end();
  });

  it('waits until nobody speaks', async () => {
    let finish = (): void => undefined;
    const slow = doing('slow', () => new Promise((resolve) => (finish = () => resolve('it'))));
    const bot = conversation(callThenSay('slow'), [slow]);
    await bot.say('Go.');
    await bot.push(new BotStartedSpeakingFrame());
    finish();
    await bot.pass(50);
    expect(bot.llm.calls).toHaveLength(1);
    await bot.push(new BotStoppedSpeakingFrame());
    expect(bot.llm.calls).toHaveLength(2);

    await bot.say('Go on.');
    await bot.push(new UserStartedSpeakingFrame());
    finish();
    await bot.pass(50);
    expect(bot.llm.calls).toHaveLength(3);
    // A noise, no words: then nobody else asks.
    await bot.push(new UserStoppedSpeakingFrame());
    expect(bot.llm.calls).toHaveLength(4);
    await bot.end();
  });

  it('asks for nothing after a function that gives back nothing', async () => {
    const bot = conversation(callThenSay('mute'), [doing('mute', () => undefined)]);
    await bot.say('Go.');
    expect(bot.told()).toEqual(['user: Go.', 'assistant: mute({})', 'tool: COMPLETED']);
    await bot.end();
  });

  it('ends a loop of calls', async () => {
    const loop: Script = (_messages, options) => (options?.toolChoice === 'none' ? 'Enough.' : call('again'));
    const bot = conversation(loop, [doing('again', () => 'more')], { maxFunctionCallRounds: 3 });
    await bot.say('Go.');
    expect(bot.asked.map(({ toolChoice }) => toolChoice)).toEqual(['auto', 'auto', 'auto', 'none']);
    expect(bot.told().at(-1)).toBe('assistant: Enough.');
    await bot.say('Go.');
    expect(bot.asked).toHaveLength(8);
    await bot.end();
  });

  it('forces a call once, not again with its result', async () => {
    const bot = conversation(callThenSay('get_weather', { city: 'Ulm' }), [weather]);
    bot.context.setToolChoice({ type: 'function', function: { name: 'get_weather' } });
    await bot.say('Ulm?');
    expect(bot.asked.map(({ toolChoice }) => toolChoice)).toEqual([{ name: 'get_weather' }, 'auto']);
    await bot.end();
  });

  it('refuses more calls at once than it should make', async () => {
    let made = 0;
    const many: Script = (messages) =>
      last(messages)?.role === 'user'
        ? { toolCalls: Array.from({ length: 50 }, () => ({ name: 'one', id: 'same' })) }
        : 'Done.';
    const bot = conversation(many, [doing('one', () => ++made)], { maxCallsAtOnce: 3 });
    await bot.say('Go.');
    expect(made).toBe(3);
    const ids = bot.context.messages.flatMap(({ tool_call_id: id }) => (id === undefined ? [] : [id]));
    expect(new Set(ids).size).toBe(50);
    expect(bot.told().at(-1)).toBe('assistant: Done.');
    expect(bot.llm.calls).toHaveLength(2);
    await bot.end();
  });

  it('keeps a megabyte from the context, from the client and from the prompt', async () => {
    const bot = conversation(callThenSay('big'), [doing('big', () => 'word '.repeat(200_000))]);
    await bot.say('Go.');
    const [, , tool] = bot.told();
    expect(tool).toMatch(/^tool: \{"shortened":true/u);
    expect(tool?.length).toBeLessThan(4100);
    expect(JSON.stringify(bot.results()[0]?.result).length).toBeLessThan(4100);
    const words = bot.llm.calls[1]?.reduce((sum, { content }) => sum + bot.llm.countTokens(content), 0);
    expect(words).toBeLessThanOrEqual(4096 / 8 + 20);
    await bot.end();
  });

  it('takes a result from the client in place of its own', async () => {
    const bot = conversation(callThenSay('ask_client'), []);
    bot.service.registerFunction('ask_client', () => undefined);
    bot.context.setTools([{ name: 'ask_client', description: '', parameters: {} }]);
    await bot.say('Go.');
    expect(bot.service.functionCallsInProgress).toBe(1);
    await bot.push(new FunctionCallResultFrame('ask_client', 'call-1', {}, 'clicked'));
    expect(bot.told().slice(2)).toEqual(['tool: "clicked"', 'assistant: It says "clicked".']);
    expect(bot.service.functionCallsInProgress).toBe(0);
    // A second one, and one of a call that never was, are dropped.
    await bot.push(
      new FunctionCallResultFrame('ask_client', 'call-1', {}, 'twice'),
      new FunctionCallResultFrame('ask_client', 'who', {}, 'what'),
    );
    expect(bot.told()).toHaveLength(4);
    await bot.end();
  });

  it('lets go of everything when the session ends', async () => {
    const bot = conversation(callThenSay('hang'), [never('hang', { cancelOnInterruption: false })]);
    await bot.say('Go.');
    await bot.end();
    expect(signals.at(-1)?.aborted).toBe(true);
    expect(bot.service.functionCallsInProgress).toBe(0);
  });

  it('makes no call for a turn that may still go on', async () => {
    let made = 0;
    const bot = conversation(callThenSay('one'), [doing('one', () => ++made)]);
    const { LLMContextFrame } = await import('../../pipeline/index.js');
    const eager = bot.context.withMessages([{ role: 'user', content: 'Go' }]);
    await bot.push(new LLMContextFrame(eager, true));
    expect(made).toBe(0);
    expect(bot.types()).not.toContain('FunctionCallsStartedFrame');
    await bot.end();
  });
});
