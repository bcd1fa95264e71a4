import { SystemFrame } from './base.js';

/** Keys of a telephone. */
export type KeypadEntry = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '#' | '*';

/** What all audio that comes in has in common; `instanceof` finds both kinds. */
export abstract class InputAudioFrame extends SystemFrame {
  constructor(
    /** Signed 16-bit samples, interleaved when there are several channels. */
    readonly audio: Int16Array,
    readonly sampleRateHz: number,
    readonly numChannels = 1,
  ) {
    super();
  }

  /** Samples per channel. */
  get numFrames(): number {
    return Math.floor(this.audio.length / this.numChannels);
  }
}

/** A piece of the user's audio. A system frame, so that a slow answer never delays listening. */
export class InputAudioRawFrame extends InputAudioFrame {
  readonly type = 'InputAudioRawFrame';
}

/** As {@link InputAudioRawFrame}, of a known user. */
export class UserAudioRawFrame extends InputAudioFrame {
  readonly type = 'UserAudioRawFrame';
  constructor(
    audio: Int16Array,
    sampleRateHz: number,
    numChannels = 1,
    readonly userId = '',
  ) {
    super(audio, sampleRateHz, numChannels);
  }
}

/** Width and height in pixels. */
export type ImageSize = readonly [width: number, height: number];

/** An image that came in. */
export class InputImageRawFrame extends SystemFrame {
  readonly type = 'InputImageRawFrame';
  constructor(
    readonly image: Uint8Array,
    readonly size: ImageSize,
    readonly format: string | null = null,
  ) {
    super();
  }
}

export interface UserImageRawFrameOptions {
  readonly userId?: string;
  readonly text?: string;
  readonly appendToContext?: boolean;
  readonly request?: UserImageRequestFrame;
  readonly runLlm?: boolean;
}

/** An image of a user, perhaps one that was asked for. */
export class UserImageRawFrame extends SystemFrame {
  readonly type = 'UserImageRawFrame';
  readonly userId: string;
  constructor(
    readonly image: Uint8Array,
    readonly size: ImageSize,
    readonly format: string | null = null,
    readonly options: UserImageRawFrameOptions = {},
  ) {
    super();
    this.userId = options.userId ?? '';
  }
}

export interface UserImageRequestOptions {
  readonly text?: string;
  readonly appendToContext?: boolean;
  readonly videoSource?: string;
  readonly functionName?: string;
  readonly toolCallId?: string;
}

/** Asks for an image of a user. */
export class UserImageRequestFrame extends SystemFrame {
  readonly type = 'UserImageRequestFrame';
  constructor(
    readonly userId: string,
    readonly options: UserImageRequestOptions = {},
  ) {
    super();
  }
}

/** A file that came in. `sourceType` is Pipecat's `type`, a name that frames use for their class. */
export class InputFileRawFrame extends SystemFrame {
  readonly type = 'InputFileRawFrame';
  constructor(
    /** Base64 text or an address, as `sourceType` says. */
    readonly file: string,
    readonly sourceType: 'base64' | 'url',
    readonly format: string,
    readonly filename: string | null = null,
  ) {
    super();
  }
}

export interface UserFileRawFrameOptions {
  readonly userId?: string;
  readonly text?: string;
  readonly appendToContext?: boolean;
  readonly customOptions?: Readonly<Record<string, unknown>>;
  readonly runLlm?: boolean;
}

/** A file of a user. */
export class UserFileRawFrame extends SystemFrame {
  readonly type = 'UserFileRawFrame';
  readonly userId: string;
  readonly text: string;
  constructor(
    readonly file: string,
    readonly sourceType: 'base64' | 'url',
    readonly format: string,
    readonly filename: string | null = null,
    readonly options: UserFileRawFrameOptions = {},
  ) {
    super();
    this.userId = options.userId ?? '';
    this.text = options.text ?? '';
  }
}

/** Text that the user typed. */
export class InputTextRawFrame extends SystemFrame {
  readonly type = 'InputTextRawFrame';
  constructor(readonly text: string) {
    super();
  }
}

/** A key that the user pressed. */
export class InputDTMFFrame extends SystemFrame {
  readonly type = 'InputDTMFFrame';
  constructor(readonly button: KeypadEntry) {
    super();
  }
}

/** Keys to send at once. */
export class OutputDTMFUrgentFrame extends SystemFrame {
  readonly type = 'OutputDTMFUrgentFrame';
  constructor(readonly buttons: readonly KeypadEntry[]) {
    super();
  }
}

/** A message of a client, as its transport delivered it. */
export class InputTransportMessageFrame extends SystemFrame {
  readonly type = 'InputTransportMessageFrame';
  constructor(readonly message: unknown) {
    super();
  }
}

/** A message to the client that overtakes everything queued. */
export class OutputTransportMessageUrgentFrame extends SystemFrame {
  readonly type = 'OutputTransportMessageUrgentFrame';
  constructor(readonly message: unknown) {
    super();
  }
}
