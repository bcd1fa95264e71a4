import { describe, expect, it } from 'vitest';
import {
  AggregatedTextFrame,
  CancelFrame,
  EndFrame,
  InterruptionFrame,
  LLMContext,
  LLMContextAssistantTurnFrame,
  LLMFullResponseEndFrame,
  LLMFullResponseStartFrame,
  TTSTextFrame,
  type Frame,
} from '../../pipeline/index.js';
import { SleepFrame, runTest } from '../../testing/run-test.js';
import { LLMAssistantAggregator } from './assistant-aggregator.js';

const spoken = (text: string) => new TTSTextFrame(text, 'sentence');

async function listen(framesToSend: readonly Frame[]) {
  const context = new LLMContext();
  const told: [string, boolean][] = [];
  const onTurn = (text: string, interrupted: boolean) => void told.push([text, interrupted]);
  const { down, up } = await runTest(new LLMAssistantAggregator({ context, onTurn }), { framesToSend });
  const turns = [down, up].map(
    (frames) => frames.filter((frame) => frame instanceof LLMContextAssistantTurnFrame).length,
  );
  return { messages: context.messages, turns, told };
}

describe('LLMAssistantAggregator', () => {
  it('writes a whole answer as one message and tells both ways', async () => {
    const { messages, turns } = await listen([
      new LLMFullResponseStartFrame(),
      spoken('One two three.'),
      spoken('Four five six.'),
      new LLMFullResponseEndFrame(),
    ]);
    expect(messages).toEqual([{ role: 'assistant', content: 'One two three. Four five six.' }]);
    expect(turns).toEqual([1, 1]);
  });

  it('writes what was answered in silence, once, and no announcement of what is spoken', async () => {
    const silent = new AggregatedTextFrame('Read this.', 'sentence');
    silent.skipTts = true;
    const { messages } = await listen([
      new AggregatedTextFrame('Heard.', 'sentence', { willBeSpoken: true }),
      spoken('Heard.'),
      silent,
      new LLMFullResponseEndFrame(),
    ]);
    expect(messages).toEqual([{ role: 'assistant', content: 'Heard. Read this.' }]);
  });

  it('commits what was spoken when interrupted', async () => {
    const { messages } = await listen([
      new LLMFullResponseStartFrame(),
      spoken('One two three.'),
      new SleepFrame(),
      new InterruptionFrame(),
      new SleepFrame(),
      new LLMFullResponseEndFrame(),
    ]);
    expect(messages).toEqual([{ role: 'assistant', content: 'One two three.' }]);
  });

  it('writes nothing for an answer that was never heard, nor for text that is not for the context', async () => {
    const aside = spoken('aside');
    aside.appendToContext = false;
    const { messages, turns } = await listen([
      new LLMFullResponseStartFrame(),
      aside,
      new LLMFullResponseEndFrame(),
    ]);
    expect(messages).toEqual([]);
    expect(turns).toEqual([0, 0]);
  });

  it('keeps what was said when the session ends in the middle', async () => {
    const { messages } = await listen([new LLMFullResponseStartFrame(), spoken('Bye.'), new EndFrame()]);
    expect(messages).toEqual([{ role: 'assistant', content: 'Bye.' }]);
  });

  it('tells of each turn whether it was cut short, also when the session is cancelled', async () => {
    const whole = await listen([
      new LLMFullResponseStartFrame(),
      spoken('Hello.'),
      new LLMFullResponseEndFrame(),
    ]);
    expect(whole.told).toEqual([['Hello.', false]]);
    const cut = await listen([
      new LLMFullResponseStartFrame(),
      spoken('One.'),
      new SleepFrame(),
      new CancelFrame(),
    ]);
    expect(cut.told).toEqual([['One.', true]]);
  });
});
