import { ControlFrame, type ProcessorRef } from './base.js';

/** Ends the session once everything queued before it has been handled. */
export class EndFrame extends ControlFrame {
  readonly type = 'EndFrame';
  override interruptible = false;
  constructor(readonly reason?: string) {
    super();
  }
}

/** Ends the task like {@link EndFrame} but leaves processors set up, so that connections stay. */
export class StopFrame extends ControlFrame {
  readonly type = 'StopFrame';
  override interruptible = false;
}

/** Asks the task to end the session. */
export class EndWorkerFrame extends ControlFrame {
  readonly type = 'EndWorkerFrame';
  override interruptible = false;
  constructor(readonly reason?: string) {
    super();
  }
}

/** Asks the task to stop. */
export class StopWorkerFrame extends ControlFrame {
  readonly type = 'StopWorkerFrame';
  override interruptible = false;
}

/** Travels to the end of the pipeline and back, so that whoever sent it knows that the queues are empty. */
export class PipelineFlushFrame extends ControlFrame {
  readonly type = 'PipelineFlushFrame';
  override interruptible = false;
  /** True on the way back. */
  returning = false;
  constructor(
    /** Name of who flushes. */
    readonly origin: string | null = null,
    /** Called when the frame is back. */
    readonly onFlushed?: () => void,
  ) {
    super();
  }
}

/** Sent at even intervals to see whether frames still come through. */
export class HeartbeatFrame extends ControlFrame {
  readonly type = 'HeartbeatFrame';
  constructor(
    /** When it was sent, nanoseconds of the pipeline clock. */
    readonly timestamp: bigint,
  ) {
    super();
  }
}

/** The output transport can take audio. Sent upstream. */
export class OutputTransportReadyFrame extends ControlFrame {
  readonly type = 'OutputTransportReadyFrame';
}

/** Lets the input transport begin to push the user's audio. */
export class InputTransportStartAudioStreamingFrame extends ControlFrame {
  readonly type = 'InputTransportStartAudioStreamingFrame';
}

/** Holds the named processor's frames from the one after this, in order with the data. */
export class FrameProcessorPauseFrame extends ControlFrame {
  readonly type = 'FrameProcessorPauseFrame';
  constructor(readonly processor: ProcessorRef) {
    super();
  }
}

/** Asks services behind a switcher to tell what they are. */
export class ServiceSwitcherRequestMetadataFrame extends ControlFrame {
  readonly type = 'ServiceSwitcherRequestMetadataFrame';
  constructor(readonly service: ProcessorRef) {
    super();
  }
}

/** An instruction to a service switcher; {@link ManuallySwitchServiceFrame} is the one that acts. */
export class ServiceSwitcherFrame extends ControlFrame {
  readonly type = 'ServiceSwitcherFrame';
}

/** Switches to the named service. */
export class ManuallySwitchServiceFrame extends ControlFrame {
  readonly type = 'ManuallySwitchServiceFrame';
  constructor(readonly service: ProcessorRef) {
    super();
  }
}
