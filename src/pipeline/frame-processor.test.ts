import { describe, expect, it } from 'vitest';
import { runTest, SleepFrame } from '../testing/run-test.js';
import { VirtualClock } from '../testing/virtual-clock.js';
import { abortGraceMs } from './frame-lanes.js';
import { FrameProcessor } from './frame-processor.js';
import {
  BotSpeakingFrame,
  CancelFrame,
  EndFrame,
  ErrorFrame,
  FrameProcessorPauseFrame,
  FrameProcessorPauseUrgentFrame,
  FrameProcessorResumeFrame,
  InterruptionFrame,
  LLMFullResponseEndFrame,
  LLMTextFrame,
  MetricsFrame,
  StopFrame,
  TextFrame,
  UserStartedSpeakingFrame,
  type Frame,
  type FrameDirection,
} from './frames/index.js';
import { PipelineTask } from './pipeline-task.js';

/** Takes 100 ms over every text frame, and says what became of it. */
class SlowText extends FrameProcessor {
  readonly log: string[] = [];
  override async processFrame(frame: Frame, direction: FrameDirection, signal: AbortSignal): Promise<void> {
    if (frame instanceof TextFrame) {
      this.log.push(`begin ${frame.text}`);
      try {
        await this.session.clock.sleep(100, signal);
      } finally {
        this.log.push(signal.aborted ? `aborted ${frame.text}` : `done ${frame.text}`);
      }
    } else this.log.push(frame.type);
    this.pushFrame(frame, direction);
  }
}

/** Runs processors in a task in virtual time; the caller ends it. */
async function session(processors: FrameProcessor[], params = {}) {
  const clock = new VirtualClock();
  const task = new PipelineTask(processors, { clock, idleTimeoutMs: 0, params });
  const down: Frame[] = [];
  const up: Frame[] = [];
  task.on('frameReachedDownstream', (frame) => void down.push(frame));
  task.on('frameReachedUpstream', (frame) => void up.push(frame));
  const run = task.run();
  await clock.settle();
  down.length = 0;
  return { clock, task, down, up, run, types: () => down.map((frame) => frame.type) };
}

function uninterruptible(text: string): TextFrame {
  const frame = new TextFrame(text);
  frame.interruptible = false;
  return frame;
}

