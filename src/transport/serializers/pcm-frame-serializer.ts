import { int16ToBytes } from '../../audio/index.js';
import {
  InputAudioRawFrame,
  InterruptionFrame,
  OutputAudioRawFrame,
  OutputTransportMessageFrame,
  OutputTransportMessageUrgentFrame,
  type Frame,
} from '../../pipeline/frames/index.js';
import { ignored, received, undecodable, undecodableBy } from './decoded.js';
import type { Deserialized, FrameSerializer } from './frame-serializer.js';
import { fromJson, toJson } from './json.js';
import { messageOrAudio } from './rtvi-audio.js';
import { readWireAudio } from './wire-audio.js';

/** Tells a device to throw away the audio that it has not played; named as in telephony. */
const clear = JSON.stringify({ event: 'clear' });

/**
 * Bare 16-bit little-endian mono PCM, for devices without room for a protocol: a binary message is audio, both ways.
 *
 * The one text message that every device gets is `{"event":"clear"}`, when the user interrupts. A device that sends a
 * text message itself speaks RTVI as JSON, and from then on is sent RTVI too.
 */
export class PcmFrameSerializer implements FrameSerializer {
  readonly #sampleRateHz: number;
  #speaksRtvi = false;

  /** @param sampleRateHz of the audio that comes in */
  constructor(sampleRateHz: number) {
    this.#sampleRateHz = sampleRateHz;
  }

  serialize(frame: Frame): Uint8Array | string | null {
    if (frame instanceof OutputAudioRawFrame)
      return frame.audio.length === 0 ? null : int16ToBytes(frame.audio);
    if (frame instanceof InterruptionFrame) return clear;
    const isMessage =
      frame instanceof OutputTransportMessageFrame || frame instanceof OutputTransportMessageUrgentFrame;
    return isMessage && this.#speaksRtvi ? toJson(frame.message) : null;
  }

  deserialize(data: Uint8Array | string): Deserialized {
    if (typeof data === 'string') {
      const message = fromJson(data);
      if (message === undefined) return undecodable('Its text is not JSON.');
      this.#speaksRtvi = true;
      return messageOrAudio(message);
    }
    if (data.length === 0) return ignored('empty audio');
    try {
      const { samples, sampleRateHz, numChannels } = readWireAudio(data, this.#sampleRateHz, 1);
      return received(new InputAudioRawFrame(samples, sampleRateHz, numChannels));
    } catch (error) {
      return undecodableBy(error, 'Its audio cannot be read.');
    }
  }
}
