/** Properties of the order of frames, over random streams of frames and random handler times. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock.js';
import { FrameProcessor } from './frame-processor.js';
import {
  InterruptionFrame,
  TextFrame,
  UserSpeakingFrame,
  type Frame,
  type FrameDirection,
} from './frames/index.js';
import { ParallelPipeline } from './parallel-pipeline.js';
import { PipelineTask } from './pipeline-task.js';

/** Handles texts for as long as it is told, now and then synchronously. */
class Takes extends FrameProcessor {
  readonly #ms: readonly number[];
  #handled = 0;
  constructor(ms: readonly number[]) {
    super();
    this.#ms = ms;
  }
  override processFrame(
    frame: Frame,
    direction: FrameDirection,
    signal: AbortSignal,
  ): Promise<void> | undefined {
    const ms = this.#ms[this.#handled % this.#ms.length] ?? 0;
    this.#handled += 1;
    if (ms === 0 || frame.family === 'system') {
      this.pushFrame(frame, direction);
      return undefined;
    }
    return this.session.clock.sleep(ms, signal).then(() => {
      this.pushFrame(frame, direction);
    });
  }
}

type Step =
  | { readonly kind: 'data'; readonly interruptible: boolean }
  | { readonly kind: 'system' }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'wait'; readonly ms: number };

const data = fc.record({ kind: fc.constant('data' as const), interruptible: fc.boolean() });
const system = fc.record({ kind: fc.constant('system' as const) });
const wait = fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 30 }) });
const interrupt = fc.record({ kind: fc.constant('interrupt' as const) });
const chains = fc.array(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 4,
});

async function play(processors: FrameProcessor[], steps: readonly Step[]) {
  const clock = new VirtualClock();
  const task = new PipelineTask(processors, { clock, idleTimeoutMs: 0 });
  const out: Frame[] = [];
  task.on('frameReachedDownstream', (frame) => void out.push(frame));
  const run = task.run();
  await clock.settle();
  out.length = 0;
  const sent: Frame[] = [];
  for (const step of steps) {
    if (step.kind === 'wait') await clock.advance(step.ms);
    else {
      const frame = frameOf(step);
      if (frame instanceof InterruptionFrame) await clock.settle();
      sent.push(frame);
      task.queueFrame(frame);
      if (frame instanceof InterruptionFrame) await clock.settle();
    }
  }
  task.stopWhenDone();
  while (clock.nextDueMs !== undefined && !out.some((frame) => frame.type === 'EndFrame')) {
    await clock.advance(100);
  }
  await run;
  return { sent, out: out.filter((frame) => frame.type !== 'EndFrame') };
}

function frameOf(step: Exclude<Step, { kind: 'wait' }>): Frame {
  if (step.kind === 'system') return new UserSpeakingFrame();
  if (step.kind === 'interrupt') return new InterruptionFrame();
  const frame = new TextFrame('x');
  frame.interruptible = step.interruptible;
  return frame;
}

const ids = (frames: readonly Frame[], of: (frame: Frame) => boolean): number[] =>
  frames.filter(of).map((frame) => frame.id);
const isData = (frame: Frame): boolean => frame.family === 'data';
const isSystem = (frame: Frame): boolean => frame.family === 'system';

describe('the order of frames', () => {
  it('is kept within data and within system frames; without interruption none is lost or doubled', async () => {
    await fc.assert(
      fc.asyncProperty(
        chains,
        fc.array(fc.oneof(data, system, wait), { maxLength: 25 }),
        async (times, steps) => {
          const { sent, out } = await play(
            times.map((ms) => new Takes(ms)),
            steps,
          );
          expect(ids(out, isData)).toEqual(ids(sent, isData));
          expect(ids(out, isSystem)).toEqual(ids(sent, isSystem));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('lets system frames overtake all data that is not through yet', async () => {
    await fc.assert(
      fc.asyncProperty(chains, fc.integer({ min: 1, max: 10 }), async (times, count) => {
        const steps: Step[] = [
          ...Array.from({ length: count }, () => ({ kind: 'data', interruptible: true }) as const),
          { kind: 'system' },
        ];
        const slow = times.map((ms) => new Takes(ms.map((each) => each + 1)));
        const { out } = await play(slow, steps);
        expect(out[0]?.family).toBe('system');
        expect(out).toHaveLength(count + 1);
      }),
      { numRuns: 40 },
    );
  });

  it('after an interruption: nothing interruptible from before, all that is not, all from after', async () => {
    const before = fc.array(fc.oneof(data, wait), { maxLength: 12 });
    const after = fc.array(fc.oneof(data, system, wait), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(chains, before, interrupt, after, async (times, first, stop, then) => {
        const { sent, out } = await play(
          times.map((ms) => new Takes(ms)),
          [...first, stop, ...then],
        );
        const isStop = (frame: Frame): boolean => frame instanceof InterruptionFrame;
        const old = new Set(sent.slice(0, sent.findIndex(isStop)));
        const late = out.slice(out.findIndex(isStop) + 1);
        expect(late.filter((frame) => old.has(frame) && frame.interruptible)).toEqual([]);
        const kept = (frame: Frame): boolean => isData(frame) && (!frame.interruptible || !old.has(frame));
        expect(ids(out, kept)).toEqual(ids(sent, kept));
        expect(new Set(out).size).toBe(out.length);
      }),
      { numRuns: 80 },
    );
  });

  it('holds for every branch of a parallel pipeline of equal branches, each frame coming out once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 3 }),
        fc.array(fc.oneof(data, system, wait), { maxLength: 20 }),
        async (branches, ms, steps) => {
          const parallel = new ParallelPipeline(Array.from({ length: branches }, () => [new Takes(ms)]));
          const { sent, out } = await play([parallel], steps);
          expect(ids(out, isData)).toEqual(ids(sent, isData));
          expect(ids(out, isSystem)).toEqual(ids(sent, isSystem));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('holds for 10,000 frames through 100 processors, on a flat stack', async () => {
    class Passes extends FrameProcessor {}
    const count = 10_000;
    const steps = Array.from({ length: count }, () => ({ kind: 'data', interruptible: true }) as const);
    const { sent, out } = await play(
      Array.from({ length: 100 }, () => new Passes()),
      steps,
    );
    expect(out).toHaveLength(count);
    expect(ids(out, isData)).toEqual(ids(sent, isData));
  });
});
