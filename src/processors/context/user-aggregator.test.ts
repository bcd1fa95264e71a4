import { describe, expect, it } from 'vitest';
import type { TurnEnd } from '../../engines/interfaces.js';
import {
  BotStartedSpeakingFrame,
  ErrorFrame,
  FrameProcessor,
  InputAudioRawFrame,
  InterruptionFrame,
  LLMContext,
  LLMContextFrame,
  LLMMessagesAppendFrame,
  LLMMessagesTransformFrame,
  LLMRunFrame,
  Pipeline,
  TranscriptionFrame,
  UserStartedSpeakingFrame,
  UserStoppedSpeakingFrame,
  VADUserStartedSpeakingFrame,
  VADUserStoppedSpeakingFrame,
  type Frame,
  type FrameDirection,
} from '../../pipeline/index.js';
import { SleepFrame, runTest } from '../../testing/run-test.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { STTSegmentEmptyFrame, STTSegmentStartedFrame } from '../stt/stt-frames.js';
import { LLMUserAggregator } from './user-aggregator.js';

const said = (text: string) => new TranscriptionFrame(text, 'u', '2026-01-01T00:00:00Z', { finalized: true });
const started = () => new VADUserStartedSpeakingFrame();
const stopped = () => new VADUserStoppedSpeakingFrame();
const pause = (ms: number) => new SleepFrame(ms);

async function converse(frames: Parameters<typeof runTest>[1]['framesToSend']) {
  const context = new LLMContext();
  const { down, up } = await runTest(new LLMUserAggregator({ context }), { framesToSend: frames });
  return {
    messages: context.messages,
    down: down.map((frame) => frame.type),
    up: up.map((frame) => frame.type),
  };
}

