import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock.js';
import { FrameProcessor } from './frame-processor.js';
import {
  BotSpeakingFrame,
  CancelFrame,
  CancelWorkerFrame,
  EndFrame,
  EndWorkerFrame,
  FatalErrorFrame,
  InterruptionFrame,
  InterruptionWorkerFrame,
  MetricsFrame,
  StartFrame,
  StopWorkerFrame,
  TextFrame,
  type Frame,
  type FrameDirection,
} from './frames/index.js';
import { PipelineTask } from './pipeline-task.js';
import type { FrameProcessorSetup } from './processor-setup.js';
import type { PipelineTaskOptions } from './task-options.js';

/** Keeps the types of what it handles. */
class Recorder extends FrameProcessor {
  readonly seen: string[] = [];
  cleanups = 0;
  override processFrame(frame: Frame, direction: FrameDirection): void {
    this.seen.push(frame.type);
    this.pushFrame(frame, direction);
  }
  override cleanup(): void {
    this.cleanups += 1;
  }
}

class NeverReady extends Recorder {
  override setup(): Promise<void> {
    return new Promise(() => undefined);
  }
}

/** Pauses itself on the first text, as a synthesiser does while its speech is played. */
class PausesOnText extends Recorder {
  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (frame instanceof TextFrame) this.pauseProcessingFrames();
    super.processFrame(frame, direction);
  }
}

function makeTask(processors: FrameProcessor[], options: PipelineTaskOptions = {}) {
  const clock = new VirtualClock();
  const task = new PipelineTask(processors, { clock, ...options });
  const events: string[] = [];
  task.on('started', () => void events.push('started'));
  task.on(
    'finished',
    ({ how, reason }) => void events.push(reason === undefined ? how : `${how}: ${reason}`),
  );
  task.on('error', (frame) => void events.push(`error: ${frame.error}`));
  task.on('idle', () => void events.push('idle'));
  task.on('setupTimeout', () => void events.push('setupTimeout'));
  task.on('timeout', (frame) => void events.push(`timeout: ${frame.type}`));
  task.on('heartbeatTimeout', () => void events.push('heartbeatTimeout'));
  return { clock, task, events };
}

