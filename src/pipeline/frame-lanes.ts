import { FrameQueue } from './frame-queue.js';
import { CancelFrame, StartFrame, type Frame, type FrameDirection } from './frames/index.js';
import { wake, type Runnable } from './scheduler.js';

/** What the lanes need of their processor. None of it throws. */
export interface LaneHost {
  /** False when no handler looks at its signal: then one serves them all. */
  readonly usesSignal: boolean;
  /** Handles one frame. @returns undefined when done, else a promise that never rejects */
  handle(frame: Frame, direction: FrameDirection, signal: AbortSignal): Promise<void> | undefined;
  /** Passes on a frame that the processor itself must not see. */
  passOn(frame: Frame, direction: FrameDirection): void;
  /** A handler has not ended {@link abortGraceMs} after it was aborted; the lane goes on without it. */
  gaveUpOn(frame: Frame): void;
  /** Calls back once. @returns a function that prevents it */
  schedule(ms: number, fn: () => void): () => void;
}

/**
 * How long an aborted handler may take to end before its lane goes on without it, in milliseconds. Long
 * enough for a native engine to notice, short enough that a caller does not take the bot for dead.
 */
export const abortGraceMs = 1000;

/** An asynchronous handler that has not ended. */
interface Run {
  readonly frame: Frame;
  readonly controller: AbortController;
  stopGrace?: () => void;
}

/** One lane handles one frame at a time. */
class Lane {
  readonly #host: LaneHost;
  readonly #onEnd: () => void;
  #run: Run | undefined;
  /** Kept from one synchronous handler to the next: making one per frame costs more than the hop. */
  #controller: AbortController | undefined;

  constructor(host: LaneHost, onEnd: () => void) {
    this.#host = host;
    this.#onEnd = onEnd;
  }

  get busy(): boolean {
    return this.#run !== undefined;
  }

  /** The frame of the asynchronous handler that runs, if one does. */
  get frame(): Frame | undefined {
    return this.#run?.frame;
  }

