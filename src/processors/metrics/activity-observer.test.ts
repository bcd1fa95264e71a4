import { describe, expect, it } from 'vitest';
import { SlowcatError } from '../../errors.js';
import {
  BotStartedSpeakingFrame,
  BotStoppedSpeakingFrame,
  ErrorFrame,
  InputAudioRawFrame,
  InterruptionFrame,
  LLMContext,
  LLMContextFrame,
  MetricsFrame,
  TTSAudioRawFrame,
  UserStartedSpeakingFrame,
  type Frame,
  type FrameDirection,
} from '../../pipeline/index.js';
import { MemoryRecalledFrame } from '../memory/memory-frames.js';
import type { SessionActivity } from './activity.js';
import { ActivityObserver } from './activity-observer.js';

interface Push {
  readonly from?: string;
  readonly direction?: FrameDirection;
  readonly firstPush?: boolean;
}

function watch() {
  const told: SessionActivity[] = [];
  const observer = new ActivityObserver({
    outputName: 'output',
    listeners: [(activity) => told.push(activity)],
  });
  const push = (frame: Frame, { from = 'other', direction = 'downstream', firstPush = true }: Push = {}) => {
    const [source, destination] = [{ name: from }, { name: 'next' }];
    observer.onPushFrame({ frame, source, destination, direction, firstPush, timestampNs: 5_000_000n });
  };
  return { told, observer, push };
}

describe('ActivityObserver', () => {
  it('counts audio that comes in, and of what goes out that which was sent', () => {
    const { told, push } = watch();
    push(new InputAudioRawFrame(new Int16Array(320), 16_000));
    push(new TTSAudioRawFrame(new Int16Array(480), 24_000), { from: 'tts' });
    push(new TTSAudioRawFrame(new Int16Array(100), 24_000), { from: 'output' });
    expect(told).toEqual([
      { kind: 'audio-in', bytes: 640 },
      { kind: 'audio-out', bytes: 200 },
    ]);
  });

  it('calls it an interruption when the bot spoke, and only then', () => {
    const { told, push } = watch();
    push(new InterruptionFrame());
    push(new BotStartedSpeakingFrame());
    push(new BotStartedSpeakingFrame(), { direction: 'upstream' });
    push(new UserStartedSpeakingFrame());
    push(new InterruptionFrame());
    push(new BotStoppedSpeakingFrame());
    push(new InterruptionFrame());
    expect(told.map(({ kind }) => kind)).toEqual([
      'bot-started',
      'user-started',
      'interrupted',
      'bot-stopped',
    ]);
  });

  it('tells errors by code, without a word of theirs', () => {
    const { told, push } = watch();
    const failed = new SlowcatError('SLOWCAT_ENGINE_FAILED', 'while it heard Potola');
    push(new ErrorFrame(failed.message, { exception: failed }), { direction: 'upstream' });
    push(new ErrorFrame('Potola', { exception: new Error('Potola') }), { direction: 'upstream' });
    expect(told).toEqual([
      { kind: 'error', atMs: 5, code: 'SLOWCAT_ENGINE_FAILED' },
      { kind: 'error', atMs: 5, code: 'OTHER' },
    ]);
  });

  it('tells what the model is asked once, what was recalled in figures, and tokens', () => {
    const { told, push } = watch();
    const frame = new LLMContextFrame(new LLMContext([{ role: 'user', content: 'hello' }]));
    push(frame);
    push(frame, { firstPush: false });
    const copy = new LLMContextFrame(frame.context);
    Object.assign(copy.metadata, { memory: true });
    push(copy);
    const item = { turnId: 1, role: 'user', text: 'Potola', atMs: 0, score: 2 } as const;
    push(new MemoryRecalledFrame([item], 3, true));
    const usage = { promptTokens: 10, completionTokens: 2, totalTokens: 12, cacheReadInputTokens: 4 };
    push(new MetricsFrame([{ kind: 'llm-usage', processor: 'llm', usage }]));
    expect(told).toEqual([
      { kind: 'asked', atMs: 5, text: 'hello' },
      { kind: 'recalled', atMs: 5, scores: [2], tookMs: 3, late: true },
      { kind: 'tokens', atMs: 5, prompt: 10, completion: 2, cached: 4 },
    ]);
  });

  it('tells the end, and lets it wait for what finishes', async () => {
    const told: string[] = [];
    const finish = () => Promise.resolve(void told.push('finish'));
    const observer = new ActivityObserver({
      outputName: 'o',
      listeners: [({ kind }) => told.push(kind)],
      finish,
    });
    await observer.onPipelineFinished();
    expect(told).toEqual(['finished', 'finish']);
  });
});
