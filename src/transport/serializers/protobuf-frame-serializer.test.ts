import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { writeWav } from '../../audio/index.js';
import { SlowcatError } from '../../errors.js';
import {
  EndFrame,
  InputAudioRawFrame,
  InputTransportMessageFrame,
  InterimTranscriptionFrame,
  InterruptionFrame,
  LLMTextFrame,
  OutputAudioRawFrame,
  OutputTransportMessageFrame,
  OutputTransportMessageUrgentFrame,
  TTSAudioRawFrame,
  TextFrame,
  TranscriptionFrame,
  type Frame,
} from '../../pipeline/frames/index.js';
import { FrameSchema } from './gen/frames_pb.js';
import { ProtobufFrameSerializer } from './protobuf-frame-serializer.js';

const serializer = new ProtobufFrameSerializer();
const hex = (text: string): Uint8Array => Buffer.from(text, 'hex');
const toHex = (bytes: Uint8Array | null): string | null => bytes && Buffer.from(bytes).toString('hex');

const wire = (frame: NonNullable<MessageInitShape<typeof FrameSchema>['frame']>): Uint8Array =>
  toBinary(FrameSchema, create(FrameSchema, { frame }));

const audio = (value: { audio: Uint8Array; sampleRate: number; numChannels: number }): Uint8Array =>
  wire({ case: 'audio', value });

const frameOf = <T extends Frame>(data: Uint8Array, type: new (...args: never[]) => T): T => {
  const result = serializer.deserialize(data);
  if (result.kind !== 'frame' || !(result.frame instanceof type)) {
    throw new Error(`no ${type.name}: ${result.kind === 'undecodable' ? String(result.error) : result.kind}`);
  }
  return result.frame;
};

const codeOf = (data: Uint8Array | string): string => {
  const result = serializer.deserialize(data);
  return result.kind === 'undecodable' ? result.error.code : result.kind;
};

const samples = Int16Array.of(1, 32767);

it('takes RTVI audio out of its message', () => {
  const data = {
    base64Audio: Buffer.from([1, 0, 2, 0]).toString('base64'),
    sampleRate: 8000,
    numChannels: 1,
  };
  const message = JSON.stringify({ label: 'rtvi-ai', type: 'raw-audio', id: '1', data });
  const frame = frameOf(wire({ case: 'message', value: { data: message } }), InputAudioRawFrame);
  expect(frame).toMatchObject({ audio: Int16Array.of(1, 2), sampleRateHz: 8000, numChannels: 1 });
});

// The golden bytes come from the serializer of Pipecat 1.14 itself.
describe('golden vectors, sent', () => {
  const pts = new OutputAudioRawFrame(Int16Array.of(1), 24_000);
  pts.pts = 123_456_789n;
  it.each<[string, Frame, string]>([
    ['text', new TextFrame('hi'), '0a041a026869'],
    ['audio', new OutputAudioRawFrame(samples, 24_000), '120c1a040100ff7f20c0bb012801'],
    ['audio with a time', pts, '120f1a02010020c0bb01280130959aef3a'],
    ['transcription', new TranscriptionFrame('hi', 'u1', 't'), '1a0b1a026869220275312a0174'],
    ['interruption', new InterruptionFrame(), '2a00'],
    [
      'message',
      new OutputTransportMessageFrame({ a: 1 }),
      `22090a07${Buffer.from('{"a":1}').toString('hex')}`,
    ],
    ['urgent message', new OutputTransportMessageUrgentFrame([]), '22040a025b5d'],
  ])('%s, ids and names omitted', (_, frame, expected) => {
    expect(toHex(serializer.serialize(frame))).toBe(expected);
  });

  it.each<Frame>([
    new TTSAudioRawFrame(samples, 24_000),
    new InputAudioRawFrame(samples, 16_000),
    new LLMTextFrame('x'),
    new InterimTranscriptionFrame('x', 'u', 't'),
    new EndFrame(),
    new OutputAudioRawFrame(new Int16Array(0), 24_000),
  ])('does not send %s', (frame) => {
    expect(serializer.serialize(frame)).toBeNull();
  });

  it('refuses a message that is not JSON', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    for (const message of [cycle, undefined, 1n]) {
      expect(() => serializer.serialize(new OutputTransportMessageFrame(message))).toThrow(SlowcatError);
    }
  });
});

