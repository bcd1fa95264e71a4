import { Buffer } from 'node:buffer';

import {
  InputAudioRawFrame,
  InputDTMFFrame,
  InputTransportMessageFrame,
  InterruptionFrame,
  OutputAudioRawFrame,
  OutputTransportMessageFrame,
  OutputTransportMessageUrgentFrame,
  TTSStoppedFrame,
  type Frame,
  type KeypadEntry,
} from '../../pipeline/frames/index.js';
import { ignored, received, undecodable } from './decoded.js';
import type { Deserialized, FrameSerializer } from './frame-serializer.js';
import { fromJson, toJson } from './json.js';
import { int16ToMuLaw, muLawToInt16 } from './mu-law.js';

/** The telephone's rate; Twilio knows no other. */
export const twilioSampleRateHz = 8000;

const keys: ReadonlySet<string> = new Set<KeypadEntry>([
  '0',
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
  '9',
  '*',
  '#',
]);
const isKey = (digit: unknown): digit is KeypadEntry => typeof digit === 'string' && keys.has(digit);

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const objectAt = (message: Json, key: string): Json => {
  const value = message[key];
  return isObject(value) ? value : {};
};

/**
 * Twilio's Media Streams: JSON text, mu-law audio at 8 kHz in base64.
 *
 * An interruption becomes `clear`, so that Twilio drops what it has buffered. Behind each answer goes a `mark`, which
 * Twilio sends back when the caller has heard the answer, or at once after a `clear`; it comes in as an
 * InputTransportMessageFrame. RTVI is not for a telephone and is not sent.
 */
export class TwilioFrameSerializer implements FrameSerializer {
  #streamSid: string | undefined;
  #callSid: string | undefined;
  #marks = 0;

  /** The call, once its stream has started. */
  get callSid(): string | undefined {
    return this.#callSid;
  }

  /** Nothing can be sent before Twilio has named the stream, which it does in its second message. */
  serialize(frame: Frame): string | null {
    const streamSid = this.#streamSid;
    if (streamSid === undefined) return null;
    if (frame instanceof OutputAudioRawFrame) {
      if (frame.audio.length === 0) return null;
      const payload = Buffer.from(int16ToMuLaw(frame.audio)).toString('base64');
      return toJson({ event: 'media', streamSid, media: { payload } });
    }
    if (frame instanceof InterruptionFrame) return toJson({ event: 'clear', streamSid });
    if (frame instanceof TTSStoppedFrame) {
      this.#marks += 1;
      return toJson({ event: 'mark', streamSid, mark: { name: `answer-${this.#marks}` } });
    }
    if (frame instanceof OutputTransportMessageFrame || frame instanceof OutputTransportMessageUrgentFrame) {
      const { message } = frame;
      return isObject(message) && message['label'] === 'rtvi-ai' ? null : toJson(message);
    }
    return null;
  }

  deserialize(data: Uint8Array | string): Deserialized {
    if (typeof data !== 'string') return undecodable('It is a binary message; Twilio sends text.');
    const message = fromJson(data);
    if (!isObject(message)) return undecodable('It is not a message of Twilio.');
    switch (message['event']) {
      case 'media':
        return this.#audio(objectAt(message, 'media'));
      case 'start':
        return this.#start(message);
      case 'dtmf': {
        const { digit } = objectAt(message, 'dtmf');
        return isKey(digit) ? received(new InputDTMFFrame(digit)) : ignored('a key that telephones lack');
      }
      case 'mark':
        return received(new InputTransportMessageFrame(message));
      case 'connected':
      case 'stop':
        return ignored('nothing to do: the socket says as much');
      default:
        return ignored('an event that is not known');
    }
  }

  #start(message: Json): Deserialized {
    const start = objectAt(message, 'start');
    const streamSid = message['streamSid'] ?? start['streamSid'];
    if (typeof streamSid !== 'string') return undecodable('The stream has no streamSid.');
    const { encoding, sampleRate } = objectAt(start, 'mediaFormat');
    if (
      (encoding ?? 'audio/x-mulaw') !== 'audio/x-mulaw' ||
      (sampleRate ?? twilioSampleRateHz) !== twilioSampleRateHz
    )
      return undecodable('Only audio/x-mulaw at 8000 Hz is spoken here.');
    this.#streamSid = streamSid;
    const { callSid } = start;
    if (typeof callSid === 'string') this.#callSid = callSid;
    return ignored('the stream has started');
  }

  #audio({ track, payload }: Json): Deserialized {
    // A stream of both tracks brings back what the bot says; hearing itself, it would answer itself.
    if (track !== undefined && track !== 'inbound') return ignored('what the caller hears');
    if (typeof payload !== 'string' || payload === '') return ignored('empty audio');
    const samples = muLawToInt16(Buffer.from(payload, 'base64'));
    if (samples.length === 0) return undecodable('Its payload is not base64.');
    return received(new InputAudioRawFrame(samples, twilioSampleRateHz));
  }
}
