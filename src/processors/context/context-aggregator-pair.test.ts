import { expect, it } from 'vitest';
import {
  InterruptionFrame,
  LLMContext,
  LLMFullResponseEndFrame,
  Pipeline,
  TTSTextFrame,
  TranscriptionFrame,
  VADUserStartedSpeakingFrame,
  VADUserStoppedSpeakingFrame,
} from '../../pipeline/index.js';
import { SleepFrame, runTest } from '../../testing/index.js';
import { LLMContextAggregatorPair } from './context-aggregator-pair.js';

const at = '2026-01-01T00:00:00.000Z';
const said = (text: string) => new TranscriptionFrame(text, 'u', at, { finalized: true });
const spoken = (text: string) => new TTSTextFrame(text, 'sentence');

async function transcript(framesToSend: Parameters<typeof runTest>[1]['framesToSend']) {
  const context = new LLMContext();
  const pair = new LLMContextAggregatorPair(context, { nowMs: () => Date.parse(at) });
  const told: unknown[] = [];
  pair.on('userTurnStopped', (message) => void told.push(['user', message]));
  pair.on('assistantTurnStopped', (message) => void told.push(['assistant', message]));
  await runTest(new Pipeline([pair.user(), pair.assistant()]), { framesToSend });
  return { told, messages: context.messages };
}

const turn = (text: string) => [
  new VADUserStartedSpeakingFrame(),
  new SleepFrame(500),
  new VADUserStoppedSpeakingFrame(),
  said(text),
  new SleepFrame(1000),
];

it('writes both sides to one context and tells the transcript', async () => {
  const { told, messages } = await transcript([
    ...turn('Hello.'),
    spoken('Good'),
    spoken('morning.'),
    new LLMFullResponseEndFrame(),
    new SleepFrame(5000),
  ]);
  expect(messages).toEqual([
    { role: 'user', content: 'Hello.' },
    { role: 'assistant', content: 'Good morning.' },
  ]);
  expect(told).toEqual([
    ['user', { content: 'Hello.', timestamp: at, continues: false }],
    ['assistant', { content: 'Good morning.', timestamp: at, interrupted: false }],
  ]);
});

it('says what was heard of an answer that was interrupted', async () => {
  const { told } = await transcript([spoken('Once upon'), new SleepFrame(100), new InterruptionFrame()]);
  expect(told).toEqual([['assistant', { content: 'Once upon', timestamp: at, interrupted: true }]]);
});

it('says which message takes the place of the one before, when the user goes on', async () => {
  const { told } = await transcript([...turn('I would like'), ...turn('a pizza.')]);
  expect(told).toEqual([
    ['user', { content: 'I would like', timestamp: at, continues: false }],
    ['user', { content: 'I would like a pizza.', timestamp: at, continues: true }],
  ]);
});