describe('golden vectors, received', () => {
  it('text', () => {
    expect(frameOf(hex('0a130801120b546578744672616d6523301a026869'), TextFrame).text).toBe('hi');
  });

  it('transcription', () => {
    const frame = frameOf(
      hex(
        '1a3f080212145472616e736372697074696f6e4672616d6523301a026869220275312a1d323032362d30312d30315430303a30303a30302e3030302b30303a3030',
      ),
      TranscriptionFrame,
    );
    expect([frame.text, frame.userId, frame.timestamp]).toEqual([
      'hi',
      'u1',
      '2026-01-01T00:00:00.000+00:00',
    ]);
  });

  it('audio', () => {
    const frame = frameOf(
      hex('1225080312154f7574707574417564696f5261774672616d6523301a040100ff7f20c0bb012801'),
      InputAudioRawFrame,
    );
    expect([...frame.audio]).toEqual([1, 32767]);
    expect([frame.sampleRateHz, frame.numChannels, frame.pts]).toEqual([24_000, 1, null]);
  });

  it('audio with a time', () => {
    const data = hex('1228080b12154f7574707574417564696f5261774672616d6523311a02010020c0bb01280130959aef3a');
    expect(frameOf(data, InputAudioRawFrame).pts).toBe(123_456_789n);
  });

  it('audio of the JavaScript client', () => {
    const frame = frameOf(hex('12121205617564696f1a040100ff7f20807d2801'), InputAudioRawFrame);
    expect([frame.sampleRateHz, frame.audio.length]).toEqual([16_000, 2]);
  });

  it('interruption, whose id and name are not taken over', () => {
    const frame = frameOf(hex('2a1708051213496e74657272757074696f6e4672616d652330'), InterruptionFrame);
    const next = new InterruptionFrame();
    expect(next.id).toBe(frame.id + 1);
  });

  it('message', () => {
    const data = hex(
      '22540a527b226c6162656c223a2022727476692d6169222c202274797065223a2022626f742d7265616479222c20226964223a202261222c202264617461223a207b2276657273696f6e223a2022322e312e30227d7d',
    );
    expect(frameOf(data, InputTransportMessageFrame).message).toEqual({
      label: 'rtvi-ai',
      type: 'bot-ready',
      id: 'a',
      data: { version: '2.1.0' },
    });
  });
});

describe('audio in WAV headers', () => {
  const wav = (count: number, sampleRateHz: number, channels = 1): Uint8Array =>
    writeWav(new Float32Array(count).fill(0.5), { sampleRateHz, channels });

  it('strips the header of every message, and trusts it', () => {
    for (const count of [1, 640, 32_000]) {
      const frame = frameOf(
        audio({ audio: wav(count, 16_000), sampleRate: 0, numChannels: 0 }),
        InputAudioRawFrame,
      );
      expect([frame.audio.length, frame.sampleRateHz, frame.numChannels]).toEqual([count, 16_000, 1]);
      expect(frame.audio.every((sample) => sample === 16_384)).toBe(true);
    }
    const stereo = frameOf(
      audio({ audio: wav(8, 48_000, 2), sampleRate: 16_000, numChannels: 1 }),
      InputAudioRawFrame,
    );
    expect([stereo.numFrames, stereo.sampleRateHz, stereo.numChannels]).toEqual([4, 48_000, 2]);
  });

  it('reports a damaged header', () => {
    const cut = wav(100, 16_000).subarray(0, 30);
    expect(codeOf(audio({ audio: cut, sampleRate: 16_000, numChannels: 1 }))).toBe('SLOWCAT_WAV_INVALID');
    const slow = wav(100, 100);
    expect(codeOf(audio({ audio: slow, sampleRate: 16_000, numChannels: 1 }))).toBe('SLOWCAT_AUDIO_INVALID');
  });
});