  handle(frame: Frame, direction: FrameDirection): void {
    const controller = (this.#controller ??= new AbortController());
    const done = this.#host.handle(frame, direction, controller.signal);
    if (done === undefined) return;
    // Whatever a handler has left behind must not see the end of a later one.
    if (this.#host.usesSignal) this.#controller = undefined;
    const run: Run = { frame, controller };
    this.#run = run;
    void done.then(() => {
      this.#end(run);
    });
  }

  /** Fires the signal of the handler that runs. */
  abort(why: string): void {
    const run = this.#run;
    if (!run || run.controller.signal.aborted) return;
    run.stopGrace = this.#host.schedule(abortGraceMs, () => {
      if (this.#run === run) this.#host.gaveUpOn(run.frame);
      this.#end(run);
    });
    if (this.#controller === run.controller) this.#controller = undefined;
    run.controller.abort(new DOMException(why, 'AbortError'));
  }

  #end(run: Run): void {
    run.stopGrace?.();
    if (this.#run !== run) return;
    this.#run = undefined;
    this.#onEnd();
  }
}

/**
 * The two lanes of a processor and the queues before them.
 *
 * Frames wait in an input queue (StartFrame, then system frames, then others; first in, first out within
 * each). System frames are handled from there, one at a time. Others move on to the process queue, from
 * which the process lane handles them one at a time; so one frame of each kind can be in hand together. An
 * interruption empties the process queue of interruptible frames and never touches the input queue.
 */
export class FrameLanes implements Runnable {
  readonly #host: LaneHost;
  readonly #startQueue = new FrameQueue();
  readonly #systemQueue = new FrameQueue();
  readonly #otherQueue = new FrameQueue();
  readonly #processQueue = new FrameQueue();
  readonly #systemLane: Lane;
  readonly #processLane: Lane;
  #inLine = false;
  #open = false;
  #started = false;
  #closed = false;
  #systemPaused = false;
  #processPaused = false;

  constructor(host: LaneHost) {
    this.#host = host;
    const onEnd = (): void => {
      this.#wake();
    };
    this.#systemLane = new Lane(host, onEnd);
    this.#processLane = new Lane(host, onEnd);
  }

  /** True from the moment the StartFrame is handled. */
  get started(): boolean {
    return this.#started;
  }

  /** Frames that wait, in all queues. */
  get waiting(): number {
    return this.#startQueue.size + this.#systemQueue.size + this.#otherQueue.size + this.#processQueue.size;
  }

  queue(frame: Frame, direction: FrameDirection): void {
    if (this.#closed) return;
    if (frame.family !== 'system') this.#otherQueue.add(frame, direction);
    else if (frame instanceof StartFrame) this.#startQueue.add(frame, direction);
    else if (frame instanceof CancelFrame) {
      this.#queueCancel(frame, direction);
      return;
    } else this.#systemQueue.add(frame, direction);
    this.#wake();
  }

  /** Lets frames in: the setup has ended. */
  open(): void {
    this.#open = true;
    this.#wake();
  }

  /**
   * Empties the process queue of interruptible frames and aborts the handler that runs on one. Does not wait
   * for it; the next frame does, for {@link abortGraceMs} at most.
   */
  interrupt(): void {
    this.dropInterruptible();
    if (this.#processLane.frame?.interruptible === true) this.#processLane.abort('Interrupted');
  }

  dropInterruptible(): void {
    this.#processQueue.dropInterruptible();
  }

  /** Takes no more frames, drops what waits and aborts what runs. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const queue of [this.#startQueue, this.#systemQueue, this.#otherQueue, this.#processQueue]) {
      queue.clear();
    }
    this.#processLane.abort('Cancelled');
  }

  /** Fires the signal of a system frame's handler that runs. */
  abortSystem(): void {
    this.#systemLane.abort('Cancelled');
  }

  /** Holds the process lane from the next frame on. */
  pauseProcess(paused: boolean): void {
    this.#processPaused = paused;
    this.#wake();
  }

  /** Holds the input queue, system frames and all, from the next frame on. A CancelFrame lifts it. */
  pauseSystem(paused: boolean): void {
    this.#systemPaused = paused;
    this.#wake();
  }

  step(): boolean {
    this.#stepInput();
    if (this.#canProcess()) {
      const frame = this.#processQueue.take();
      if (frame) this.#processLane.handle(frame, this.#processQueue.takenDirection);
    }
    this.#inLine = this.#canTakeInput() || this.#canProcess();
    return this.#inLine;
  }

  #stepInput(): void {
    if (!this.#canTakeInput()) return;
    const queue = this.#startQueue.size > 0 ? this.#startQueue : this.#systemQueue;
    const frame = queue.take();
    if (frame) {
      if (frame instanceof StartFrame) this.#started = true;
      this.#systemLane.handle(frame, queue.takenDirection);
      return;
    }
    for (let other = this.#otherQueue.take(); other; other = this.#otherQueue.take()) {
      this.#processQueue.add(other, this.#otherQueue.takenDirection);
    }
  }

  #canTakeInput(): boolean {
    if (this.#closed || !this.#open || this.#systemPaused || this.#systemLane.busy) return false;
    if (this.#startQueue.size > 0) return true;
    return this.#started && (this.#systemQueue.size > 0 || this.#otherQueue.size > 0);
  }

  #canProcess(): boolean {
    return !this.#closed && !this.#processPaused && !this.#processLane.busy && this.#processQueue.size > 0;
  }

  /**
   * A cancellation waits for nothing: it lifts a pause, aborts a system handler that runs, and passes a
   * processor that has not started without being shown to it.
   */
  #queueCancel(frame: Frame, direction: FrameDirection): void {
    if (!this.#started) {
      this.close();
      this.#host.passOn(frame, direction);
      return;
    }
    this.#systemPaused = false;
    this.#systemQueue.add(frame, direction);
    this.abortSystem();
    this.#wake();
  }

  #wake(): void {
    if (this.#inLine || !(this.#canTakeInput() || this.#canProcess())) return;
    this.#inLine = true;
    wake(this);
  }
}
