import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';

import { int16ToBytes } from '../../audio/index.js';
import {
  InputAudioRawFrame,
  InterruptionFrame,
  OutputAudioRawFrame,
  OutputTransportMessageFrame,
  OutputTransportMessageUrgentFrame,
  TextFrame,
  TranscriptionFrame,
  type Frame,
} from '../../pipeline/frames/index.js';
import { ignored, received, undecodable, undecodableBy } from './decoded.js';
import { encodeAudioFrame, encodeMessageFrame } from './encode-frame.js';
import type { Deserialized, FrameSerializer } from './frame-serializer.js';
import {
  FrameSchema,
  type AudioRawFrame as WireAudioRawFrame,
  type Frame as WireFrame,
} from './gen/frames_pb.js';
import { fromJson, toJson } from './json.js';
import { messageOrAudio } from './rtvi-audio.js';
import { readWireAudio } from './wire-audio.js';

/**
 * Pipecat's protobuf format: one binary WebSocket message is one `pipecat.Frame`.
 *
 * Ids and names stay off the wire in both directions. They count frames within one process, and a Python peer
 * that takes over a foreign id may mistake the frame for one it has already seen.
 */
export class ProtobufFrameSerializer implements FrameSerializer {
  /**
   * Text, plain output audio, final transcripts, transport messages and interruptions travel; everything else gives
   * null, and so does empty audio, on which a Python peer would divide by zero.
   */
  serialize(frame: Frame): Uint8Array | null {
    if (frame instanceof OutputAudioRawFrame && frame.pts === null) {
      const { audio, sampleRateHz, numChannels } = frame;
      return audio.length === 0 ? null : encodeAudioFrame(int16ToBytes(audio), sampleRateHz, numChannels);
    }
    if (frame instanceof OutputTransportMessageFrame || frame instanceof OutputTransportMessageUrgentFrame) {
      return encodeMessageFrame(toJson(frame.message));
    }
    const wire = toWire(frame);
    return wire && toBinary(FrameSchema, create(FrameSchema, { frame: wire }));
  }

  deserialize(data: Uint8Array | string): Deserialized {
    if (typeof data === 'string') {
      return undecodable('It is a text message; send binary ones.');
    }
    let wire: WireFrame;
    try {
      wire = fromBinary(FrameSchema, data, { readUnknownFields: false });
    } catch (cause) {
      return undecodable('Send one serialized pipecat.Frame per binary message.', cause);
    }
    return fromWire(wire);
  }
}

const toWire = (frame: Frame): NonNullable<MessageInitShape<typeof FrameSchema>['frame']> | null => {
  if (frame instanceof OutputAudioRawFrame) {
    if (frame.audio.length === 0) return null;
    return {
      case: 'audio',
      value: {
        audio: int16ToBytes(frame.audio),
        sampleRate: frame.sampleRateHz,
        numChannels: frame.numChannels,
        ...(frame.pts === null ? {} : { pts: frame.pts }),
      },
    };
  }
  if (frame instanceof TextFrame) return { case: 'text', value: { text: frame.text } };
  if (frame instanceof TranscriptionFrame) {
    const { text, userId, timestamp } = frame;
    return { case: 'transcription', value: { text, userId, timestamp } };
  }
  if (frame instanceof InterruptionFrame) return { case: 'interruption', value: {} };
  return null;
};

const fromWire = (wire: WireFrame): Deserialized => {
  switch (wire.frame.case) {
    case 'text':
      return received(new TextFrame(wire.frame.value.text));
    case 'audio':
      return audioFromWire(wire.frame.value);
    case 'transcription': {
      const { text, userId, timestamp } = wire.frame.value;
      return received(new TranscriptionFrame(text, userId, timestamp));
    }
    case 'message':
      return messageFromWire(wire.frame.value.data);
    case 'interruption':
      return received(new InterruptionFrame());
    case undefined:
      return ignored('no known kind of frame is set');
  }
};

const messageFromWire = (data: string): Deserialized => {
  const message = fromJson(data);
  return message === undefined
    ? undecodable('The data of a MessageFrame is not JSON.')
    : messageOrAudio(message);
};

const audioFromWire = (wire: WireAudioRawFrame): Deserialized => {
  if (wire.audio.length === 0) return ignored('empty audio');
  try {
    const { samples, sampleRateHz, numChannels } = readWireAudio(
      wire.audio,
      wire.sampleRate,
      wire.numChannels,
    );
    const frame = new InputAudioRawFrame(samples, sampleRateHz, numChannels);
    if (wire.pts !== undefined && wire.pts !== 0n) frame.pts = wire.pts;
    return received(frame);
  } catch (error) {
    return undecodableBy(error, 'Its audio cannot be read.');
  }
};
