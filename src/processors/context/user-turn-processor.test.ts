import { expect, it } from 'vitest';
import {
  LLMContext,
  LLMContextFrame,
  LLMRunFrame,
  ParallelPipeline,
  Pipeline,
  TranscriptionFrame,
  VADUserStartedSpeakingFrame,
  VADUserStoppedSpeakingFrame,
  type Frame,
} from '../../pipeline/index.js';
import { FakeLanguageModel, SleepFrame, runTest } from '../../testing/index.js';
import { LLMService } from '../llm/llm-service.js';
import { LLMContextAggregatorPair } from './context-aggregator-pair.js';
import { UserTurnProcessor } from './user-turn-processor.js';

const turn = (text: string, thenMs = 1000): Frame[] => [
  new VADUserStartedSpeakingFrame(),
  new SleepFrame(500),
  new VADUserStoppedSpeakingFrame(),
  new TranscriptionFrame(text, 'u', '2026-01-01T00:00:00Z', { finalized: true }),
  new SleepFrame(thenMs),
];

/** Two models side by side, each with a context of its own; both write. */
async function converse(framesToSend: Frame[]) {
  const heard: string[] = [];
  const branches = ['loud', 'quiet'].map((name) => {
    const context = new LLMContext([{ role: 'system', content: name }]);
    const pair = new LLMContextAggregatorPair(context, { externalTurns: true });
    const llm = new LLMService({
      llm: new FakeLanguageModel({ answer: (messages) => `${name} ${messages.length}` }),
    });
    pair.on(
      'userTurnStopped',
      ({ content, continues }) => void heard.push(`${name}: ${content} ${continues}`),
    );
    return { context, processors: [pair.user(), llm, pair.assistant()] };
  });
  const pipeline = new Pipeline([
    new UserTurnProcessor(),
    new ParallelPipeline(branches.map(({ processors }) => processors)),
  ]);
  const { down, up } = await runTest(pipeline, { framesToSend });
  return { contexts: branches.map(({ context }) => context.messages), heard, down, up };
}

it('lets each branch answer the same turn in a context of its own', async () => {
  const { contexts, heard, down } = await converse([...turn('Hello.', 4000), ...turn('And now?')]);
  for (const [i, name] of ['loud', 'quiet'].entries()) {
    expect(contexts[i]).toEqual([
      { role: 'system', content: name },
      { role: 'user', content: 'Hello.' },
      { role: 'assistant', content: `${name} 2` },
      { role: 'user', content: 'And now?' },
      { role: 'assistant', content: `${name} 4` },
    ]);
  }
  expect(heard).toHaveLength(4);
  expect(down.filter(({ type }) => type === 'UserStartedSpeakingFrame')).toHaveLength(2);
  expect(down.filter(({ type }) => type === 'UserStoppedSpeakingFrame')).toHaveLength(2);
});

it('tells what continues a turn, and hands each branch what is asked of a model', async () => {
  const processor = new UserTurnProcessor();
  const { down } = await runTest(processor, {
    framesToSend: [...turn('I would like'), ...turn('a pizza.'), new LLMRunFrame()],
  });
  expect(down.filter(({ type }) => type === 'UserTurnTextFrame')).toMatchObject([
    { text: 'I would like', continues: false },
    { text: 'I would like a pizza.', continues: true },
  ]);
  expect(down.at(-1)).toBeInstanceOf(LLMRunFrame);
  expect(down.some((frame) => frame instanceof LLMContextFrame)).toBe(false);
});

it('keeps the question that a branch has answered when the user goes on', async () => {
  const { contexts, heard } = await converse([...turn('I would like'), ...turn('a pizza.')]);
  expect(heard.filter((line) => line.startsWith('loud'))).toEqual([
    'loud: I would like false',
    'loud: I would like a pizza. true',
  ]);
  expect(contexts[0]?.map(({ content }) => content)).toEqual([
    'loud',
    'I would like',
    'loud 2',
    'I would like a pizza.',
    'loud 4',
  ]);
});
