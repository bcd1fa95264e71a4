import { FrameProcessor, type FrameProcessorOptions } from './frame-processor.js';
import {
  CancelFrame,
  EndFrame,
  InterruptionFrame,
  StartFrame,
  StopFrame,
  type Frame,
  type FrameDirection,
} from './frames/index.js';
import { Pipeline } from './pipeline.js';
import type { FrameProcessorSetup } from './processor-setup.js';

type LifecycleFrame = StartFrame | EndFrame | StopFrame | CancelFrame;

function isLifecycle(frame: Frame): frame is LifecycleFrame {
  return (
    frame instanceof StartFrame ||
    frame instanceof EndFrame ||
    frame instanceof StopFrame ||
    frame instanceof CancelFrame
  );
}

/** A lifecycle frame that has not come out of every branch. */
interface Crossing {
  readonly frame: LifecycleFrame;
  branchesLeft: number;
  readonly done: () => void;
}

/**
 * Branches side by side. Every frame goes into all of them; one that comes out of several goes on once.
 *
 * StartFrame, EndFrame, StopFrame and CancelFrame go on when they have come out of every branch, so that what
 * follows neither sees frames before the start nor closes while a branch still has frames to give. What
 * comes out meanwhile waits: behind a StartFrame, before an EndFrame. Only system frames do not wait for an
 * EndFrame, so that an interruption or a cancellation never waits behind a branch that is slow to end.
 */
export class ParallelPipeline extends FrameProcessor {
  readonly #branches: readonly Pipeline[];
  /** What has gone on, by frame: entries go when nobody holds the frame any more. */
  readonly #passed: Readonly<Record<FrameDirection, WeakSet<Frame>>> = {
    downstream: new WeakSet(),
    upstream: new WeakSet(),
  };
  #crossings: readonly Crossing[] = [];
  #held: { readonly frame: Frame; readonly direction: FrameDirection }[] = [];

  constructor(branches: readonly (readonly FrameProcessor[])[], options: FrameProcessorOptions = {}) {
    super(options);
    this.#branches = branches.map((processors, index) => {
      const onFrameOut = (frame: Frame, direction: FrameDirection): void => {
        this.#frameOut(frame, direction);
      };
      return new Pipeline(processors, { name: `${this.name}::Branch${index}`, onFrameOut });
    });
  }

  override get processors(): readonly FrameProcessor[] {
    return this.#branches;
  }

  override async beginSession(setup: FrameProcessorSetup): Promise<void> {
    // Not one after the other: the StartFrame may go in while branches set up, which hold it themselves.
    await Promise.all([
      super.beginSession(setup),
      ...this.#branches.map((branch) => branch.beginSession(setup)),
    ]);
  }

  override async endSession(): Promise<void> {
    await Promise.all([super.endSession(), ...this.#branches.map((branch) => branch.endSession())]);
  }

  override processFrame(
    frame: Frame,
    direction: FrameDirection,
    signal: AbortSignal,
  ): Promise<void> | undefined {
    if (frame instanceof InterruptionFrame)
      this.#held = this.#held.filter((held) => !held.frame.interruptible);
    const crossed =
      direction === 'downstream' && isLifecycle(frame) && this.#branches.length > 0
        ? this.#cross(frame, signal)
        : undefined;
    for (const branch of this.#branches) branch.queueFrame(frame, direction);
    return crossed;
  }

  /** @returns a promise that resolves when the frame has gone on, or its session has been cancelled */
  #cross(frame: LifecycleFrame, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const crossing = { frame, branchesLeft: this.#branches.length, done: resolve };
      this.#crossings = [...this.#crossings, crossing];
      signal.addEventListener('abort', () => {
        this.#endCrossing(crossing);
      });
    });
  }

  #endCrossing(crossing: Crossing): void {
    this.#crossings = this.#crossings.filter((other) => other !== crossing);
    crossing.done();
  }

  #frameOut(frame: Frame, direction: FrameDirection): void {
    const crossing = this.#crossings.find((other) => other.frame === frame);
    if (crossing && direction === 'downstream') this.#lifecycleOut(crossing);
    else if (!this.#passed[direction].has(frame)) {
      this.#passed[direction].add(frame);
      if (this.#mustWait(frame)) this.#held.push({ frame, direction });
      else this.pushFrame(frame, direction);
    }
  }

  #mustWait(frame: Frame): boolean {
    return this.#crossings.some(
      (crossing) => crossing.frame instanceof StartFrame || frame.family !== 'system',
    );
  }

  #lifecycleOut(crossing: Crossing): void {
    crossing.branchesLeft -= 1;
    if (crossing.branchesLeft > 0) return;
    const held = this.#held;
    this.#held = [];
    if (crossing.frame instanceof StartFrame) this.pushFrame(crossing.frame);
    for (const { frame, direction } of held) this.pushFrame(frame, direction);
    if (!(crossing.frame instanceof StartFrame)) this.pushFrame(crossing.frame);
    this.#endCrossing(crossing);
  }
}