describe('messages that cannot be used', () => {
  const pcm = new Uint8Array(14);
  it.each<[string, Uint8Array | string, string]>([
    ['a text message', '{"label":"rtvi-ai"}', 'SLOWCAT_FRAME_UNDECODABLE'],
    ['cut protobuf', hex('0a041a0268'), 'SLOWCAT_FRAME_UNDECODABLE'],
    ['bad JSON', wire({ case: 'message', value: { data: '{nope' } }), 'SLOWCAT_FRAME_UNDECODABLE'],
    ['deeply nested groups', new Uint8Array(1024 * 1024).fill(0x0b), 'SLOWCAT_FRAME_UNDECODABLE'],
    ['sample rate 0', audio({ audio: pcm, sampleRate: 0, numChannels: 1 }), 'SLOWCAT_AUDIO_INVALID'],
    ['sample rate 1', audio({ audio: pcm, sampleRate: 1, numChannels: 1 }), 'SLOWCAT_AUDIO_INVALID'],
    [
      'sample rate 2^32-1',
      audio({ audio: pcm, sampleRate: 2 ** 32 - 1, numChannels: 1 }),
      'SLOWCAT_AUDIO_INVALID',
    ],
    ['no channels', audio({ audio: pcm, sampleRate: 16_000, numChannels: 0 }), 'SLOWCAT_AUDIO_INVALID'],
    [
      'a part of 7 channels',
      audio({ audio: pcm, sampleRate: 16_000, numChannels: 2 ** 20 }),
      'SLOWCAT_AUDIO_INVALID',
    ],
    [
      'half a sample',
      audio({ audio: new Uint8Array(3), sampleRate: 16_000, numChannels: 1 }),
      'SLOWCAT_AUDIO_INVALID',
    ],
    ['uneven stereo', audio({ audio: pcm, sampleRate: 16_000, numChannels: 2 }), 'SLOWCAT_AUDIO_INVALID'],
    ['an empty message', new Uint8Array(0), 'ignored'],
    ['an unknown kind of frame', hex('32021a00'), 'ignored'],
    ['empty audio', audio({ audio: new Uint8Array(0), sampleRate: 0, numChannels: 0 }), 'ignored'],
  ])('%s', (_, data, expected) => {
    expect(codeOf(data)).toBe(expected);
  });

  it('takes 7 channels', () => {
    const frame = frameOf(audio({ audio: pcm, sampleRate: 16_000, numChannels: 7 }), InputAudioRawFrame);
    expect([frame.numFrames, frame.numChannels]).toEqual([1, 7]);
  });

  it('says nothing of what the message held', () => {
    const result = serializer.deserialize(wire({ case: 'message', value: { data: 'secret words' } }));
    expect(
      result.kind === 'undecodable' && `${result.error.message} ${String(result.error.cause)}`,
    ).not.toMatch(/secret/);
  });

  it('random bytes give a coded result and never throw', () => {
    const kinds = new Set<string>();
    const check = (data: Uint8Array): void => void kinds.add(codeOf(data));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), check), { numRuns: 2000 });
    // Damage to a good message reaches deeper than noise does.
    const good = audio({
      audio: writeWav(new Float32Array(20), { sampleRateHz: 16_000 }),
      sampleRate: 1,
      numChannels: 1,
    });
    const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(damage, fc.nat(good.length), (edits, length) => {
        const data = Uint8Array.from(good);
        for (const [at, value] of edits) data[at] = value;
        check(data.subarray(0, length));
        check(data);
      }),
      { numRuns: 2000 },
    );
    expect([...kinds]).toEqual(expect.arrayContaining(['frame', 'ignored', 'SLOWCAT_FRAME_UNDECODABLE']));
  });
});

describe('round trip', () => {
  it('keeps text, transcripts, messages and audio', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string(),
        fc.jsonValue(),
        fc.int16Array({ minLength: 1 }),
        (text, id, json, pcm) => {
          const back = (frame: Frame): Uint8Array => serializer.serialize(frame) ?? new Uint8Array(0);
          expect(frameOf(back(new TextFrame(text)), TextFrame).text).toBe(text);
          const said = frameOf(back(new TranscriptionFrame(text, id, id)), TranscriptionFrame);
          expect([said.text, said.userId, said.timestamp]).toEqual([text, id, id]);
          const message = frameOf(
            back(new OutputTransportMessageFrame(json)),
            InputTransportMessageFrame,
          ).message;
          expect(message).toEqual(JSON.parse(JSON.stringify(json)));
          const heard = frameOf(back(new OutputAudioRawFrame(pcm, 8000)), InputAudioRawFrame);
          expect([...heard.audio]).toEqual([...pcm]);
        },
      ),
    );
  });
});
