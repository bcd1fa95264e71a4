import { describe, expect, it } from 'vitest';
import {
  AggregatedTextFrame,
  BotStartedSpeakingFrame,
  BotStoppedSpeakingFrame,
  ErrorFrame,
  InterruptionFrame,
  LLMContext,
  LLMContextFrame,
  LLMTextFrame,
  MetricsFrame,
  TTSTextFrame,
  TranscriptionFrame,
  UserStartedSpeakingFrame,
  type Frame,
  type FramePushed,
} from '../../pipeline/index.js';
import { MemoryRecalledFrame } from '../memory/memory-frames.js';
import type { RtviMessage } from './messages.js';
import { RTVIObserver } from './rtvi-observer.js';

const output = { name: 'output' };
const other = { name: 'other' };

function watch() {
  const messages: RtviMessage[] = [];
  const observer = new RTVIObserver({ send: (message) => messages.push(message), output });
  const push = (frame: Frame, how: Partial<Omit<FramePushed, 'frame'>> = {}) => {
    const first = {
      source: other,
      destination: other,
      direction: 'downstream',
      timestampNs: 0n,
      firstPush: true,
    } as const;
    observer.onPushFrame({ ...first, ...how, frame });
  };
  return { push, messages, types: () => messages.map(({ type }) => type) };
}

describe('RTVIObserver', () => {
  it('tells a turn once, however far its frames travel', () => {
    const { push, types } = watch();
    const frame = new UserStartedSpeakingFrame();
    push(frame);
    push(frame, { firstPush: false });
    const twin = new UserStartedSpeakingFrame();
    twin.broadcastSiblingId = frame.id;
    push(twin, { direction: 'upstream' });
    expect(types()).toEqual(['user-started-speaking']);
  });

  it('tells what was heard in both the new and the old way', () => {
    const { push, messages } = watch();
    push(new TranscriptionFrame('hello', 'anna', '2026-01-01T00:00:00Z', { finalized: true }));
    expect(messages).toEqual([
      expect.objectContaining({
        type: 'user-input',
        data: expect.objectContaining({ text: 'hello', final: true, input_type: 'transcription' }) as unknown,
      }),
      expect.objectContaining({
        type: 'user-transcription',
        data: { text: 'hello', user_id: 'anna', timestamp: '2026-01-01T00:00:00Z', final: true },
      }),
    ]);
  });

  it('holds an announcement until the bot speaks, and completes it with the same segment id', () => {
    const { push, messages, types } = watch();
    const announced = new AggregatedTextFrame('One two.', 'sentence', { willBeSpoken: true });
    push(announced);
    push(announced, { source: output, firstPush: false });
    expect(types()).toEqual([]);
    push(new BotStartedSpeakingFrame());
    push(new TTSTextFrame('One two.', 'sentence'), { source: output, firstPush: false });
    expect(types()).toEqual(['bot-started-speaking', 'bot-output', 'bot-output', 'bot-tts-text']);
    const [started, completed] = messages.filter(({ type }) => type === 'bot-output').map(({ data }) => data);
    expect(started).toMatchObject({ spoken_status: 'new', segment_id: announced.id, text: 'One two.' });
    expect(completed).toMatchObject({ spoken_status: 'completed', segment_id: announced.id, spoken: true });
  });

  it('drops announcements that an interruption made void', () => {
    const { push, types } = watch();
    push(new AggregatedTextFrame('One.', 'sentence'), { source: output });
    push(new InterruptionFrame());
    push(new BotStartedSpeakingFrame());
    push(new BotStoppedSpeakingFrame());
    expect(types()).toEqual(['bot-interrupted', 'bot-started-speaking', 'bot-stopped-speaking']);
  });

  it('tells the question once, not again with its memory', () => {
    const { push, messages } = watch();
    const context = new LLMContext([{ role: 'user', content: 'hi' }]);
    push(new LLMContextFrame(context));
    const enriched = new LLMContextFrame(context);
    enriched.metadata['memory'] = true;
    push(enriched);
    expect(messages).toEqual([{ label: 'rtvi-ai', type: 'user-llm-text', data: { text: 'hi' } }]);
  });

  it('tells tokens, metrics, errors and what was recalled', () => {
    const { push, messages } = watch();
    push(new LLMTextFrame(' tok'));
    push(new MetricsFrame([{ kind: 'ttfb', processor: 'LLM', model: 'm', valueSecs: 0.5 }]));
    push(new ErrorFrame('It broke.'));
    push(new MemoryRecalledFrame([{ turnId: 1, role: 'user', text: 'a', atMs: 0, score: 2 }], 3, false));
    expect(messages.map(({ type, data }) => [type, data])).toEqual([
      ['bot-llm-text', { text: ' tok' }],
      ['metrics', { ttfb: [{ processor: 'LLM', model: 'm', value: 0.5 }] }],
      ['error', { error: 'It broke.', message: 'It broke.', fatal: false }],
      [
        'server-message',
        {
          type: 'slowcat-recall',
          items: [{ text: 'a', role: 'user', score: 2, at: '1970-01-01T00:00:00.000Z' }],
          ms: 3,
          late: false,
        },
      ],
    ]);
  });
});
