import type { MetricsData } from '../metrics-data.js';
import { SystemFrame, type ProcessorRef } from './base.js';

/** What every processor may want to know when a session starts. */
export interface StartFrameParams {
  /** @defaultValue 16000 */
  readonly audioInSampleRateHz?: number;
  /** @defaultValue 24000 */
  readonly audioOutSampleRateHz?: number;
  /** @defaultValue false */
  readonly enableMetrics?: boolean;
  /** @defaultValue false */
  readonly enableUsageMetrics?: boolean;
  /** @defaultValue false */
  readonly enableTracing?: boolean;
  /** @defaultValue false */
  readonly reportOnlyInitialTtfb?: boolean;
}

/** The first frame of every session; no processor handles another one before it. */
export class StartFrame extends SystemFrame {
  readonly type = 'StartFrame';
  readonly audioInSampleRateHz: number;
  readonly audioOutSampleRateHz: number;
  readonly enableMetrics: boolean;
  readonly enableUsageMetrics: boolean;
  readonly enableTracing: boolean;
  readonly reportOnlyInitialTtfb: boolean;

  constructor(params: StartFrameParams = {}) {
    super();
    this.audioInSampleRateHz = params.audioInSampleRateHz ?? 16_000;
    this.audioOutSampleRateHz = params.audioOutSampleRateHz ?? 24_000;
    this.enableMetrics = params.enableMetrics ?? false;
    this.enableUsageMetrics = params.enableUsageMetrics ?? false;
    this.enableTracing = params.enableTracing ?? false;
    this.reportOnlyInitialTtfb = params.reportOnlyInitialTtfb ?? false;
  }
}

/** Ends the session at once, without waiting for what is queued. */
export class CancelFrame extends SystemFrame {
  readonly type = 'CancelFrame';
  constructor(readonly reason?: string) {
    super();
  }
}

/** Why an operation failed, whoever failed it. */
export type ErrorCategory =
  | 'unknown'
  | 'authentication'
  | 'authorization'
  | 'invalid_request'
  | 'rate_limit'
  | 'quota'
  | 'connectivity'
  | 'server'
  | 'application';

export interface ErrorFrameOptions {
  /** The processor that failed. */
  readonly processor?: ProcessorRef;
  readonly exception?: unknown;
  readonly category?: ErrorCategory;
}

abstract class AbstractErrorFrame extends SystemFrame {
  abstract readonly fatal: boolean;
  readonly processor: ProcessorRef | undefined;
  readonly exception: unknown;
  readonly category: ErrorCategory | undefined;

  constructor(
    /** What failed, without anything that a user said. */
    readonly error: string,
    options: ErrorFrameOptions = {},
  ) {
    super();
    this.processor = options.processor;
    this.exception = options.exception;
    this.category = options.category;
  }
}

/** A failure, on its way upstream. The session goes on. */
export class ErrorFrame extends AbstractErrorFrame {
  readonly type = 'ErrorFrame';
  readonly fatal = false;
}

/** A failure after which the session is cancelled. */
export class FatalErrorFrame extends AbstractErrorFrame {
  readonly type = 'FatalErrorFrame';
  readonly fatal = true;
}

/** Stops the speech in progress: running handlers are aborted, queued interruptible frames are dropped. */
export class InterruptionFrame extends SystemFrame {
  readonly type = 'InterruptionFrame';
}

/** Asks the task to cancel the session. */
export class CancelWorkerFrame extends SystemFrame {
  readonly type = 'CancelWorkerFrame';
  constructor(readonly reason?: string) {
    super();
  }
}

/** Asks the task to interrupt the whole pipeline. */
export class InterruptionWorkerFrame extends SystemFrame {
  readonly type = 'InterruptionWorkerFrame';
}

/** Holds the named processor's frames from the next one on; overtakes what is queued. */
export class FrameProcessorPauseUrgentFrame extends SystemFrame {
  readonly type = 'FrameProcessorPauseUrgentFrame';
  constructor(readonly processor: ProcessorRef) {
    super();
  }
}

/** Lets the named processor's frames flow again. */
export class FrameProcessorResumeUrgentFrame extends SystemFrame {
  readonly type = 'FrameProcessorResumeUrgentFrame';
  constructor(readonly processor: ProcessorRef) {
    super();
  }
}

/** Lets the named processor's frames flow again; a system frame, because a paused queue would hold it. */
export class FrameProcessorResumeFrame extends SystemFrame {
  readonly type = 'FrameProcessorResumeFrame';
  constructor(readonly processor: ProcessorRef) {
    super();
  }
}

/** Measurements, see {@link MetricsData}. */
export class MetricsFrame extends SystemFrame {
  readonly type = 'MetricsFrame';
  constructor(readonly data: readonly MetricsData[]) {
    super();
  }
}

/** The bot has joined its transport. */
export class BotConnectedFrame extends SystemFrame {
  readonly type = 'BotConnectedFrame';
}

/** A client has connected to the transport. */
export class ClientConnectedFrame extends SystemFrame {
  readonly type = 'ClientConnectedFrame';
}

/** Tells what a service is, and which turn strategies it wants. */
export class ServiceMetadataFrame extends SystemFrame {
  readonly type = 'ServiceMetadataFrame';
  constructor(
    readonly serviceName: string,
    readonly userTurnStrategies?: unknown,
  ) {
    super();
  }
}

/** As {@link ServiceMetadataFrame}, with how long the service takes to its final transcript. */
export class STTMetadataFrame extends SystemFrame {
  readonly type = 'STTMetadataFrame';
  constructor(
    readonly serviceName: string,
    /** 99th percentile from the end of speech to the final transcript, seconds. */
    readonly ttfsP99LatencySecs: number,
    readonly userTurnStrategies?: unknown,
  ) {
    super();
  }
}

/** As {@link ServiceMetadataFrame}, for language models. */
export class LLMServiceMetadataFrame extends SystemFrame {
  readonly type = 'LLMServiceMetadataFrame';
  constructor(
    readonly serviceName: string,
    readonly isRealtimeService = false,
    readonly userTurnStrategies?: unknown,
  ) {
    super();
  }
}
