import type { Clock } from './clock.js';
import type { Frame, FrameDirection, ProcessorRef } from './frames/index.js';

/** What the pipeline logs to. A pino logger fits. Frames' contents are never logged. */
export interface PipelineLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A logger that says nothing. */
export const silentLogger: PipelineLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A frame on its way from one processor to its neighbour. */
export interface FramePushed {
  readonly source: ProcessorRef;
  readonly destination: ProcessorRef;
  readonly frame: Frame;
  readonly direction: FrameDirection;
  /** Nanoseconds of the pipeline clock. */
  readonly timestampNs: bigint;
  /** True the first time that this frame is pushed by anyone. */
  readonly firstPush: boolean;
}

/** A frame that a processor begins to handle. */
export interface FrameProcessed {
  readonly processor: ProcessorRef;
  readonly frame: Frame;
  readonly direction: FrameDirection;
  /** Nanoseconds of the pipeline clock. */
  readonly timestampNs: bigint;
}

/** What processors report to: the session's proxy, which hands on to every observer. */
export interface FrameObserver {
  /** Whether anyone listens at the moment; events that nobody wants are not made. */
  readonly wantsPushes: boolean;
  readonly wantsProcessing: boolean;
  onPushFrame(event: FramePushed): void;
  onProcessFrame(event: FrameProcessed): void;
}

/** What every processor of a session is given before its first frame. */
export interface FrameProcessorSetup {
  readonly clock: Clock;
  readonly audioInSampleRateHz: number;
  readonly audioOutSampleRateHz: number;
  /** Whether processors push times in MetricsFrames. */
  readonly enableMetrics: boolean;
  /** Whether processors push tokens, characters and seconds used. */
  readonly enableUsageMetrics: boolean;
  /** Whether only the first time to first byte of a session is pushed. */
  readonly reportOnlyInitialTtfb: boolean;
  readonly observer?: FrameObserver;
  /** Called when a frame is pushed for the first time by anyone. @internal */
  readonly onFirstPush?: (frame: Frame) => void;
  readonly logger: PipelineLogger;
  /** Aborted when the session gives up on setting up; connections that are being opened end then. */
  readonly signal: AbortSignal;
}
