import { SlowcatError } from '../errors.js';
import { FrameLanes, type LaneHost } from './frame-lanes.js';
import {
  CancelFrame,
  ErrorFrame,
  FrameProcessorPauseFrame,
  FrameProcessorPauseUrgentFrame,
  FrameProcessorResumeFrame,
  FrameProcessorResumeUrgentFrame,
  InterruptionFrame,
  type ErrorCategory,
  type Frame,
  type FrameDirection,
  type ProcessorRef,
} from './frames/index.js';
import { ProcessorMetrics } from './processor-metrics.js';
import type { FrameProcessorSetup } from './processor-setup.js';
import { TypedEvents, type EventHandler } from './typed-events.js';

export interface FrameProcessorOptions {
  /** Unique within a pipeline. @defaultValue the class name, `#` and a number */
  readonly name?: string;
}

/** A frame and its way. */
export interface FrameEvent {
  readonly frame: Frame;
  readonly direction: FrameDirection;
}

/** What can be listened to at a processor, see {@link FrameProcessor.on}. */
export interface FrameProcessorEvents {
  readonly beforeProcessFrame: FrameEvent;
  readonly afterProcessFrame: FrameEvent;
  readonly beforePushFrame: FrameEvent;
  readonly afterPushFrame: FrameEvent;
  readonly error: ErrorFrame;
}

export interface PushErrorOptions {
  readonly category?: ErrorCategory;
  /** Marks the processor as unable to do its job from now on. */
  readonly permanent?: boolean;
}

/** Failures that are the same every time they are tried again. */
const permanentCategories: readonly ErrorCategory[] = ['authentication', 'authorization', 'invalid_request'];

/** Longest that {@link FrameProcessor.pauseProcessingAllFramesUntil} holds frames by default. */
export const pauseUntilTimeoutMs = 5000;

const countPerClass = new Map<string, number>();

function nextName(className: string): string {
  const n = countPerClass.get(className) ?? 0;
  countPerClass.set(className, n + 1);
  return `${className}#${n}`;
}

/**
 * One stage of a pipeline. A subclass overrides {@link processFrame} and pushes every frame on that it does
 * not consume; there is nothing of the base class to call.
 *
 * The base class does its part before `processFrame` is called: it starts on a StartFrame, aborts and purges
 * on an InterruptionFrame, stops on a CancelFrame and pauses and resumes on the frames for that.
 *
 * **What an interruption does to a handler.** The `signal` of the handler that runs is fired, unless its
 * frame is uninterruptible. The InterruptionFrame does not wait for the handler to end; the next non-system
 * frame does, for one second at most. What an interrupted handler still computes is void, and only the
 * handler can know: it throws when the signal fires (`signal.throwIfAborted()`, `raceAbort`,
 * `abortableIterable`) or pushes with {@link pushFrameUnless}. A plain {@link pushFrame} always
 * pushes, so that a `finally` block can close what was opened (LLMFullResponseEndFrame). An error thrown by
 * reason of the signal is no error and is not reported.
 */
