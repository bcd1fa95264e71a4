import type { ErrorFrame, FatalErrorFrame, Frame, StartFrame } from './frames/index.js';

/** How a session came to its end. */
export interface TaskOutcome {
  /** `not-started` when the StartFrame never came through; processors are cleaned up all the same. */
  readonly how: 'ended' | 'stopped' | 'cancelled' | 'not-started';
  readonly reason?: string;
}

/** What can be listened to at a task. */
export interface PipelineTaskEvents {
  /** The StartFrame has passed every processor. */
  readonly started: StartFrame;
  /** The session is over; processors are cleaned up next. */
  readonly finished: TaskOutcome;
  /** An ErrorFrame has come out upstream. */
  readonly error: ErrorFrame | FatalErrorFrame;
  /** Nobody has spoken for the idle timeout. */
  readonly idle: undefined;
  /** Some processor does not finish its setup. */
  readonly setupTimeout: undefined;
  /** A frame that the task waits for does not come out. */
  readonly timeout: Frame;
  /** No heartbeat has come out in time. */
  readonly heartbeatTimeout: undefined;
  /** Any frame that has come out upstream. */
  readonly frameReachedUpstream: Frame;
  /** Any frame that has come out downstream. */
  readonly frameReachedDownstream: Frame;
}
