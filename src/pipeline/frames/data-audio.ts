import { DataFrame } from './base.js';
import type { ImageSize, KeypadEntry } from './system-input.js';

/** What all audio that goes out has in common; `instanceof` finds every kind. */
export abstract class OutputAudioFrame extends DataFrame {
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

/** A piece of audio to play. */
export class OutputAudioRawFrame extends OutputAudioFrame {
  readonly type = 'OutputAudioRawFrame';
}

/** A piece of synthesised speech. */
export class TTSAudioRawFrame extends OutputAudioFrame {
  readonly type = 'TTSAudioRawFrame';
  constructor(
    audio: Int16Array,
    sampleRateHz: number,
    numChannels = 1,
    readonly contextId: string | null = null,
  ) {
    super(audio, sampleRateHz, numChannels);
  }
}

/** A piece of a continuous stream that holds speech and silence. */
export class SpeechOutputAudioRawFrame extends OutputAudioFrame {
  readonly type = 'SpeechOutputAudioRawFrame';
}

/** A message to the client, in order with the audio. */
export class OutputTransportMessageFrame extends DataFrame {
  readonly type = 'OutputTransportMessageFrame';
  constructor(readonly message: unknown) {
    super();
  }
}

/** Keys to send, in order with the audio. */
export class OutputDTMFFrame extends DataFrame {
  readonly type = 'OutputDTMFFrame';
  constructor(readonly buttons: readonly KeypadEntry[]) {
    super();
  }
}

/** What all images that go out have in common; `instanceof` finds every kind. */
export abstract class OutputImageFrame extends DataFrame {
  /** True when the image waits its turn among the audio. */
  syncWithAudio = false;
  constructor(
    readonly image: Uint8Array,
    readonly size: ImageSize,
    readonly format: string | null = null,
  ) {
    super();
  }
}

/** An image to show. */
export class OutputImageRawFrame extends OutputImageFrame {
  readonly type = 'OutputImageRawFrame';
}

/** An image that the assistant made. */
export class AssistantImageRawFrame extends OutputImageFrame {
  readonly type = 'AssistantImageRawFrame';
  constructor(
    image: Uint8Array,
    size: ImageSize,
    format: string | null = null,
    readonly originalData: Uint8Array | null = null,
    readonly originalMimeType: string | null = null,
  ) {
    super(image, size, format);
  }
}

/** An image with the address it came from. */
export class URLImageRawFrame extends OutputImageFrame {
  readonly type = 'URLImageRawFrame';
  constructor(
    image: Uint8Array,
    size: ImageSize,
    format: string | null = null,
    readonly url: string | null = null,
  ) {
    super(image, size, format);
  }
}

/** Images to show in turn. */
export class SpriteFrame extends DataFrame {
  readonly type = 'SpriteFrame';
  constructor(readonly images: readonly OutputImageRawFrame[]) {
    super();
  }
}
