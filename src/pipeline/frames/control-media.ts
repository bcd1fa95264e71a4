import { ControlFrame, type ProcessorRef } from './base.js';
import type { VADParams } from './system-speech.js';

/** Synthesis of one context begins; audio follows. */
export class TTSStartedFrame extends ControlFrame {
  readonly type = 'TTSStartedFrame';
  constructor(
    readonly contextId: string | null = null,
    readonly appendToContext = true,
  ) {
    super();
  }
}

/** All audio of the context has been pushed. */
export class TTSStoppedFrame extends ControlFrame {
  readonly type = 'TTSStoppedFrame';
  constructor(readonly contextId: string | null = null) {
    super();
  }
}

export type ServiceSettings = Readonly<Record<string, unknown>>;

/** What the four update frames have in common; `instanceof` finds them all. */
export abstract class SettingsFrame extends ControlFrame {
  override interruptible = false;
  constructor(
    readonly settings: ServiceSettings,
    /** The one service that is meant; null means all of the kind. */
    readonly service: ProcessorRef | null = null,
    /** Also reaches services that a switcher has set aside. */
    readonly reachInactiveServices = false,
  ) {
    super();
  }
}

/** Changes settings of any service. */
export class ServiceUpdateSettingsFrame extends SettingsFrame {
  readonly type = 'ServiceUpdateSettingsFrame';
}

/** Changes settings of the language model. */
export class LLMUpdateSettingsFrame extends SettingsFrame {
  readonly type = 'LLMUpdateSettingsFrame';
}

/** Changes settings of the speech synthesis. */
export class TTSUpdateSettingsFrame extends SettingsFrame {
  readonly type = 'TTSUpdateSettingsFrame';
}

/** Changes settings of the transcription. */
export class STTUpdateSettingsFrame extends SettingsFrame {
  readonly type = 'STTUpdateSettingsFrame';
}

/** Changes how the voice detector is set. */
export class VADParamsUpdateFrame extends ControlFrame {
  readonly type = 'VADParamsUpdateFrame';
  constructor(readonly params: VADParams) {
    super();
  }
}

/** Starts a recording. */
export class AudioBufferStartRecordingFrame extends ControlFrame {
  readonly type = 'AudioBufferStartRecordingFrame';
  override interruptible = false;
}

/** Ends a recording. */
export class AudioBufferStopRecordingFrame extends ControlFrame {
  readonly type = 'AudioBufferStopRecordingFrame';
  override interruptible = false;
}

/** An instruction to an audio filter; the two below are the ones that act. */
export class FilterControlFrame extends ControlFrame {
  readonly type = 'FilterControlFrame';
}

export class FilterUpdateSettingsFrame extends ControlFrame {
  readonly type = 'FilterUpdateSettingsFrame';
  constructor(readonly settings: ServiceSettings) {
    super();
  }
}

export class FilterEnableFrame extends ControlFrame {
  readonly type = 'FilterEnableFrame';
  constructor(readonly enable: boolean) {
    super();
  }
}

/** An instruction to an audio mixer; the two below are the ones that act. */
export class MixerControlFrame extends ControlFrame {
  readonly type = 'MixerControlFrame';
}

export class MixerUpdateSettingsFrame extends ControlFrame {
  readonly type = 'MixerUpdateSettingsFrame';
  constructor(readonly settings: ServiceSettings) {
    super();
  }
}

export class MixerEnableFrame extends ControlFrame {
  readonly type = 'MixerEnableFrame';
  constructor(readonly enable: boolean) {
    super();
  }
}

/** Sets the output volume. */
export class VolumeFrame extends ControlFrame {
  readonly type = 'VolumeFrame';
  override interruptible = false;
  constructor(
    /** 0 (silent) .. 1 (as it is). */
    readonly volume: number,
  ) {
    super();
  }
}

/** Sets the output gain. */
export class VolumeGainFrame extends ControlFrame {
  readonly type = 'VolumeGainFrame';
  override interruptible = false;
  constructor(
    /** Factor on the samples; 1 leaves them as they are. */
    readonly gain: number,
  ) {
    super();
  }
}
