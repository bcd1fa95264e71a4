import type { FrameProcessed, FramePushed } from '../processor-setup.js';

/**
 * Watches a pipeline from outside: every frame that goes from one processor to the next. Override what is of
 * interest. An observer neither holds up nor breaks the pipeline: one that awaits gets its next event when it
 * is done, in order, and what it throws is logged.
 */
export abstract class BaseObserver {
  /** False for an observer that wants only the first push of each frame. */
  readonly observeEveryPush: boolean = true;

  onPushFrame(_event: FramePushed): void | Promise<void> {
    // Not of interest.
  }

  onProcessFrame(_event: FrameProcessed): void | Promise<void> {
    // Not of interest.
  }

  /** The StartFrame has passed every processor. */
  onPipelineStarted(): void | Promise<void> {
    // Not of interest.
  }

  /** The session has ended; nothing comes after this. */
  onPipelineFinished(): void | Promise<void> {
    // Not of interest.
  }
}
