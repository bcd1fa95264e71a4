import { SystemFrame } from '../../pipeline/index.js';
import type { FunctionCallReportLevels } from './observer-params.js';

/** A message of the application's own from the client, which waits for an {@link RTVIServerResponseFrame}. */
export class RTVIClientMessageFrame extends SystemFrame {
  readonly type = 'RTVIClientMessageFrame';
  constructor(
    readonly msgId: string,
    /** What kind of message it is, in the application's words: `t` on the wire. */
    readonly messageType: string,
    readonly data?: unknown,
  ) {
    super();
  }
}

/** Answers a client's message, or refuses it when `error` is set. Push it from any processor. */
export class RTVIServerResponseFrame extends SystemFrame {
  readonly type = 'RTVIServerResponseFrame';
  constructor(
    readonly clientMessage: RTVIClientMessageFrame,
    readonly data?: unknown,
    readonly error?: string,
  ) {
    super();
  }
}

/** A message of the application's own to the client. */
export class RTVIServerMessageFrame extends SystemFrame {
  readonly type = 'RTVIServerMessageFrame';
  constructor(readonly data: unknown) {
    super();
  }
}

/** Text that the client typed; follows the frame that appends it to the context. */
export class RTVISendTextFrame extends SystemFrame {
  readonly type = 'RTVISendTextFrame';
  constructor(
    readonly msgId: string,
    readonly text: string,
    /** ISO 8601. */
    readonly timestamp: string,
    readonly userId: string | null = null,
  ) {
    super();
  }
}

/** Changes what a running observer tells. What is not set stays as it is. */
export interface RTVIObserverChange {
  readonly functionCallReportLevel?: FunctionCallReportLevels;
  readonly vadUserSpeakingEnabled?: boolean;
  readonly botLlmMarkerEnabled?: boolean;
}

/** Carries an {@link RTVIObserverChange}. For the server's own code: no client message makes one. */
export class RTVIConfigureObserverFrame extends SystemFrame {
  readonly type = 'RTVIConfigureObserverFrame';
  constructor(readonly change: RTVIObserverChange) {
    super();
  }
}

/** An event of the client's user interface. */
export class RTVIUIEventFrame extends SystemFrame {
  readonly type = 'RTVIUIEventFrame';
  constructor(
    readonly msgId: string,
    readonly event: string,
    readonly payload?: unknown,
  ) {
    super();
  }
}

/** What the client's screen shows, as a tree of accessibility nodes. */
export class RTVIUISnapshotFrame extends SystemFrame {
  readonly type = 'RTVIUISnapshotFrame';
  constructor(
    readonly msgId: string,
    readonly tree: unknown,
  ) {
    super();
  }
}

/** The client wants a group of jobs to stop. */
export class RTVIUICancelJobGroupFrame extends SystemFrame {
  readonly type = 'RTVIUICancelJobGroupFrame';
  constructor(
    readonly msgId: string,
    readonly jobId: string,
    readonly reason: string | null = null,
  ) {
    super();
  }
}

/** A command to the client's user interface, such as `toast`. */
export class RTVIUICommandFrame extends SystemFrame {
  readonly type = 'RTVIUICommandFrame';
  constructor(
    readonly command: string,
    readonly payload?: unknown,
  ) {
    super();
  }
}

/** One step in the life of a group of jobs; `data` is one of RTVI's four kinds of `ui-job-group`. */
export class RTVIUIJobGroupFrame extends SystemFrame {
  readonly type = 'RTVIUIJobGroupFrame';
  constructor(readonly data: Readonly<Record<string, unknown>>) {
    super();
  }
}
