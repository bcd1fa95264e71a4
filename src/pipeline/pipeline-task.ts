import { SystemClock, type Clock } from './clock.js';
import { Deferred } from './deferred.js';
import { FrameProcessor } from './frame-processor.js';
import {
  CancelFrame,
  CancelWorkerFrame,
  EndFrame,
  EndWorkerFrame,
  ErrorFrame,
  FatalErrorFrame,
  HeartbeatFrame,
  InterruptionFrame,
  InterruptionWorkerFrame,
  MetricsFrame,
  PipelineFlushFrame,
  StartFrame,
  StopFrame,
  StopWorkerFrame,
  type Frame,
  type FrameDirection,
} from './frames/index.js';
import type { MetricsData } from './metrics-data.js';
import type { BaseObserver } from './observers/base-observer.js';
import { TaskObserver } from './observers/task-observer.js';
import { Pipeline, allProcessors } from './pipeline.js';
import { silentLogger, type FrameProcessorSetup, type PipelineLogger } from './processor-setup.js';
import type { PipelineTaskEvents, TaskOutcome } from './task-events.js';
import {
  defaultPipelineParams,
  defaultPipelineTaskLimits,
  type PipelineParams,
  type PipelineTaskLimits,
  type PipelineTaskOptions,
} from './task-options.js';
import { TaskTimers, within } from './task-timers.js';
import { TypedEvents, type EventHandler } from './typed-events.js';
import { Watchdog } from './watchdog.js';

type State = 'new' | 'starting' | 'running' | 'ending' | 'cancelling' | 'done';

/** Longest that {@link PipelineTask.flush} waits by default. */
export const flushTimeoutMs = 5000;

/**
 * One session of one pipeline: sets the processors up, starts them, feeds them frames, and ends them in
 * bounded time whatever they do.
 *
 * Frames may be queued before the session has started; they wait for the StartFrame to reach the sink. The
 * session ends with an EndFrame or StopFrame (what is queued is handled first) or with a CancelFrame (it is
 * not). Processors may ask for that from within: EndWorkerFrame, StopWorkerFrame, CancelWorkerFrame and
 * InterruptionWorkerFrame, in either direction.
 */
export class PipelineTask {
  readonly name: string;
  readonly params: PipelineParams;
  readonly clock: Clock;
  readonly #limits: PipelineTaskLimits;
  readonly #logger: PipelineLogger;
  readonly #observer: TaskObserver;
  readonly #pipeline: Pipeline;
  readonly #events: TypedEvents<PipelineTaskEvents>;
  readonly #timers: TaskTimers<'setup' | 'start' | 'final' | 'heartbeat'>;
  readonly #setupAbort = new AbortController();
  readonly #over = new Deferred<TaskOutcome>();
  readonly #unusable = new Set<FrameProcessor>();
  #state: State = 'new';
  #wasSetUp = false;
  #run: Promise<TaskOutcome> | undefined;
  #beforeStart: { readonly frame: Frame; readonly direction: FrameDirection }[] = [];
  #finalFrame: EndFrame | StopFrame | CancelFrame | undefined;
  #idleDog: Watchdog | undefined;
  #heartbeatDog: Watchdog | undefined;