describe('LLMUserAggregator', () => {
  it('makes one message of one turn and asks for an answer; the end of the turn overtakes the context', async () => {
    const { messages, down, up } = await converse([
      started(),
      pause(1000),
      stopped(),
      new STTSegmentStartedFrame(),
      pause(300),
      said('My dog is Potola.'),
      pause(1000),
    ]);
    expect(messages).toEqual([{ role: 'user', content: 'My dog is Potola.' }]);
    expect(down).toEqual([
      'VADUserStartedSpeakingFrame',
      'UserStartedSpeakingFrame',
      'InterruptionFrame',
      'VADUserStoppedSpeakingFrame',
      'UserStoppedSpeakingFrame',
      'LLMContextFrame',
    ]);
    expect(up).toEqual(['UserStartedSpeakingFrame', 'InterruptionFrame', 'UserStoppedSpeakingFrame']);
  });

  it('joins what was said before and after a pause', async () => {
    const { messages, down } = await converse([
      started(),
      pause(800),
      stopped(),
      new STTSegmentStartedFrame(),
      pause(200),
      said('I would like'),
      pause(200),
      started(),
      pause(800),
      stopped(),
      new STTSegmentStartedFrame(),
      pause(200),
      said('a pizza.'),
      pause(1000),
    ]);
    expect(messages).toEqual([{ role: 'user', content: 'I would like a pizza.' }]);
    expect(down.filter((type) => type === 'LLMContextFrame').length).toBe(1);
  });

  it('prefers a transcript of the whole turn to those of its parts', async () => {
    const whole = new TranscriptionFrame('be rather cold-hearted.', 'u', 't', {
      result: { turnText: 'Unless to be rather cold-hearted.' },
    });
    const { messages } = await converse([
      started(),
      stopped(),
      new STTSegmentStartedFrame(),
      said('A less to'),
      pause(100),
      started(),
      stopped(),
      new STTSegmentStartedFrame(),
      whole,
      pause(700),
    ]);
    expect(messages).toEqual([{ role: 'user', content: 'Unless to be rather cold-hearted.' }]);
  });

  it('asks nothing when nothing was said', async () => {
    const { messages, down } = await converse([
      started(),
      pause(300),
      stopped(),
      new STTSegmentStartedFrame(),
      pause(200),
      new STTSegmentEmptyFrame(),
      pause(1000),
    ]);
    expect(messages).toEqual([]);
    expect(down).not.toContain('LLMContextFrame');
    expect(down.at(-1)).toBe('UserStoppedSpeakingFrame');
  });

  it('keeps the words whose own turn causes an interruption', async () => {
    const { messages } = await converse([said('late words'), pause(1000)]);
    expect(messages).toEqual([{ role: 'user', content: 'late words' }]);
  });

  it('takes typed messages and runs when asked to', async () => {
    const { messages, down } = await converse([
      new LLMMessagesAppendFrame([{ role: 'user', content: 'hi' }]),
      pause(10),
      new LLMRunFrame(),
      pause(10),
    ]);
    expect(messages).toEqual([{ role: 'user', content: 'hi' }]);
    expect(down).toEqual(['LLMContextFrame']);
  });

  it('asks for an answer that may not be interrupted when it is asked so', async () => {
    const firm = new LLMRunFrame();
    firm.interruptible = false;
    const { down } = await runTest(new LLMUserAggregator({ context: new LLMContext() }), {
      framesToSend: [firm, new LLMRunFrame()],
    });
    expect(down.map(({ interruptible }) => interruptible)).toEqual([false, true]);
  });

  it('lets a function change the context', async () => {
    const { messages } = await converse([
      new LLMMessagesAppendFrame([{ role: 'user', content: 'hi' }]),
      new LLMMessagesTransformFrame((now) => [...now, { role: 'assistant', content: 'ho' }]),
      pause(10),
    ]);
    expect(messages.map(({ content }) => content)).toEqual(['hi', 'ho']);
  });

  it('gives frames their classes', async () => {
    const context = new LLMContext();
    await runTest(new LLMUserAggregator({ context }), {
      framesToSend: [started(), pause(100), stopped(), new STTSegmentStartedFrame(), said('a'), pause(700)],
      expectedDown: [
        VADUserStartedSpeakingFrame,
        UserStartedSpeakingFrame,
        InterruptionFrame,
        VADUserStoppedSpeakingFrame,
        UserStoppedSpeakingFrame,
        LLMContextFrame,
      ],
    });
  });

  describe('a speaker who goes on before the bot has made a sound', () => {
    const speak = (text: string) => [
      started(),
      pause(500),
      stopped(),
      new STTSegmentStartedFrame(),
      said(text),
      pause(700),
    ];

    it('continues the turn: the model is asked again with all that was said', async () => {
      const { messages, down } = await converse([
        ...speak('I would like a pizza.'),
        ...speak('with mushrooms.'),
      ]);
      expect(messages).toEqual([{ role: 'user', content: 'I would like a pizza with mushrooms.' }]);
      expect(down.filter((type) => type === 'LLMContextFrame').length).toBe(2);
    });

    it('is asked for again when only a cough went on', async () => {
      const cough = [
        started(),
        pause(300),
        stopped(),
        new STTSegmentStartedFrame(),
        new STTSegmentEmptyFrame(),
        pause(700),
      ];
      const { messages, down } = await converse([...speak('What time is it?'), ...cough]);
      expect(messages).toEqual([{ role: 'user', content: 'What time is it?' }]);
      expect(down.filter((type) => type === 'LLMContextFrame').length).toBe(2);
    });

    it('begins a new turn when the pause was long', async () => {
      const { messages } = await converse([...speak('One.'), pause(3000), ...speak('Two.')]);
      expect(messages.map(({ content }) => content)).toEqual(['One.', 'Two.']);
    });

    it('begins a new turn when the bot has begun to speak', async () => {
      const context = new LLMContext();
      const answer = new (class extends FrameProcessor {
        override processFrame(frame: Frame, direction: FrameDirection): void {
          this.pushFrame(frame, direction);
          if (frame instanceof LLMContextFrame) this.pushFrame(new BotStartedSpeakingFrame(), 'upstream');
        }
      })();
      await runTest(new Pipeline([new LLMUserAggregator({ context }), answer]), {
        framesToSend: [...speak('One.'), ...speak('Two.')],
      });
      expect(context.messages.map(({ content }) => content)).toEqual(['One.', 'Two.']);
    });
  });

  describe('with an end-of-turn model', () => {
    const judge = (...verdicts: (number | Error)[]): TurnEnd & { readonly heard: number[] } => {
      const heard: number[] = [];
      return {
        heard,
        info: { engine: 'fake', model: 'scripted', device: 'cpu' },
        warmUp: () => Promise.resolve(),
        close: () => Promise.resolve(),
        predict: (pcm) => {
          heard.push(pcm.length);
          const verdict = verdicts.shift() ?? 1;
          return verdict instanceof Error ? Promise.reject(verdict) : Promise.resolve(verdict);
        },
      };
    };
    const second = () => new InputAudioRawFrame(new Int16Array(16_000), 16_000);
    const speak = (text: string) => [
      started(),
      second(),
      pause(1000),
      stopped(),
      new STTSegmentStartedFrame(),
      pause(100),
      said(text),
    ];
    const ask = async (turnEnd: TurnEnd, framesToSend: Frame[]) => {
      const context = new LLMContext();
      const clock = new VirtualClock();
      // As a model takes its time: the recogniser has begun by then.
      const slow: TurnEnd = {
        ...turnEnd,
        predict: async (pcm, options) => {
          await clock.sleep(20);
          return turnEnd.predict(pcm, options);
        },
      };
      const { down, up } = await runTest(new LLMUserAggregator({ context, turnEnd: slow }), {
        clock,
        framesToSend,
        sendEndFrame: false,
      });
      return {
        messages: context.messages.map(({ content }) => content),
        answers: down.filter((f) => f instanceof LLMContextFrame).length,
        up,
      };
    };

    it('answers a finished turn as soon as its words are there', async () => {
      const model = judge(0.9);
      expect(await ask(model, [...speak('What time is it?'), pause(1)])).toMatchObject({ answers: 1 });
      expect(model.heard).toEqual([16_000]);
    });

    it('waits for the rest of an unfinished one', async () => {
      const frames = [...speak('My dog'), pause(1500), ...speak('is Potola.'), pause(1)];
      expect(await ask(judge(0.1, 0.9), frames)).toMatchObject({
        messages: ['My dog is Potola.'],
        answers: 1,
      });
    });

    it('ends an unfinished turn after two seconds of silence', async () => {
      expect(await ask(judge(0.1), [...speak('My dog'), pause(1800)])).toMatchObject({ answers: 0 });
      expect(await ask(judge(0.1), [...speak('My dog'), pause(1901)])).toMatchObject({ answers: 1 });
    });

    it('falls back to silence when the model fails', async () => {
      const { answers, up } = await ask(judge(new Error('broken')), [...speak('Hello.'), pause(501)]);
      expect(answers).toBe(1);
      expect(up.some((frame) => frame instanceof ErrorFrame)).toBe(true);
    });
  });
});
