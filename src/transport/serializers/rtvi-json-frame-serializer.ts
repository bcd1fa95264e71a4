import {
  OutputAudioRawFrame,
  OutputTransportMessageFrame,
  OutputTransportMessageUrgentFrame,
  type Frame,
} from '../../pipeline/frames/index.js';
import { undecodable } from './decoded.js';
import type { Deserialized, FrameSerializer } from './frame-serializer.js';
import { fromJson, toJson } from './json.js';
import { audioMessage, messageOrAudio, type RtviAudioType } from './rtvi-audio.js';

export interface RtviJsonOptions {
  /** In which message the bot's voice travels; null sends none. @defaultValue 'bot-tts-audio' */
  readonly botAudio?: RtviAudioType | null;
}

/**
 * RTVI as JSON text, for clients without protobuf: one text message is one RTVI message. The user's voice comes as
 * `raw-audio` (Pipecat's RTVI client sends it so), the bot's goes as `bot-tts-audio`, paced like all audio.
 *
 * Interruptions, transcripts and texts have RTVI messages of their own and do not travel as frames.
 */
export class RtviJsonFrameSerializer implements FrameSerializer {
  readonly #botAudio: RtviAudioType | null;

  constructor(options: RtviJsonOptions = {}) {
    this.#botAudio = options.botAudio === undefined ? 'bot-tts-audio' : options.botAudio;
  }

  serialize(frame: Frame): string | null {
    if (frame instanceof OutputTransportMessageFrame || frame instanceof OutputTransportMessageUrgentFrame) {
      return toJson(frame.message);
    }
    if (!(frame instanceof OutputAudioRawFrame) || this.#botAudio === null || frame.audio.length === 0)
      return null;
    return toJson(audioMessage(this.#botAudio, frame));
  }

  deserialize(data: Uint8Array | string): Deserialized {
    if (typeof data !== 'string') return undecodable('It is a binary message; send JSON text here.');
    const message = fromJson(data);
    return message === undefined ? undecodable('It is not JSON.') : messageOrAudio(message);
  }
}
