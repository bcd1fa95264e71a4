import type { Clock } from './clock.js';
import type { CoreFrameType } from './frames/index.js';
import type { BaseObserver } from './observers/base-observer.js';
import type { PipelineLogger } from './processor-setup.js';

/** What a session is like, for all its processors. */
export interface PipelineParams {
  /** @defaultValue 16000 */
  readonly audioInSampleRateHz: number;
  /** @defaultValue 24000 */
  readonly audioOutSampleRateHz: number;
  /** Whether processors push times in MetricsFrames. @defaultValue false */
  readonly enableMetrics: boolean;
  /** Whether processors push tokens, characters and seconds used. @defaultValue false */
  readonly enableUsageMetrics: boolean;
  /** Whether only the first time to first byte of a session is pushed. @defaultValue false */
  readonly reportOnlyInitialTtfb: boolean;
  /** Whether a session with metrics begins with one MetricsFrame of zeros. @defaultValue true */
  readonly sendInitialEmptyMetrics: boolean;
  /** Whether HeartbeatFrames run through the pipeline. @defaultValue false */
  readonly enableHeartbeats: boolean;
  /** @defaultValue 1000 */
  readonly heartbeatsPeriodMs: number;
  /** Time without a heartbeat at the sink after which `heartbeatTimeout` is told. @defaultValue 10000 */
  readonly heartbeatsMonitorMs: number;
}

/** Pipecat's defaults. */
export const defaultPipelineParams = {
  audioInSampleRateHz: 16_000,
  audioOutSampleRateHz: 24_000,
  enableMetrics: false,
  enableUsageMetrics: false,
  reportOnlyInitialTtfb: false,
  sendInitialEmptyMetrics: true,
  enableHeartbeats: false,
  heartbeatsPeriodMs: 1000,
  heartbeatsMonitorMs: 10_000,
} as const satisfies PipelineParams;

/** How a task starts, watches and ends its session. */
export interface PipelineTaskLimits {
  /** Time without an idle frame after which the session counts as idle; 0 is never. @defaultValue 300000 */
  readonly idleTimeoutMs: number;
  /** The frames that show that somebody is there. @defaultValue bot or user speaks, or is transcribed */
  readonly idleTimeoutFrames: readonly string[];
  /** Whether an idle session is cancelled. @defaultValue true */
  readonly cancelOnIdleTimeout: boolean;
  /** Longest that all setups may take. @defaultValue 20000 */
  readonly setupTimeoutMs: number;
  /** Longest from the end of setup until the StartFrame is at the sink. @defaultValue 20000 */
  readonly startTimeoutMs: number;
  /**
   * Longest from an EndFrame or StopFrame until it is at the sink; then the session is cancelled. Generous,
   * because an EndFrame waits for speech that is still to be played. @defaultValue 300000
   */
  readonly endTimeoutMs: number;
  /** Longest that a cancellation may take, and after it the cleanup. @defaultValue 20000 */
  readonly cancelTimeoutMs: number;
  /** What happens when a processor can no longer do its job. @defaultValue continue */
  readonly unusableProcessor: 'continue' | 'end' | 'cancel';
}

/** Pipecat's defaults; only the end, which Pipecat leaves unbounded, has a bound of our own. */
export const defaultPipelineTaskLimits = {
  idleTimeoutMs: 300_000,
  idleTimeoutFrames: [
    'BotSpeakingFrame',
    'UserSpeakingFrame',
    'UserStartedSpeakingFrame',
    'TranscriptionFrame',
    'InterimTranscriptionFrame',
  ] satisfies CoreFrameType[],
  cancelOnIdleTimeout: true,
  setupTimeoutMs: 20_000,
  startTimeoutMs: 20_000,
  endTimeoutMs: 300_000,
  cancelTimeoutMs: 20_000,
  unusableProcessor: 'continue',
} as const satisfies PipelineTaskLimits;

export interface PipelineTaskOptions extends Partial<PipelineTaskLimits> {
  /** @defaultValue PipelineTask */
  readonly name?: string;
  readonly params?: Partial<PipelineParams>;
  /** @defaultValue a new SystemClock */
  readonly clock?: Clock;
  /** @defaultValue says nothing */
  readonly logger?: PipelineLogger;
  readonly observers?: readonly BaseObserver[];
}
