import { SystemFrame } from './base.js';

/** The user's turn has begun. */
export class UserStartedSpeakingFrame extends SystemFrame {
  readonly type = 'UserStartedSpeakingFrame';
}

/** The user's turn has ended. */
export class UserStoppedSpeakingFrame extends SystemFrame {
  readonly type = 'UserStoppedSpeakingFrame';
}

/** Sent now and then while the user speaks. */
export class UserSpeakingFrame extends SystemFrame {
  readonly type = 'UserSpeakingFrame';
}

/** The voice detector hears speech; a turn may or may not begin. */
export class VADUserStartedSpeakingFrame extends SystemFrame {
  readonly type = 'VADUserStartedSpeakingFrame';
  constructor(
    /** Speech that the detector wanted before it decided, seconds. */
    readonly startSecs = 0,
    /** When it decided, seconds since the epoch. */
    readonly timestamp = Date.now() / 1000,
  ) {
    super();
  }
}

/** The voice detector hears silence; the turn may go on. */
export class VADUserStoppedSpeakingFrame extends SystemFrame {
  readonly type = 'VADUserStoppedSpeakingFrame';
  constructor(
    /** Silence that the detector wanted before it decided, seconds. */
    readonly stopSecs = 0,
    /** When it decided, seconds since the epoch. */
    readonly timestamp = Date.now() / 1000,
  ) {
    super();
  }
}

/** A service proposes that a turn begins; an external strategy decides. */
export class ProposedUserStartedSpeakingFrame extends SystemFrame {
  readonly type = 'ProposedUserStartedSpeakingFrame';
}

/** A language model has judged the user's turn complete. */
export class UserTurnInferenceCompletedFrame extends SystemFrame {
  readonly type = 'UserTurnInferenceCompletedFrame';
}

/** The turn went on after an early guess at its end: what was computed on the guess is void. */
export class EagerEndOfTurnCancelFrame extends SystemFrame {
  readonly type = 'EagerEndOfTurnCancelFrame';
}

/** From now on the user is not listened to. */
export class UserMuteStartedFrame extends SystemFrame {
  readonly type = 'UserMuteStartedFrame';
}

/** The user is listened to again. */
export class UserMuteStoppedFrame extends SystemFrame {
  readonly type = 'UserMuteStoppedFrame';
}

/** The first audio of an answer goes out. */
export class BotStartedSpeakingFrame extends SystemFrame {
  readonly type = 'BotStartedSpeakingFrame';
}

/** The last audio of an answer has gone out, or it was cut short. */
export class BotStoppedSpeakingFrame extends SystemFrame {
  readonly type = 'BotStoppedSpeakingFrame';
}

/** Sent now and then while the bot speaks. */
export class BotSpeakingFrame extends SystemFrame {
  readonly type = 'BotSpeakingFrame';
}

/** Switches the transcription of the user off or on. */
export class STTMuteFrame extends SystemFrame {
  readonly type = 'STTMuteFrame';
  constructor(readonly mute: boolean) {
    super();
  }
}

/** How a voice detector is set; times in seconds as in Pipecat. */
export interface VADParams {
  /** Least probability of speech, 0..1. */
  readonly confidence: number;
  readonly startSecs: number;
  readonly stopSecs: number;
  /** Least smoothed volume, 0..1. */
  readonly minVolume: number;
}

/** Tells processors how voice detection and turn taking are set. */
export class SpeechControlParamsFrame extends SystemFrame {
  readonly type = 'SpeechControlParamsFrame';
  constructor(
    readonly vadParams?: VADParams,
    readonly turnParams?: unknown,
  ) {
    super();
  }
}

/** Sets how long the user may be idle. */
export class UserIdleTimeoutUpdateFrame extends SystemFrame {
  readonly type = 'UserIdleTimeoutUpdateFrame';
  constructor(
    /** Seconds; 0 switches the timeout off. */
    readonly timeoutSecs: number,
  ) {
    super();
  }
}
