import { Buffer } from 'node:buffer';

import { int16ToBytes } from '../../audio/index.js';
import {
  InputAudioRawFrame,
  InputTransportMessageFrame,
  type OutputAudioRawFrame,
} from '../../pipeline/frames/index.js';
import { ignored, received } from './decoded.js';
import type { Deserialized } from './frame-serializer.js';
import { readWireAudio } from './wire-audio.js';

const label = 'rtvi-ai';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const bytesOf = (data: Readonly<Record<string, unknown>>): Uint8Array | null => {
  const { base64Audio, base64AudioBatch } = data;
  const pieces: readonly unknown[] = Array.isArray(base64AudioBatch) ? base64AudioBatch : [base64Audio];
  const texts = pieces.filter((piece) => typeof piece === 'string');
  if (texts.length < pieces.length) return null;
  return Buffer.concat(texts.map((text) => Buffer.from(text, 'base64')));
};

/**
 * What a JSON message becomes: audio for RTVI's `raw-audio` and `raw-audio-batch`, else the message itself. Audio that
 * cannot be read stays a message, so that whoever serves RTVI can refuse it by its id.
 */
export const messageOrAudio = (message: unknown): Deserialized => {
  const asMessage = (): Deserialized => received(new InputTransportMessageFrame(message));
  if (!isObject(message) || message['label'] !== label) return asMessage();
  const { type, data } = message;
  if ((type !== 'raw-audio' && type !== 'raw-audio-batch') || !isObject(data)) return asMessage();
  const { sampleRate, numChannels } = data;
  const bytes = bytesOf(data);
  if (bytes === null || typeof sampleRate !== 'number' || typeof numChannels !== 'number') return asMessage();
  if (bytes.length === 0) return ignored('empty audio');
  try {
    const audio = readWireAudio(bytes, sampleRate, numChannels);
    return received(new InputAudioRawFrame(audio.samples, audio.sampleRateHz, audio.numChannels));
  } catch {
    return asMessage();
  }
};

/** The types of message in which the bot's voice can travel as JSON. */
export type RtviAudioType = 'bot-tts-audio' | 'eval-bot-audio';

/**
 * The bot's voice as a message: `bot-tts-audio` is RTVI's own model, `eval-bot-audio` what Pipecat's test harness
 * listens to.
 */
export const audioMessage = (type: RtviAudioType, frame: OutputAudioRawFrame): object => {
  const audio = Buffer.from(int16ToBytes(frame.audio)).toString('base64');
  const { sampleRateHz, numChannels } = frame;
  return type === 'bot-tts-audio'
    ? { label, type, data: { audio, sample_rate: sampleRateHz, num_channels: numChannels } }
    : { label, type, data: { audio, sampleRate: sampleRateHz } };
};