  constructor(processors: readonly FrameProcessor[], options: PipelineTaskOptions = {}) {
    const { name, params, clock, logger, observers, ...limits } = options;
    this.name = name ?? 'PipelineTask';
    this.params = { ...defaultPipelineParams, ...params };
    this.clock = clock ?? new SystemClock();
    this.#limits = { ...defaultPipelineTaskLimits, ...limits };
    this.#logger = logger ?? silentLogger;
    this.#observer = new TaskObserver(observers ?? [], this.#logger);
    this.#timers = new TaskTimers(this.clock);
    this.#events = new TypedEvents((err, event) => {
      this.#logger.error({ task: this.name, event, err }, 'An event handler failed');
    });
    this.#pipeline = new Pipeline(processors, {
      name: `${this.name}::Pipeline`,
      onFrameOut: (frame, direction) => {
        if (direction === 'upstream') this.#atSource(frame);
        else this.#atSink(frame);
      },
    });
  }

  /** True once the StartFrame has reached the sink, until the session ends. */
  get isRunning(): boolean {
    return this.#state === 'running' || this.#state === 'ending';
  }

  /** Runs the session. Resolves when it is over and cleaned up; further calls give the same promise. */
  run(): Promise<TaskOutcome> {
    return (this.#run ??= this.#runOnce());
  }

  /** Queues one frame for the pipeline. Dropped when the session is ending; then only system frames pass. */
  queueFrame(frame: Frame, direction: FrameDirection = 'downstream'): void {
    if (frame instanceof CancelFrame) this.cancel(frame.reason);
    else if (this.#state === 'new' || this.#state === 'starting')
      this.#beforeStart.push({ frame, direction });
    else if (this.#state === 'running') this.#feed(frame, direction);
    else if (this.#state === 'ending' && frame.family === 'system')
      this.#pipeline.queueFrame(frame, direction);
  }

  queueFrames(frames: Iterable<Frame>): void {
    for (const frame of frames) this.queueFrame(frame);
  }

  /** Ends the session when everything queued so far has been handled. */
  stopWhenDone(reason?: string): void {
    this.queueFrame(new EndFrame(reason));
  }

  /** Ends the session at once. Does not wait: {@link run} settles when it is over. */
  cancel(reason?: string): void {
    if (this.#state === 'cancelling' || this.#state === 'done') return;
    const wasNew = this.#state === 'new';
    this.#state = 'cancelling';
    this.#setupAbort.abort();
    if (wasNew) this.#finish('cancelled', reason);
    else this.#pushFinal(new CancelFrame(reason), this.#limits.cancelTimeoutMs);
  }

  /** Cancels the session if it is not over, waits for its end and cleans up, also after a StopFrame. */
  async close(): Promise<void> {
    this.cancel('closed');
    await this.run();
    await this.#cleanUp();
  }

  /**
   * Waits until everything queued so far has been handled: a PipelineFlushFrame goes through all processors
   * and back. @returns whether it came back in time
   */
  async flush(timeoutMs: number = flushTimeoutMs): Promise<boolean> {
    const back = new Deferred<undefined>();
    this.queueFrame(
      new PipelineFlushFrame(this.name, () => {
        back.resolve(undefined);
      }),
    );
    return within(this.clock, timeoutMs, back.promise);
  }

  /** Listens to an event. @returns a function that ends it */
  on<K extends keyof PipelineTaskEvents>(event: K, handler: EventHandler<PipelineTaskEvents[K]>): () => void {
    return this.#events.on(event, handler);
  }

  addObserver(observer: BaseObserver): void {
    this.#observer.add(observer);
  }

  removeObserver(observer: BaseObserver): void {
    this.#observer.remove(observer);
  }

  async #runOnce(): Promise<TaskOutcome> {
    if (this.#state === 'new') this.#start();
    const outcome = await this.#over.promise;
    if (outcome.how !== 'stopped') await this.#cleanUp();
    await within(this.clock, this.#limits.cancelTimeoutMs, this.#observer.pipelineFinished());
    return outcome;
  }

  async #cleanUp(): Promise<void> {
    if (!this.#wasSetUp) return;
    const patienceMs = this.#limits.cancelTimeoutMs;
    if (await within(this.clock, patienceMs, this.#pipeline.endSession())) return;
    this.#logger.error(
      { task: this.name, patienceMs },
      'A cleanup does not end; the task goes on without it',
    );
  }

  #start(): void {
    this.#state = 'starting';
    this.#wasSetUp = true;
    const idleTypes = new Set(this.#limits.idleTimeoutFrames);
    const { params } = this;
    const setup: FrameProcessorSetup = {
      clock: this.clock,
      audioInSampleRateHz: params.audioInSampleRateHz,
      audioOutSampleRateHz: params.audioOutSampleRateHz,
      enableMetrics: params.enableMetrics,
      enableUsageMetrics: params.enableUsageMetrics,
      reportOnlyInitialTtfb: params.reportOnlyInitialTtfb,
      observer: this.#observer,
      logger: this.#logger,
      signal: this.#setupAbort.signal,
      onFirstPush: (frame) => {
        if (idleTypes.has(frame.type)) this.#idleDog?.feed();
      },
    };
    this.#timers.start('setup', this.#limits.setupTimeoutMs, () => {
      this.#events.emit('setupTimeout', undefined);
      this.#giveUpStarting('setup timeout');
    });
    // The StartFrame goes in at once: each processor holds it until its own setup has ended.
    const start = new StartFrame(params);
    void this.#pipeline.beginSession(setup).then(() => {
      this.#timers.stop('setup');
      if (this.#state !== 'starting') return;
      this.#timers.start('start', this.#limits.startTimeoutMs, () => {
        this.#events.emit('timeout', start);
        this.#giveUpStarting('start timeout');
      });
    });
    this.#pipeline.queueFrame(start);
  }

  #giveUpStarting(reason: string): void {
    if (this.#state !== 'starting') return;
    this.#logger.error({ task: this.name, reason }, 'The pipeline does not start');
    this.#setupAbort.abort();
    this.#finish('not-started', reason);
  }

  #started(frame: StartFrame): void {
    if (this.#state !== 'starting') return;
    this.#state = 'running';
    this.#timers.stop('start');
    this.#events.emit('started', frame);
    this.#observer.pipelineStarted();
    this.#watch();
    if (this.params.enableMetrics && this.params.sendInitialEmptyMetrics) this.#pushEmptyMetrics();
    const waiting = this.#beforeStart;
    this.#beforeStart = [];
    for (const { frame: queued, direction } of waiting) this.queueFrame(queued, direction);
  }

  #watch(): void {
    const { idleTimeoutMs, cancelOnIdleTimeout } = this.#limits;
    if (idleTimeoutMs > 0) {
      this.#idleDog = new Watchdog(this.clock, idleTimeoutMs, () => {
        this.#events.emit('idle', undefined);
        if (cancelOnIdleTimeout) this.cancel('idle timeout');
      });
    }
    if (!this.params.enableHeartbeats) return;
    this.#heartbeatDog = new Watchdog(this.clock, this.params.heartbeatsMonitorMs, () => {
      this.#logger.warn({ task: this.name }, 'No heartbeat comes through the pipeline');
      this.#events.emit('heartbeatTimeout', undefined);
    });
    this.#beat();
  }

  #beat(): void {
    this.#pipeline.queueFrame(new HeartbeatFrame(this.clock.nowNs()));
    this.#timers.start('heartbeat', this.params.heartbeatsPeriodMs, () => {
      this.#beat();
    });
  }

  #pushEmptyMetrics(): void {
    const measured = allProcessors(this.#pipeline.processors).filter((one) => one.canGenerateMetrics());
    const data = measured.flatMap(({ name: processor }): MetricsData[] => [
      { kind: 'ttfb', processor, valueSecs: 0 },
      { kind: 'processing', processor, valueSecs: 0 },
    ]);
    this.#pipeline.queueFrame(new MetricsFrame(data));
  }

  #feed(frame: Frame, direction: FrameDirection): void {
    if (direction === 'downstream' && (frame instanceof EndFrame || frame instanceof StopFrame)) {
      this.#state = 'ending';
      this.#pushFinal(frame, this.#limits.endTimeoutMs);
    } else this.#pipeline.queueFrame(frame, direction);
  }

  #pushFinal(frame: EndFrame | StopFrame | CancelFrame, patienceMs: number): void {
    this.#finalFrame = frame;
    this.#timers.start('final', patienceMs, () => {
      this.#logger.error(
        { task: this.name, frame: frame.type, patienceMs },
        'A frame does not reach the sink',
      );
      this.#events.emit('timeout', frame);
      if (frame instanceof CancelFrame) this.#finish('cancelled', frame.reason);
      else this.cancel(`${frame.type} timeout`);
    });
    this.#pipeline.queueFrame(frame);
  }

  #finish(how: TaskOutcome['how'], reason: string | undefined): void {
    if (this.#state === 'done') return;
    this.#state = 'done';
    this.#timers.stopAll();
    this.#idleDog?.close();
    this.#heartbeatDog?.close();
    const outcome: TaskOutcome = reason === undefined ? { how } : { how, reason };
    this.#events.emit('finished', outcome);
    this.#over.resolve(outcome);
  }

  #atSink(frame: Frame): void {
    this.#events.emit('frameReachedDownstream', frame);
    if (this.#finalFrame && frame === this.#finalFrame) this.#finalAtSink(this.#finalFrame);
    else if (frame instanceof StartFrame) this.#started(frame);
    else if (frame instanceof HeartbeatFrame) this.#heartbeatDog?.feed();
    else if (frame instanceof PipelineFlushFrame) this.#turnFlush(frame);
    // A processor that ends the session by itself has reached only those behind it.
    else if (frame instanceof EndFrame || frame instanceof StopFrame || frame instanceof CancelFrame) {
      this.queueFrame(frame instanceof StopFrame ? new StopFrame() : remade(frame));
    } else this.#request(frame);
  }

  #finalAtSink(frame: EndFrame | StopFrame | CancelFrame): void {
    if (frame instanceof EndFrame) this.#finish('ended', frame.reason);
    else if (frame instanceof StopFrame) this.#finish('stopped', undefined);
    else this.#finish('cancelled', frame.reason);
  }

  #atSource(frame: Frame): void {
    this.#events.emit('frameReachedUpstream', frame);
    if (frame instanceof ErrorFrame || frame instanceof FatalErrorFrame) this.#failed(frame);
    else if (frame instanceof PipelineFlushFrame) frame.onFlushed?.();
    else this.#request(frame);
  }

  /** What processors may ask of the task, from either end. */
  #request(frame: Frame): void {
    if (frame instanceof EndWorkerFrame) this.queueFrame(new EndFrame(frame.reason));
    else if (frame instanceof StopWorkerFrame) this.queueFrame(new StopFrame());
    else if (frame instanceof CancelWorkerFrame) this.cancel(frame.reason);
    else if (frame instanceof InterruptionWorkerFrame) this.queueFrame(new InterruptionFrame());
  }

  #turnFlush(frame: PipelineFlushFrame): void {
    frame.returning = true;
    this.#pipeline.queueFrame(frame, 'upstream');
  }

  #failed(frame: ErrorFrame | FatalErrorFrame): void {
    this.#events.emit('error', frame);
    const { processor } = frame;
    if (frame.fatal) this.cancel('fatal error');
    else if (processor instanceof FrameProcessor && !processor.isUsable && !this.#unusable.has(processor)) {
      this.#unusable.add(processor);
      const reason = `${processor.name} can no longer do its job`;
      if (this.#limits.unusableProcessor === 'end') this.stopWhenDone(reason);
      else if (this.#limits.unusableProcessor === 'cancel') this.cancel(reason);
    }
  }
}

function remade(frame: EndFrame | CancelFrame): EndFrame | CancelFrame {
  return frame instanceof EndFrame ? new EndFrame(frame.reason) : new CancelFrame(frame.reason);
}
