import { SlowcatError } from '../../errors.js';
import { outputRateFromQuery } from '../websocket/transport-options.js';
import type { FrameSerializer } from './frame-serializer.js';
import { PcmFrameSerializer } from './pcm-frame-serializer.js';
import { ProtobufFrameSerializer } from './protobuf-frame-serializer.js';
import { RtviJsonFrameSerializer } from './rtvi-json-frame-serializer.js';
import type { RtviAudioType } from './rtvi-audio.js';
import { TwilioFrameSerializer, twilioSampleRateHz } from './twilio-frame-serializer.js';

export const wireFormatNames = ['protobuf', 'rtvi', 'pcm', 'twilio'] as const;
export type WireFormatName = (typeof wireFormatNames)[number];

/** How one connection is spoken with. */
export interface WireFormat {
  readonly name: WireFormatName;
  readonly serializer: FrameSerializer;
  /** Rate of the audio that is sent; undefined takes the pipeline's. */
  readonly audioOutSampleRateHz: number | undefined;
}

type Query = Readonly<Record<string, string>>;

const isWireFormat = (name: string): name is WireFormatName =>
  (wireFormatNames as readonly string[]).includes(name);

/**
 * Reads `?format=` of the connecting address, `protobuf` when it is not there, and what goes with it:
 *
 * - `rtvi`: `audio=false` sends no audio; `capture_bot_audio=true` sends it as Pipecat's harness wants it, and
 *   `skip_tts=true` not at all.
 * - `pcm`: `rate` of the audio both ways, 16000 when it is not there; `out_rate` for another one outwards.
 *
 * Throws `SLOWCAT_CONFIG_INVALID`, naming what there is.
 */
export const wireFormatFromQuery = (query: Query): WireFormat => {
  const name = query['format'] ?? 'protobuf';
  if (!isWireFormat(name)) {
    throw new SlowcatError(
      'SLOWCAT_CONFIG_INVALID',
      `There is no such format; choose one of: ${wireFormatNames.join(', ')}.`,
    );
  }
  const audioOutSampleRateHz = outputRateFromQuery(query);
  switch (name) {
    case 'protobuf':
      return { name, serializer: new ProtobufFrameSerializer(), audioOutSampleRateHz };
    case 'rtvi': {
      const serializer = new RtviJsonFrameSerializer({ botAudio: botAudioOf(query) });
      return { name, serializer, audioOutSampleRateHz };
    }
    case 'pcm': {
      const rateHz = pcmRateOf(query);
      const serializer = new PcmFrameSerializer(rateHz);
      return { name, serializer, audioOutSampleRateHz: audioOutSampleRateHz ?? rateHz };
    }
    case 'twilio':
      return { name, serializer: new TwilioFrameSerializer(), audioOutSampleRateHz: twilioSampleRateHz };
  }
};

const botAudioOf = (query: Query): RtviAudioType | null => {
  if (query['capture_bot_audio'] === 'true') return 'eval-bot-audio';
  return query['skip_tts'] === 'true' || query['audio'] === 'false' ? null : 'bot-tts-audio';
};

const pcmRateOf = ({ rate }: Query): number => {
  if (rate === undefined) return 16_000;
  const rateHz = outputRateFromQuery({ out_rate: rate });
  if (rateHz !== undefined) return rateHz;
  throw new SlowcatError('SLOWCAT_CONFIG_INVALID', 'The rate of pcm is a whole number from 8000 to 48000.');
};
