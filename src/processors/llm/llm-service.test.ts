import { describe, expect, it } from 'vitest';
import type { ChatMessage, GenerateOptions, LanguageModel } from '../../engines/interfaces.js';
import type { FittedPrompt } from '../../memory/memory.js';
import {
  ErrorFrame,
  InterruptionFrame,
  LLMConfigureOutputFrame,
  LLMContext,
  LLMContextFrame,
  LLMFullResponseEndFrame,
  LLMFullResponseStartFrame,
  LLMTextFrame,
} from '../../pipeline/index.js';
import { SleepFrame, runTest } from '../../testing/run-test.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { LLMService } from './llm-service.js';

type Answer = (messages: readonly ChatMessage[], options: GenerateOptions) => AsyncIterable<string>;

const model = (generate: Answer): LanguageModel => ({
  info: { engine: 'fake', model: 'scripted', device: 'cpu' },
  contextTokens: 4096,
  countTokens: (text) => text.split(' ').length,
  warmUp: () => Promise.resolve(),
  close: () => Promise.resolve(),
  generate: (messages, options = {}) => generate(messages, options),
});

async function* words(...pieces: string[]): AsyncIterable<string> {
  for (const piece of pieces) {
    await Promise.resolve();
    yield piece;
  }
}

const ask = (...messages: ConstructorParameters<typeof LLMContext>[0] & object) =>
  new LLMContextFrame(new LLMContext(messages));
const hello = () => ask({ role: 'user', content: 'hello' });

describe('LLMService', () => {
  it('streams the answer between its start and its end', async () => {
    await runTest(new LLMService({ llm: model(() => words('Hi', ' there.')) }), {
      framesToSend: [hello()],
      expectedDown: [LLMFullResponseStartFrame, LLMTextFrame, LLMTextFrame, LLMFullResponseEndFrame],
    });
  });

  it('marks answers that are to be read, not heard, and only those', async () => {
    const { down } = await runTest(new LLMService({ llm: model(() => words('Hi')) }), {
      framesToSend: [new LLMConfigureOutputFrame(true), hello(), new LLMConfigureOutputFrame(false), hello()],
    });
    const marks = down.flatMap((frame) =>
      'skipTts' in frame && frame.type !== 'LLMConfigureOutputFrame' ? [frame.skipTts] : [],
    );
    expect(marks).toEqual([true, true, true, null, null, null]);
  });

  it('answers to the end what may not be interrupted', async () => {
    const clock = new VirtualClock();
    async function* slow(): AsyncIterable<string> {
      for (const piece of ['One', ' two', ' three.']) {
        await clock.sleep(50);
        yield piece;
      }
    }
    for (const interruptible of [true, false]) {
      const question = hello();
      question.interruptible = interruptible;
      const { down } = await runTest(new LLMService({ llm: model(slow) }), {
        framesToSend: [question, new SleepFrame(80), new InterruptionFrame(), new SleepFrame(200)],
        clock,
      });
      const texts = down.filter((frame) => frame instanceof LLMTextFrame);
      expect(texts.map(({ text }) => text).join('')).toBe(interruptible ? 'One' : 'One two three.');
      expect(new Set(texts.map((frame) => frame.interruptible))).toEqual(new Set([interruptible]));
    }
  });

  it('speaks the roles that every model knows', async () => {
    let seen: readonly ChatMessage[] = [];
    const llm = model((messages) => {
      seen = messages;
      return words('ok');
    });
    await runTest(new LLMService({ llm }), {
      framesToSend: [ask({ role: 'developer', content: 'be kind' }, { role: 'user', content: 'hi' })],
    });
    expect(seen.map(({ role }) => role)).toEqual(['system', 'user']);
  });

  it('keeps prompt and answer within the window', async () => {
    let seen = 0;
    const llm = model((messages) => {
      seen = messages.length;
      return words('ok');
    });
    const turns = Array.from({ length: 100 }, (_, i) => ({
      role: 'user' as const,
      content: `turn number ${i}`,
    }));
    await runTest(new LLMService({ llm, windowTokens: 300, maxAnswerTokens: 100 }), {
      framesToSend: [ask(...turns)],
    });
    expect(seen).toBeLessThanOrEqual(200 / 11);
    expect(seen).toBeGreaterThan(4);
  });

  it('folds older turns, and tells how each prompt was fitted', async () => {
    const prompts: FittedPrompt[] = [];
    let seen: readonly ChatMessage[] = [];
    const llm = model((messages) => {
      seen = messages;
      return words('ok');
    });
    const turns = Array.from({ length: 150 }, (_, i) => ({
      role: i % 2 === 0 ? ('user' as const) : ('assistant' as const),
      content: `On day ${i} we walked to the lake with Potola and met Anna there.`,
    }));
    const service = new LLMService({ llm, onPrompt: (prompt) => prompts.push(prompt) });
    await runTest(service, { framesToSend: [ask(...turns), hello()] });
    expect(prompts.map(({ path }) => path)).toEqual(['compressed', 'fast']);
    expect(prompts[0]?.tokens).toBeLessThan(2000);
    expect(seen).toEqual([{ role: 'user', content: 'hello' }]);

    // The same history as it is: 3,300 tokens fit into the window.
    const whole = new LLMService({ llm, foldHistory: false });
    await runTest(whole, { framesToSend: [ask(...turns)] });
    expect(seen).toHaveLength(150);
  });

  it('takes the window that is asked for, but no larger one than the model has', async () => {
    const limits: number[] = [];
    const long = { role: 'user' as const, content: 'word '.repeat(20_000) };
    for (const contextTokens of [4096, 8192, 65_536]) {
      const llm = { ...model(() => words('ok')), contextTokens };
      const service = new LLMService({ llm, preset: '8k', onPrompt: ({ tokens }) => limits.push(tokens) });
      await runTest(service, { framesToSend: [ask(long)] });
    }
    const [small = 0, asked = 0, large = 0] = limits;
    expect(small).toBeLessThanOrEqual(3840);
    expect(asked).toBeGreaterThan(6000);
    expect(asked).toBeLessThanOrEqual(7800);
    expect(large).toBe(asked);
  });

  it('closes the answer when interrupted, and stops the model', async () => {
    const signals: AbortSignal[] = [];
    const llm = model(async function* (_messages, { signal }) {
      if (signal !== undefined) signals.push(signal);
      yield 'Well';
      await new Promise<never>(() => undefined);
    });
    const { down } = await runTest(new LLMService({ llm }), {
      framesToSend: [hello(), new SleepFrame(10), new InterruptionFrame(), new SleepFrame(10)],
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(down.map(({ type }) => type)).toEqual([
      'LLMFullResponseStartFrame',
      'LLMTextFrame',
      'InterruptionFrame',
      'LLMFullResponseEndFrame',
    ]);
  });

  it('reports a model that fails and still closes the answer', async () => {
    const llm = model(() => {
      throw new Error('no such server');
    });
    const { down, up } = await runTest(new LLMService({ llm }), { framesToSend: [hello()] });
    expect(down.at(-1)).toBeInstanceOf(LLMFullResponseEndFrame);
    expect(up.some((frame) => frame instanceof ErrorFrame)).toBe(true);
  });
});