export abstract class FrameProcessor implements ProcessorRef {
  readonly name: string;
  /** Times and usage of this processor; reports go downstream. */
  protected readonly metrics: ProcessorMetrics;
  /**
   * False in a processor whose {@link processFrame} never looks at its signal. Making a signal for each asynchronous
   * handler costs as much as a hop, which counts where every message of audio has one.
   */
  protected readonly usesSignal: boolean = true;
  readonly #events = new TypedEvents<FrameProcessorEvents>((cause, event) => {
    this.#setup?.logger.error({ processor: this.name, event, err: cause }, 'An event handler failed');
  });
  readonly #lanes: FrameLanes;
  #setup: FrameProcessorSetup | undefined;
  #prev: FrameProcessor | undefined;
  #next: FrameProcessor | undefined;
  #usable = true;
  #cleaned = false;

  constructor(options: FrameProcessorOptions = {}) {
    this.name = options.name ?? nextName(this.constructor.name);
    this.metrics = new ProcessorMetrics(this);
    const usesSignal = (): boolean => this.usesSignal;
    const host: LaneHost = {
      // Asked when it matters: fields of a subclass are set after this constructor.
      get usesSignal() {
        return usesSignal();
      },
      handle: (frame, direction, signal) => this.#handle(frame, direction, signal),
      passOn: (frame, direction) => {
        this.pushFrame(frame, direction);
      },
      gaveUpOn: (frame) => {
        const detail = `${this.name} ignores the signal that stopped its work on a ${frame.type}.`;
        this.pushError(new SlowcatError('SLOWCAT_PROCESSOR_FAILED', detail));
      },
      schedule: (ms, fn) => this.#setup?.clock.schedule(ms, fn) ?? ((): void => undefined),
    };
    this.#lanes = new FrameLanes(host);
  }

  /**
   * Handles one frame: pushes it on, or consumes it.
   *
   * System frames come one at a time, and so do all others; one of each kind may be in hand together. A
   * handler that needs no waiting returns nothing, which is the fast way.
   *
   * @param signal fires when the frame's work is void: see the class
   */
  processFrame(frame: Frame, direction: FrameDirection, _signal: AbortSignal): Promise<void> | void {
    this.pushFrame(frame, direction);
  }

  /** Opens what the processor needs. All processors set up at once; no frame comes before it has ended. */
  setup(_setup: FrameProcessorSetup): Promise<void> | void {
    // Nothing to open in a processor that only passes frames on.
  }

  /** Closes what {@link setup} and frames have opened. Called once, also after a setup that failed. */
  cleanup(): Promise<void> | void {
    // Nothing to close either.
  }

  /** True for a processor that measures itself; such ones are in the first MetricsFrame of a session. */
  canGenerateMetrics(): boolean {
    return false;
  }

  /** False once a permanent error was pushed. Frames still come. */
  get isUsable(): boolean {
    return this.#usable;
  }

  /** True from the moment the StartFrame is handled. */
  get isStarted(): boolean {
    return this.#lanes.started;
  }

  get prev(): FrameProcessor | undefined {
    return this.#prev;
  }

  get next(): FrameProcessor | undefined {
    return this.#next;
  }

  /** Processors inside this one, for those that hold a pipeline. */
  get processors(): readonly FrameProcessor[] {
    return [];
  }

  /** The session's facts. @throws SLOWCAT_PROCESSOR_FAILED before the setup */
  protected get session(): FrameProcessorSetup {
    if (this.#setup) return this.#setup;
    throw new SlowcatError('SLOWCAT_PROCESSOR_FAILED', `${this.name} is used before its setup.`);
  }

  /** Makes `next` the neighbour downstream. */
  link(next: FrameProcessor): void {
    this.#next = next;
    next.#prev = this;
  }

  /** Hands this processor a frame. It is handled later, never within this call. */
  queueFrame(frame: Frame, direction: FrameDirection = 'downstream'): void {
    this.#lanes.queue(frame, direction);
  }

  /** Hands the neighbour a frame; at the end of a chain it is dropped. */
  pushFrame(frame: Frame, direction: FrameDirection = 'downstream'): void {
    const target = direction === 'downstream' ? this.#next : this.#prev;
    if (this.#events.has('beforePushFrame')) this.#events.emit('beforePushFrame', { frame, direction });
    const firstPush = !frame.pushedBefore;
    if (firstPush) {
      frame.pushedBefore = true;
      this.#setup?.onFirstPush?.(frame);
    }
    if (target) {
      const observer = this.#setup?.observer;
      if (observer?.wantsPushes === true) {
        const timestampNs = this.session.clock.nowNs();
        observer.onPushFrame({ source: this, destination: target, frame, direction, timestampNs, firstPush });
      }
      target.queueFrame(frame, direction);
    }
    if (this.#events.has('afterPushFrame')) this.#events.emit('afterPushFrame', { frame, direction });
  }

  /** {@link pushFrame}, unless the signal has fired: for results that may come late. @returns whether it was pushed */
  pushFrameUnless(signal: AbortSignal, frame: Frame, direction: FrameDirection = 'downstream'): boolean {
    if (signal.aborted) return false;
    this.pushFrame(frame, direction);
    return true;
  }

  /** Pushes one frame downstream and its twin upstream; each knows the other's id. */
  broadcastFrame(factory: () => Frame): void {
    const down = factory();
    const up = factory();
    down.broadcastSiblingId = up.id;
    up.broadcastSiblingId = down.id;
    this.pushFrame(down, 'downstream');
    this.pushFrame(up, 'upstream');
  }

  /** Stops the speech in progress everywhere else; here, drops what waits but lets the own handler go on. */
  broadcastInterruption(): void {
    this.#lanes.dropInterruptible();
    this.metrics.stopAll();
    this.broadcastFrame(() => new InterruptionFrame());
  }

  /** Reports a failure upstream; the session goes on. The message of `error` must not hold user words. */
  pushError(error: unknown, options: PushErrorOptions = {}): void {
    const message = error instanceof Error ? error.message : `${this.name} failed.`;
    const { category, permanent } = options;
    if (permanent === true || (category && permanentCategories.includes(category))) this.#usable = false;
    const frame = new ErrorFrame(message, {
      processor: this,
      exception: error,
      ...(category && { category }),
    });
    this.#setup?.logger.error({ processor: this.name, err: error }, 'A processor failed');
    this.#events.emit('error', frame);
    this.pushFrame(frame, 'upstream');
  }

  /** Listens to an event. Handlers are called within the step that causes it. @returns a function that ends it */
  on<K extends keyof FrameProcessorEvents>(
    event: K,
    handler: EventHandler<FrameProcessorEvents[K]>,
  ): () => void {
    return this.#events.on(event, handler);
  }

  /** Holds non-system frames from the next one on. */
  pauseProcessingFrames(): void {
    this.#lanes.pauseProcess(true);
  }

  resumeProcessingFrames(): void {
    this.#lanes.pauseProcess(false);
  }

  /** Holds system frames, and what waits behind them, from the next one on. */
  pauseProcessingSystemFrames(): void {
    this.#lanes.pauseSystem(true);
  }

  resumeProcessingSystemFrames(): void {
    this.#lanes.pauseSystem(false);
  }

  /** Holds all frames until `ready` has settled or the time is over, whichever is first. */
  async pauseProcessingAllFramesUntil(
    ready: Promise<unknown>,
    timeoutMs: number = pauseUntilTimeoutMs,
  ): Promise<void> {
    this.pauseProcessingFrames();
    this.pauseProcessingSystemFrames();
    await new Promise<void>((resolve) => {
      const cancelTimer = this.session.clock.schedule(timeoutMs, resolve);
      const settled = (): void => {
        cancelTimer();
        resolve();
      };
      ready.then(settled, settled);
    });
    this.resumeProcessingSystemFrames();
    this.resumeProcessingFrames();
  }

  /**
   * Runs {@link setup} and lets frames in afterwards, also when it failed: then the processor is unusable and
   * the session goes on. Called by whoever holds the processor. @internal
   */
  async beginSession(setup: FrameProcessorSetup): Promise<void> {
    this.#setup = setup;
    this.metrics.begin(setup);
    try {
      await this.setup(setup);
    } catch (cause) {
      if (!setup.signal.aborted) this.#fail(cause, 'its setup', { permanent: true });
    }
    if (!setup.signal.aborted) this.#lanes.open();
  }

  /** Runs {@link cleanup} once. Called by whoever holds the processor. @internal */
  async endSession(): Promise<void> {
    if (this.#cleaned) return;
    this.#cleaned = true;
    this.#lanes.close();
    this.#lanes.abortSystem();
    try {
      await this.cleanup();
    } catch (cause) {
      this.#setup?.logger.error({ processor: this.name, err: cause }, 'A cleanup failed');
    }
  }

  #handle(frame: Frame, direction: FrameDirection, signal: AbortSignal): Promise<void> | undefined {
    if (frame.family !== 'data') this.#before(frame);
    const observer = this.#setup?.observer;
    if (observer?.wantsProcessing === true) {
      observer.onProcessFrame({ processor: this, frame, direction, timestampNs: this.session.clock.nowNs() });
    }
    if (this.#events.has('beforeProcessFrame')) this.#events.emit('beforeProcessFrame', { frame, direction });
    try {
      const done = this.processFrame(frame, direction, signal);
      if (done !== undefined) return this.#settle(done, frame, direction, signal);
    } catch (cause) {
      this.#handlerFailed(cause, frame, signal);
    }
    this.#after(frame, direction);
    return undefined;
  }

  async #settle(
    done: Promise<void>,
    frame: Frame,
    direction: FrameDirection,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await done;
    } catch (cause) {
      this.#handlerFailed(cause, frame, signal);
    }
    this.#after(frame, direction);
  }

  /** The base class's own part of handling a frame. */
  #before(frame: Frame): void {
    if (frame instanceof InterruptionFrame) {
      this.#lanes.interrupt();
      this.metrics.stopAll();
    } else if (frame instanceof CancelFrame) {
      this.#lanes.close();
    } else if (frame instanceof FrameProcessorPauseFrame || frame instanceof FrameProcessorPauseUrgentFrame) {
      if (frame.processor.name === this.name) this.pauseProcessingFrames();
    } else if (
      frame instanceof FrameProcessorResumeFrame ||
      frame instanceof FrameProcessorResumeUrgentFrame
    ) {
      if (frame.processor.name === this.name) this.resumeProcessingFrames();
    }
  }

  #after(frame: Frame, direction: FrameDirection): void {
    if (this.#events.has('afterProcessFrame')) this.#events.emit('afterProcessFrame', { frame, direction });
  }

  #handlerFailed(cause: unknown, frame: Frame, signal: AbortSignal): void {
    const byItsOwnSignal =
      signal.aborted && (cause === signal.reason || (cause instanceof Error && cause.name === 'AbortError'));
    if (!byItsOwnSignal) this.#fail(cause, `a ${frame.type}`);
  }

  #fail(cause: unknown, at: string, options: PushErrorOptions = {}): void {
    const error = SlowcatError.isInstance(cause)
      ? cause
      : new SlowcatError('SLOWCAT_PROCESSOR_FAILED', `${this.name} failed at ${at}.`, { cause });
    this.pushError(error, options);
  }
}