describe('PipelineTask', () => {
  it('starts, handles what was queued before the start, and ends when done', async () => {
    const recorder = new Recorder();
    const { task, events } = makeTask([recorder]);
    task.queueFrames([new TextFrame('a'), new TextFrame('b')]);
    task.stopWhenDone('all said');
    expect(await task.run()).toEqual({ how: 'ended', reason: 'all said' });
    expect(recorder.seen).toEqual(['StartFrame', 'TextFrame', 'TextFrame', 'EndFrame']);
    expect(events).toEqual(['started', 'ended: all said']);
    expect(recorder.cleanups).toBe(1);
  });

  it('runs with no processor at all', async () => {
    const { task } = makeTask([]);
    task.stopWhenDone();
    expect(await task.run()).toEqual({ how: 'ended' });
  });

  it('tells both ends what reaches them', async () => {
    const { clock, task } = makeTask([new Recorder()]);
    const up: string[] = [];
    const down: string[] = [];
    task.on('frameReachedUpstream', (frame) => void up.push(frame.type));
    task.on('frameReachedDownstream', (frame) => void down.push(frame.type));
    const run = task.run();
    await clock.settle();
    task.queueFrame(new TextFrame('down'));
    task.queueFrame(new TextFrame('up'), 'upstream');
    task.stopWhenDone();
    await run;
    expect(up).toEqual(['TextFrame']);
    expect(down).toEqual(['StartFrame', 'TextFrame', 'EndFrame']);
  });

  it('cancels before run() without setting anything up', async () => {
    const recorder = new Recorder();
    const { task } = makeTask([recorder]);
    task.cancel('changed my mind');
    expect(await task.run()).toEqual({ how: 'cancelled', reason: 'changed my mind' });
    expect(recorder.seen).toEqual([]);
    expect(recorder.cleanups).toBe(0);
  });

  it('cancels before the StartFrame has reached the sink', async () => {
    const first = new Recorder();
    const stuck = new NeverReady();
    const last = new Recorder();
    const { clock, task, events } = makeTask([first, stuck, last]);
    const run = task.run();
    await clock.settle();
    expect(first.seen).toEqual(['StartFrame']);
    task.cancel();
    expect(await run).toEqual({ how: 'cancelled' });
    expect(clock.nowMs()).toBe(0);
    expect(first.seen).toEqual(['StartFrame', 'CancelFrame']);
    expect(stuck.seen).toEqual([]);
    expect(last.seen).toEqual([]);
    expect([first, stuck, last].map((one) => one.cleanups)).toEqual([1, 1, 1]);
    expect(events).toEqual(['cancelled']);
  });

  it('tells a setup that is under way of the cancellation', async () => {
    const log: string[] = [];
    class Connects extends FrameProcessor {
      override async setup({ clock, signal }: FrameProcessorSetup): Promise<void> {
        await clock.sleep(10_000, signal).finally(() => log.push(`aborted ${signal.aborted}`));
      }
    }
    const { clock, task, events } = makeTask([new Connects()]);
    const run = task.run();
    await clock.advance(100);
    task.cancel();
    await run;
    expect(log).toEqual(['aborted true']);
    expect(events).toEqual(['cancelled']);
  });

  it('starts the processors ahead of a slow one while that one sets up', async () => {
    class Slow extends Recorder {
      override async setup(): Promise<void> {
        await this.session.clock.sleep(3000);
      }
    }
    const first = new Recorder();
    const slow = new Slow();
    const { clock, task, events } = makeTask([first, slow]);
    task.queueFrame(new TextFrame('early'));
    const run = task.run();
    await clock.advance(2999);
    expect(first.seen).toEqual(['StartFrame']);
    expect(slow.seen).toEqual([]);
    await clock.advance(1);
    expect(events).toEqual(['started']);
    expect(slow.seen).toEqual(['StartFrame', 'TextFrame']);
    task.cancel();
    await run;
  });

  it('gives up when a setup never finishes, and cleans up', async () => {
    const stuck = new NeverReady();
    const recorder = new Recorder();
    const { clock, task, events } = makeTask([recorder, stuck], { setupTimeoutMs: 500 });
    const run = task.run();
    await clock.advance(499);
    expect(events).toEqual([]);
    await clock.advance(1);
    expect(await run).toEqual({ how: 'not-started', reason: 'setup timeout' });
    expect(events).toEqual(['setupTimeout', 'not-started: setup timeout']);
    expect([recorder.cleanups, stuck.cleanups]).toEqual([1, 1]);
  });

  it('gives up when the StartFrame is swallowed; the time counts from the end of setup', async () => {
    class SlowThenSwallows extends Recorder {
      override async setup(): Promise<void> {
        await this.session.clock.sleep(700);
      }
      override processFrame(): void {
        // Swallows everything.
      }
    }
    const { clock, task, events } = makeTask([new SlowThenSwallows()], { startTimeoutMs: 500 });
    const run = task.run();
    await clock.advance(1199);
    expect(events).toEqual([]);
    await clock.advance(1);
    expect((await run).how).toBe('not-started');
    expect(events).toEqual(['timeout: StartFrame', 'not-started: start timeout']);
  });

  it('goes on without a processor whose setup failed', async () => {
    class Broken extends Recorder {
      override setup(): void {
        throw new Error('no microphone');
      }
    }
    const broken = new Broken({ name: 'broken' });
    const { task, events } = makeTask([broken]);
    task.queueFrame(new TextFrame('a'));
    task.stopWhenDone();
    expect((await task.run()).how).toBe('ended');
    expect(broken.isUsable).toBe(false);
    expect(events).toEqual([
      expect.stringMatching(/^error: .*broken failed at its setup/),
      'started',
      'ended',
    ]);
  });

  it('cancels a session whose unusable processor matters', async () => {
    class Broken extends Recorder {
      override setup(): void {
        throw new Error('no microphone');
      }
    }
    const { task } = makeTask([new Broken({ name: 'broken' })], { unusableProcessor: 'cancel' });
    expect(await task.run()).toEqual({ how: 'cancelled', reason: 'broken can no longer do its job' });
  });

  it('bounds an EndFrame that a paused processor holds', async () => {
    const paused = new PausesOnText();
    const { clock, task, events } = makeTask([paused], { endTimeoutMs: 60_000, idleTimeoutMs: 0 });
    task.queueFrame(new TextFrame('a'));
    task.stopWhenDone();
    const run = task.run();
    await clock.advance(59_999);
    expect(events).toEqual(['started']);
    await clock.advance(1);
    expect(await run).toEqual({ how: 'cancelled', reason: 'EndFrame timeout' });
    expect(paused.seen).toEqual(['StartFrame', 'TextFrame', 'CancelFrame']);
    expect(events).toEqual(['started', 'timeout: EndFrame', 'cancelled: EndFrame timeout']);
  });

  it('lets an EndFrame through a paused processor once it resumes, interruption or not', async () => {
    const paused = new PausesOnText();
    const { clock, task } = makeTask([paused]);
    task.queueFrame(new TextFrame('a'));
    task.stopWhenDone();
    const run = task.run();
    await clock.advance(1000);
    task.queueFrame(new InterruptionFrame());
    await clock.advance(1000);
    expect(paused.seen).toEqual(['StartFrame', 'TextFrame', 'InterruptionFrame']);
    paused.resumeProcessingFrames();
    expect((await run).how).toBe('ended');
  });

  it('cancels while an EndFrame is stuck, and bounds the cancellation too', async () => {
    class SwallowsFinals extends Recorder {
      override processFrame(frame: Frame, direction: FrameDirection): void {
        if (!(frame instanceof CancelFrame || frame instanceof EndFrame)) this.pushFrame(frame, direction);
      }
    }
    const stuck = new SwallowsFinals();
    const { clock, task, events } = makeTask([stuck], { cancelTimeoutMs: 300 });
    task.stopWhenDone();
    const run = task.run();
    await clock.advance(100);
    task.cancel('hang up');
    await clock.advance(299);
    expect(events).toEqual(['started']);
    await clock.advance(1);
    expect(await run).toEqual({ how: 'cancelled', reason: 'hang up' });
    expect(stuck.cleanups).toBe(1);
  });

  it('goes on without a cleanup that never ends', async () => {
    class StuckCleanup extends FrameProcessor {
      override cleanup(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    const { clock, task } = makeTask([new StuckCleanup()], { cancelTimeoutMs: 300 });
    task.stopWhenDone();
    const run = task.run();
    await clock.advance(300);
    expect((await run).how).toBe('ended');
  });

  it('leaves processors set up after a StopFrame', async () => {
    const recorder = new Recorder();
    const { clock, task } = makeTask([recorder]);
    const run = task.run();
    await clock.settle();
    recorder.pushFrame(new StopWorkerFrame(), 'upstream');
    expect(await run).toEqual({ how: 'stopped' });
    expect(recorder.seen).toEqual(['StartFrame', 'StopFrame']);
    expect(recorder.cleanups).toBe(0);
    await task.close();
    await task.close();
    expect(recorder.cleanups).toBe(1);
  });

  it.each(['upstream', 'downstream'] as const)('does what processors ask for %s', async (direction) => {
    const recorder = new Recorder();
    const { clock, task } = makeTask([recorder]);
    const run = task.run();
    await clock.settle();
    recorder.pushFrame(new InterruptionWorkerFrame(), direction);
    await clock.settle();
    recorder.pushFrame(new EndWorkerFrame('bye'), direction);
    expect(await run).toEqual({ how: 'ended', reason: 'bye' });
    expect(recorder.seen).toEqual(['StartFrame', 'InterruptionFrame', 'EndFrame']);
  });

  it('cancels when a processor asks for it or fails fatally', async () => {
    for (const frame of [new CancelWorkerFrame('enough'), new FatalErrorFrame('gone')]) {
      const recorder = new Recorder();
      const { clock, task } = makeTask([recorder]);
      const run = task.run();
      await clock.settle();
      recorder.pushFrame(frame, 'upstream');
      expect((await run).how).toBe('cancelled');
      expect(recorder.seen).toEqual(['StartFrame', 'CancelFrame']);
    }
  });

  it('ends every processor when one in the middle pushes an EndFrame of its own', async () => {
    const first = new Recorder();
    const middle = new Recorder();
    const { clock, task } = makeTask([first, middle]);
    const run = task.run();
    await clock.settle();
    middle.pushFrame(new EndFrame('bye'));
    expect(await run).toEqual({ how: 'ended', reason: 'bye' });
    expect(first.seen).toEqual(['StartFrame', 'EndFrame']);
  });

  describe('idle', () => {
    it('cancels after the timeout without an idle frame', async () => {
      const { clock, task, events } = makeTask([new Recorder()], { idleTimeoutMs: 1000 });
      const run = task.run();
      await clock.advance(999);
      expect(events).toEqual(['started']);
      await clock.advance(1);
      expect(await run).toEqual({ how: 'cancelled', reason: 'idle timeout' });
      expect(events).toEqual(['started', 'idle', 'cancelled: idle timeout']);
    });

    it('counts from the last idle frame, wherever it is pushed and whoever consumes it', async () => {
      class Consumer extends FrameProcessor {
        override processFrame(frame: Frame, direction: FrameDirection): void {
          if (!(frame instanceof BotSpeakingFrame)) this.pushFrame(frame, direction);
        }
      }
      const speaker = new Recorder();
      const { clock, task, events } = makeTask([speaker, new Consumer()], { idleTimeoutMs: 1000 });
      const run = task.run();
      await clock.advance(900);
      speaker.pushFrame(new BotSpeakingFrame());
      await clock.advance(999);
      expect(events).toEqual(['started']);
      await clock.advance(1);
      expect((await run).how).toBe('cancelled');
    });

    it('tells again and again when it does not cancel; other frames do not count', async () => {
      const options = { idleTimeoutMs: 1000, cancelOnIdleTimeout: false };
      const { clock, task, events } = makeTask([new Recorder()], options);
      const run = task.run();
      await clock.advance(500);
      task.queueFrame(new TextFrame('does not count'));
      await clock.advance(1500);
      expect(events).toEqual(['started', 'idle', 'idle']);
      task.stopWhenDone();
      await run;
      expect(clock.pending).toBe(0);
    });
  });

  it('sends heartbeats and tells when they stop coming through', async () => {
    const paused = new PausesOnText();
    const params = { enableHeartbeats: true, heartbeatsPeriodMs: 1000, heartbeatsMonitorMs: 3000 };
    const { clock, task, events } = makeTask([paused], { params, idleTimeoutMs: 0 });
    const run = task.run();
    await clock.advance(5500);
    expect(paused.seen.filter((type) => type === 'HeartbeatFrame')).toHaveLength(6);
    expect(events).toEqual(['started']);
    task.queueFrame(new TextFrame('a'));
    await clock.advance(3000);
    expect(events).toEqual(['started', 'heartbeatTimeout']);
    task.cancel();
    await run;
  });

  it('begins a session with metrics with zeros of all that measure, nested ones too', async () => {
    class Measures extends Recorder {
      override canGenerateMetrics(): boolean {
        return true;
      }
    }
    const { clock, task } = makeTask([new Recorder(), new Measures({ name: 'llm' })], {
      params: { enableMetrics: true },
    });
    const data: unknown[] = [];
    task.on('frameReachedDownstream', (frame) => {
      if (frame instanceof MetricsFrame) data.push(...frame.data);
    });
    const run = task.run();
    await clock.settle();
    expect(data).toEqual([
      { kind: 'ttfb', processor: 'llm', valueSecs: 0 },
      { kind: 'processing', processor: 'llm', valueSecs: 0 },
    ]);
    await task.close();
    await run;
  });

  it('flushes: resolves when what was queued before has been handled', async () => {
    class Slow extends FrameProcessor {
      override async processFrame(frame: Frame, direction: FrameDirection): Promise<void> {
        if (frame instanceof TextFrame) await this.session.clock.sleep(2000);
        this.pushFrame(frame, direction);
      }
    }
    const slow = new Slow();
    const { clock, task } = makeTask([new Recorder(), slow]);
    const run = task.run();
    await clock.settle();
    task.queueFrame(new TextFrame('a'));
    const flushes: [string, boolean][] = [];
    void task.flush(1999).then((done) => flushes.push(['short', done]));
    void task.flush(5000).then((done) => flushes.push(['long', done]));
    await clock.advance(2500);
    expect(flushes).toEqual([
      ['short', false],
      ['long', true],
    ]);
    await task.close();
    await run;
  });

  it('survives event handlers that throw or reject', async () => {
    const { task } = makeTask([new Recorder()]);
    task.on('started', () => {
      throw new Error('sync');
    });
    task.on('started', () => Promise.reject(new Error('async')));
    task.stopWhenDone();
    expect((await task.run()).how).toBe('ended');
  });

  it('leaves no timer behind and closes twice', async () => {
    const { clock, task } = makeTask([new Recorder()]);
    void task.run();
    await clock.settle();
    await task.close();
    await task.close();
    expect(clock.pending).toBe(0);
  });

  it('shows every processor the StartFrame first', async () => {
    const recorders = [new Recorder(), new Recorder(), new Recorder()];
    const { clock, task } = makeTask(recorders);
    const run = task.run();
    recorders[0]?.queueFrame(new InterruptionFrame());
    recorders[2]?.queueFrame(new TextFrame('early'), 'upstream');
    await clock.settle();
    for (const recorder of recorders) expect(recorder.seen[0]).toBe(new StartFrame().type);
    expect(recorders[0]?.seen).toContain('TextFrame');
    task.cancel();
    await run;
  });
});
