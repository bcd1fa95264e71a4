import { describe, expect, it } from 'vitest';
import { runTest } from '../testing/run-test.js';
import { VirtualClock } from '../testing/virtual-clock.js';
import { FrameProcessor } from './frame-processor.js';
import {
  BotSpeakingFrame,
  EndFrame,
  InterruptionFrame,
  LLMTextFrame,
  StartFrame,
  TextFrame,
  UserSpeakingFrame,
  type Frame,
  type FrameDirection,
} from './frames/index.js';
import { ParallelPipeline } from './parallel-pipeline.js';
import { Pipeline } from './pipeline.js';
import { PipelineTask } from './pipeline-task.js';

class Passes extends FrameProcessor {
  readonly seen: string[] = [];
  override processFrame(frame: Frame, direction: FrameDirection): void {
    this.seen.push(frame.type);
    this.pushFrame(frame, direction);
  }
}

/** Pushes a text of its own before it passes a frame of that kind on. */
class Speaks extends FrameProcessor {
  readonly #at: string;
  readonly #text: string;
  constructor(at: string, text: string) {
    super();
    this.#at = at;
    this.#text = text;
  }
  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (frame.type === this.#at) {
      this.pushFrame(new LLMTextFrame(this.#text));
      if (frame instanceof StartFrame) this.pushFrame(new BotSpeakingFrame());
    }
    this.pushFrame(frame, direction);
  }
}

/** Takes 100 ms to set up and 100 ms over each frame of a kind. */
class Slow extends FrameProcessor {
  readonly #at: string;
  constructor(at: string) {
    super();
    this.#at = at;
  }
  override async processFrame(frame: Frame, direction: FrameDirection, signal: AbortSignal): Promise<void> {
    if (frame.type === this.#at) await this.session.clock.sleep(100, signal);
    this.pushFrame(frame, direction);
  }
}

async function session(processors: FrameProcessor[]) {
  const clock = new VirtualClock();
  const task = new PipelineTask(processors, { clock, idleTimeoutMs: 0 });
  const down: string[] = [];
  task.on('frameReachedDownstream', (frame) => {
    down.push(frame instanceof LLMTextFrame ? frame.text : frame.type);
  });
  const run = task.run();
  await clock.settle();
  return { clock, task, down, run };
}

describe('ParallelPipeline', () => {
  it('shows every branch every frame, and lets each out once, either way', async () => {
    const one = new Passes();
    const two = new Passes();
    await runTest(new ParallelPipeline([[one], [two]]), {
      framesToSend: [new TextFrame('a'), new UserSpeakingFrame()],
      expectedDown: [UserSpeakingFrame, TextFrame],
      expectedUp: [],
    });
    expect(one.seen).toEqual(['StartFrame', 'UserSpeakingFrame', 'TextFrame', 'EndFrame']);
    expect(two.seen).toEqual(one.seen);
  });

  it('lets an upstream frame out once', async () => {
    const behind = new Passes();
    const clock = new VirtualClock();
    const task = new PipelineTask([new ParallelPipeline([[new Passes()], [new Passes()]]), behind], {
      clock,
    });
    const up: Frame[] = [];
    task.on('frameReachedUpstream', (frame) => void up.push(frame));
    void task.run();
    await clock.settle();
    const frame = new BotSpeakingFrame();
    behind.pushFrame(frame, 'upstream');
    await clock.settle();
    expect(up).toEqual([frame]);
    await task.close();
  });

  it('lets a frame pass once each way when it turns round', async () => {
    const { clock, task } = await session([new ParallelPipeline([[new Passes()], [new Passes()]])]);
    const flushed = task.flush(1000);
    await clock.settle();
    expect(await flushed).toBe(true);
    await task.close();
  });

  it('holds what comes out during the start behind the StartFrame', async () => {
    const parallel = new ParallelPipeline([[new Speaks('StartFrame', 'eager')], [new Slow('StartFrame')]]);
    const { clock, task, down } = await session([parallel]);
    await clock.advance(99);
    expect(down).toEqual([]);
    await clock.advance(1);
    expect(down).toEqual(['StartFrame', 'eager', 'BotSpeakingFrame']);
    await task.close();
  });

  it('holds the EndFrame until the slowest branch ends, and all its data before it', async () => {
    const parallel = new ParallelPipeline([
      [new Speaks('EndFrame', 'fast')],
      [new Slow('EndFrame'), new Speaks('EndFrame', 'slow')],
    ]);
    const { clock, task, down, run } = await session([parallel]);
    task.queueFrame(new EndFrame());
    await clock.advance(99);
    expect(down).toEqual(['StartFrame']);
    task.queueFrame(new UserSpeakingFrame());
    await clock.settle();
    expect(down).toEqual(['StartFrame', 'UserSpeakingFrame']);
    await clock.advance(1);
    await run;
    expect(down.slice(2)).toEqual(['fast', 'slow', 'EndFrame']);
  });

  it('drops held data when it is interrupted while it ends', async () => {
    const parallel = new ParallelPipeline([[new Speaks('EndFrame', 'fast')], [new Slow('EndFrame')]]);
    const { clock, task, down, run } = await session([parallel]);
    task.queueFrame(new EndFrame());
    await clock.advance(50);
    task.queueFrame(new InterruptionFrame());
    await clock.advance(50);
    await run;
    expect(down).toEqual(['StartFrame', 'InterruptionFrame', 'EndFrame']);
  });

  it('cancels at once while a branch is slow to start or to end', async () => {
    for (const at of ['StartFrame', 'EndFrame']) {
      const { clock, task, run } = await session([new ParallelPipeline([[new Passes()], [new Slow(at)]])]);
      if (at === 'EndFrame') task.queueFrame(new EndFrame());
      await clock.advance(50);
      task.cancel();
      expect((await run).how).toBe('cancelled');
      expect(clock.nowMs()).toBe(50);
    }
  });

  it('nests, and shows all its processors', async () => {
    const inner = new ParallelPipeline([[new Passes()], [new Pipeline([new Passes(), new Passes()])], []]);
    await runTest(new ParallelPipeline([[inner], [new Passes()]]), {
      framesToSend: [new TextFrame('a'), new TextFrame('b')],
      expectedDown: [TextFrame, TextFrame],
    });
    expect(inner.processors).toHaveLength(3);
  });

  it('cleans up the processors of every branch, once', async () => {
    let cleanups = 0;
    class Counts extends FrameProcessor {
      override cleanup(): void {
        cleanups += 1;
      }
    }
    const { task } = await session([new ParallelPipeline([[new Counts()], [new Pipeline([new Counts()])]])]);
    await task.close();
    await task.close();
    expect(cleanups).toBe(2);
  });

  it('does not send a StartFrame on twice', async () => {
    const behind = new Passes();
    const { task } = await session([new ParallelPipeline([[], [], []]), behind]);
    expect(behind.seen.filter((type) => type === new StartFrame().type)).toHaveLength(1);
    await task.close();
  });
});