describe('FrameProcessor', () => {
  it('passes every frame on by default, both ways', async () => {
    const processor = new (class Passes extends FrameProcessor {})();
    const { clock, task, down, up } = await session([processor]);
    task.queueFrame(new TextFrame('a'));
    task.queueFrame(new BotSpeakingFrame(), 'upstream');
    await clock.settle();
    expect(down).toHaveLength(1);
    expect(up).toHaveLength(1);
    await task.close();
  });

  it('lets system frames overtake, one of each kind in hand together', async () => {
    const slow = new SlowText();
    await runTest(slow, {
      framesToSend: [
        new TextFrame('a'),
        new TextFrame('b'),
        new SleepFrame(50),
        new UserStartedSpeakingFrame(),
        new SleepFrame(10),
      ],
      expectedDown: [UserStartedSpeakingFrame, TextFrame, TextFrame],
    });
    expect(slow.log).toEqual([
      'StartFrame',
      'begin a',
      'UserStartedSpeakingFrame',
      'done a',
      'begin b',
      'done b',
      'EndFrame',
    ]);
  });

  it('handles system frames one at a time, and holds the rest of the input behind them', async () => {
    class SlowSystem extends FrameProcessor {
      readonly log: string[] = [];
      override async processFrame(frame: Frame, direction: FrameDirection): Promise<void> {
        this.log.push(`begin ${frame.type}`);
        if (frame instanceof UserStartedSpeakingFrame) await this.session.clock.sleep(100);
        this.log.push(`done ${frame.type}`);
        this.pushFrame(frame, direction);
      }
    }
    const slow = new SlowSystem();
    await runTest(slow, {
      framesToSend: [new TextFrame('a'), new UserStartedSpeakingFrame(), new InterruptionFrame()],
      // The text is still in the input queue when the interruption comes, so it survives.
      expectedDown: [UserStartedSpeakingFrame, InterruptionFrame, TextFrame],
    });
    expect(slow.log.slice(2, 5)).toEqual([
      'begin UserStartedSpeakingFrame',
      'done UserStartedSpeakingFrame',
      'begin InterruptionFrame',
    ]);
  });

  describe('interruption', () => {
    it('aborts the running handler and drops what waits, but not what is uninterruptible', async () => {
      const slow = new SlowText();
      const { down } = await runTest(slow, {
        framesToSend: [
          new TextFrame('a'),
          new TextFrame('b'),
          uninterruptible('c'),
          new SleepFrame(50),
          new InterruptionFrame(),
          new TextFrame('d'),
        ],
        expectedDown: [InterruptionFrame, TextFrame, TextFrame],
        expectedUp: [],
      });
      expect(down.flatMap((frame) => (frame instanceof TextFrame ? [frame.text] : []))).toEqual(['c', 'd']);
      expect(slow.log.slice(1, 4)).toEqual(['begin a', 'InterruptionFrame', 'aborted a']);
    });

    it('lets the handler of an uninterruptible frame finish', async () => {
      const slow = new SlowText();
      await runTest(slow, {
        framesToSend: [uninterruptible('a'), new TextFrame('b'), new SleepFrame(50), new InterruptionFrame()],
        expectedDown: [InterruptionFrame, TextFrame],
      });
      expect(slow.log).toEqual(['StartFrame', 'begin a', 'InterruptionFrame', 'done a', 'EndFrame']);
    });

    it('reads the flag at the moment of interruption', async () => {
      const slow = new SlowText();
      const frame = new TextFrame('a');
      const { clock, task, down } = await session([slow]);
      task.queueFrame(frame);
      await clock.advance(50);
      frame.interruptible = false;
      task.queueFrame(new InterruptionFrame());
      await clock.advance(50);
      expect(down).toContain(frame);
      await task.close();
    });

    it.each([() => new EndFrame(), () => new StopFrame()])('never loses the end: %s', async (make) => {
      const slow = new SlowText();
      const { clock, task, run, types } = await session([slow]);
      task.queueFrame(new TextFrame('a'));
      task.queueFrame(make());
      await clock.advance(50);
      task.queueFrame(new InterruptionFrame());
      await clock.settle();
      expect(types()).toEqual(['InterruptionFrame', make().type]);
      await run;
    });

    it('lets a finally block close what was opened; late results are for the handler to drop', async () => {
      class Streams extends FrameProcessor {
        override async processFrame(
          frame: Frame,
          direction: FrameDirection,
          signal: AbortSignal,
        ): Promise<void> {
          if (!(frame instanceof TextFrame)) {
            this.pushFrame(frame, direction);
            return;
          }
          try {
            // An engine that does not notice the signal.
            for (let i = 0; i < 3; i += 1) {
              await this.session.clock.sleep(100);
              this.pushFrameUnless(signal, new LLMTextFrame(`${frame.text}${i}`));
            }
          } finally {
            this.pushFrame(new LLMFullResponseEndFrame());
          }
        }
      }
      await runTest(new Streams(), {
        framesToSend: [new TextFrame('a'), new SleepFrame(150), new InterruptionFrame(), new TextFrame('b')],
        expectedDown: [
          LLMTextFrame,
          InterruptionFrame,
          LLMFullResponseEndFrame,
          LLMTextFrame,
          LLMTextFrame,
          LLMTextFrame,
          LLMFullResponseEndFrame,
        ],
        expectedUp: [],
      });
    });

    it('goes on without a handler that never ends, and says so', async () => {
      class Hangs extends FrameProcessor {
        override processFrame(frame: Frame, direction: FrameDirection): Promise<void> | undefined {
          if (frame instanceof TextFrame && frame.text === 'hang') return new Promise(() => undefined);
          this.pushFrame(frame, direction);
          return undefined;
        }
      }
      const { clock, task, up, types } = await session([new Hangs()]);
      task.queueFrame(new TextFrame('hang'));
      await clock.settle();
      task.queueFrame(new InterruptionFrame());
      task.queueFrame(new TextFrame('next'));
      await clock.advance(abortGraceMs - 1);
      expect(types()).toEqual(['InterruptionFrame']);
      await clock.advance(1);
      expect(types()).toEqual(['InterruptionFrame', 'TextFrame']);
      expect(up.map((frame) => frame.type)).toEqual(['ErrorFrame']);
      await task.close();
    });

    it('does not stop the handler that broadcasts it, and reaches both ends with siblings', async () => {
      class Interrupts extends FrameProcessor {
        aborted: boolean | undefined;
        override async processFrame(
          frame: Frame,
          direction: FrameDirection,
          signal: AbortSignal,
        ): Promise<void> {
          if (frame instanceof TextFrame && frame.text === 'stop') {
            this.broadcastInterruption();
            await this.session.clock.sleep(10);
            this.aborted = signal.aborted;
          }
          this.pushFrame(frame, direction);
        }
      }
      const processor = new Interrupts();
      const { down, up } = await runTest(processor, {
        framesToSend: [new TextFrame('stop'), new TextFrame('waits behind it')],
        expectedDown: [InterruptionFrame, TextFrame],
        expectedUp: [InterruptionFrame],
      });
      expect(processor.aborted).toBe(false);
      expect(down[0]?.broadcastSiblingId).toBe(up[0]?.id);
      expect(up[0]?.broadcastSiblingId).toBe(down[0]?.id);
    });
  });

  describe('errors', () => {
    class Fails extends FrameProcessor {
      override processFrame(frame: Frame, direction: FrameDirection): Promise<void> | undefined {
        if (frame instanceof TextFrame && frame.text === 'sync') throw new Error('secret words of a user');
        if (frame instanceof TextFrame && frame.text === 'async') return Promise.reject(new Error('late'));
        this.pushFrame(frame, direction);
        return undefined;
      }
    }

    it('become ErrorFrames upstream, without the cause in words, and the session goes on', async () => {
      const processor = new Fails({ name: 'fails' });
      const heard: ErrorFrame[] = [];
      processor.on('error', (frame) => void heard.push(frame));
      const { up } = await runTest(processor, {
        framesToSend: [new TextFrame('sync'), new TextFrame('async'), new TextFrame('fine')],
        expectedDown: [TextFrame],
        expectedUp: [ErrorFrame, ErrorFrame],
      });
      expect(heard).toEqual(up);
      expect(heard[0]?.error).toMatch(/fails failed at a TextFrame/);
      expect(heard[0]?.error).not.toContain('secret');
      expect(heard[0]?.processor).toBe(processor);
      expect(processor.isUsable).toBe(true);
    });

    it('of a permanent kind make the processor unusable', async () => {
      const processor = new Fails();
      const { clock, task } = await session([processor]);
      processor.pushError(new Error('bad key'), { category: 'rate_limit' });
      expect(processor.isUsable).toBe(true);
      processor.pushError(new Error('bad key'), { category: 'authentication' });
      expect(processor.isUsable).toBe(false);
      await clock.settle();
      await task.close();
    });
  });

  describe('pausing', () => {
    it('holds data from the next frame on, for the named processor only, while system frames pass', async () => {
      const other = new SlowText();
      const paused = new SlowText();
      const { clock, task, types } = await session([other, paused]);
      task.queueFrames([new FrameProcessorPauseFrame(paused), new TextFrame('a')]);
      task.queueFrame(new UserStartedSpeakingFrame());
      await clock.advance(500);
      expect(types()).toEqual(['UserStartedSpeakingFrame', 'FrameProcessorPauseFrame']);
      expect(other.log).toContain('done a');
      task.queueFrame(new FrameProcessorResumeFrame(paused));
      await clock.advance(100);
      expect(types().slice(2)).toEqual(['FrameProcessorResumeFrame', 'TextFrame']);
      await task.close();
    });

    it('may be urgent: it then overtakes the data before it', async () => {
      const paused = new SlowText();
      const { clock, task, types } = await session([paused]);
      task.queueFrames([new TextFrame('a'), new FrameProcessorPauseUrgentFrame(paused)]);
      await clock.advance(500);
      expect(types()).toEqual(['FrameProcessorPauseUrgentFrame']);
      await task.close();
    });

    it.each([
      { what: 'ready', heldMs: 200, ready: (clock: VirtualClock) => clock.sleep(200) },
      { what: 'failed', heldMs: 0, ready: () => Promise.reject(new Error('no')) },
      { what: 'late', heldMs: 1000, ready: () => new Promise(() => undefined) },
    ])('until something is $what holds all frames, and is always lifted', async ({ heldMs, ready }) => {
      const paused = new SlowText();
      const { clock, task, types } = await session([paused]);
      void paused.pauseProcessingAllFramesUntil(ready(clock), 1000);
      task.queueFrames([new TextFrame('a'), new UserStartedSpeakingFrame()]);
      if (heldMs > 0) await clock.advance(heldMs - 1);
      expect(types()).toEqual([]);
      await clock.advance(101);
      expect(types()).toEqual(['UserStartedSpeakingFrame', 'TextFrame']);
      await task.close();
    });

    it('is no obstacle to a cancellation', async () => {
      const paused = new SlowText();
      const { clock, task, run, types } = await session([paused]);
      paused.pauseProcessingSystemFrames();
      paused.pauseProcessingFrames();
      task.queueFrame(new UserStartedSpeakingFrame());
      await clock.settle();
      expect(types()).toEqual([]);
      task.cancel();
      await run;
      expect(paused.log.at(-1)).toBe('CancelFrame');
    });
  });

  describe('cancellation', () => {
    it('aborts data and system handlers, drops what waits and shows the CancelFrame last', async () => {
      class Waits extends FrameProcessor {
        readonly log: string[] = [];
        override async processFrame(
          frame: Frame,
          direction: FrameDirection,
          signal: AbortSignal,
        ): Promise<void> {
          if (frame instanceof TextFrame || frame instanceof UserStartedSpeakingFrame) {
            this.log.push(frame.type);
            await this.session.clock.sleep(5000, signal).finally(() => this.log.push(`${frame.type} over`));
          } else if (frame instanceof CancelFrame) this.log.push(`Cancel ${signal.aborted}`);
          this.pushFrame(frame, direction);
        }
      }
      const waits = new Waits();
      const { clock, task, run, up } = await session([waits]);
      task.queueFrame(uninterruptible('a'));
      await clock.settle();
      task.queueFrames([new UserStartedSpeakingFrame(), new TextFrame('b')]);
      await clock.settle();
      task.cancel();
      await run;
      expect(clock.nowMs()).toBe(0);
      expect(waits.log).toEqual([
        'TextFrame',
        'UserStartedSpeakingFrame',
        'UserStartedSpeakingFrame over',
        'Cancel false',
        'TextFrame over',
      ]);
      expect(up).toEqual([]);
    });

    it('waits a second at most for a system handler that does not end', async () => {
      class Hangs extends FrameProcessor {
        override processFrame(frame: Frame, direction: FrameDirection): Promise<void> | undefined {
          if (frame instanceof UserStartedSpeakingFrame) return new Promise(() => undefined);
          this.pushFrame(frame, direction);
          return undefined;
        }
      }
      const { clock, task, run } = await session([new Hangs()]);
      task.queueFrame(new UserStartedSpeakingFrame());
      await clock.settle();
      task.cancel();
      await clock.advance(abortGraceMs);
      expect((await run).how).toBe('cancelled');
      expect(clock.nowMs()).toBe(abortGraceMs);
    });
  });

  it('measures times and usage, and reports what runs when interrupted', async () => {
    class Measures extends FrameProcessor {
      override canGenerateMetrics(): boolean {
        return true;
      }
      override async processFrame(
        frame: Frame,
        direction: FrameDirection,
        signal: AbortSignal,
      ): Promise<void> {
        if (frame instanceof TextFrame) {
          this.metrics.model = 'tiny';
          this.metrics.startTtfb();
          this.metrics.startProcessing();
          await this.session.clock.sleep(250, signal);
          this.metrics.stopTtfb();
          this.metrics.reportTtsUsage(frame.text.length);
          await this.session.clock.sleep(250, signal);
          this.metrics.stopProcessing();
        }
        this.pushFrame(frame, direction);
      }
    }
    const params = { enableMetrics: true, enableUsageMetrics: true, sendInitialEmptyMetrics: false };
    const { clock, task, down } = await session([new Measures({ name: 'm' })], params);
    const data = () => down.flatMap((frame) => (frame instanceof MetricsFrame ? frame.data : []));
    task.queueFrame(new TextFrame('four'));
    await clock.advance(600);
    expect(data()).toEqual([
      { kind: 'ttfb', processor: 'm', model: 'tiny', valueSecs: 0.25 },
      { kind: 'tts-usage', processor: 'm', model: 'tiny', characters: 4 },
      { kind: 'processing', processor: 'm', model: 'tiny', valueSecs: 0.5 },
    ]);
    task.queueFrame(new TextFrame('four'));
    await clock.advance(100);
    task.queueFrame(new InterruptionFrame());
    await clock.settle();
    expect(data().slice(3)).toEqual([
      { kind: 'ttfb', processor: 'm', model: 'tiny', valueSecs: 0.1 },
      { kind: 'processing', processor: 'm', model: 'tiny', valueSecs: 0.1 },
    ]);
    await task.close();
  });

  it('fires its events around handling and pushing', async () => {
    const processor = new SlowText();
    const log: string[] = [];
    const names = ['beforeProcessFrame', 'beforePushFrame', 'afterPushFrame', 'afterProcessFrame'] as const;
    const offs = names.map((name) =>
      processor.on(name, ({ frame }) => {
        if (frame instanceof TextFrame) log.push(name);
        if (frame instanceof TextFrame) throw new Error('a handler that fails');
      }),
    );
    const { clock, task } = await session([processor]);
    task.queueFrame(new TextFrame('a'));
    await clock.advance(100);
    expect(log).toEqual(names);
    for (const off of offs) off();
    task.queueFrame(new TextFrame('b'));
    await clock.advance(100);
    expect(log).toEqual(names);
    await task.close();
  });
});
