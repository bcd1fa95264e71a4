import { describe, expect, it } from 'vitest';
import type { ChatMessage, GenerateOptions, LanguageModel } from '../../engines/interfaces.js';
import {
  ErrorFrame,
  InterruptionFrame,
  LLMContext,
  LLMContextFrame,
  LLMFullResponseEndFrame,
  LLMFullResponseStartFrame,
  LLMTextFrame,
} from '../../pipeline/index.js';
import { SleepFrame, runTest } from '../../testing/run-test.js';
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
