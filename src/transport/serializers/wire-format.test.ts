import { describe, expect, it } from 'vitest';

import { OutputAudioRawFrame } from '../../pipeline/frames/index.js';
import { wireFormatFromQuery } from './wire-format.js';

const speech = new OutputAudioRawFrame(new Int16Array(8), 24_000);
const audioTypeOf = (query: Record<string, string>) => {
  const text = wireFormatFromQuery({ format: 'rtvi', ...query }).serializer.serialize(speech);
  return text === null ? null : (JSON.parse(text as string) as { type: string }).type;
};

describe('wireFormatFromQuery', () => {
  it.each([
    [{}, 'protobuf', undefined],
    [{ format: 'protobuf', out_rate: '16000' }, 'protobuf', 16_000],
    [{ format: 'rtvi' }, 'rtvi', undefined],
    [{ format: 'rtvi', sample_rate: '8000' }, 'rtvi', 8000],
    [{ format: 'pcm' }, 'pcm', 16_000],
    [{ format: 'pcm', rate: '8000' }, 'pcm', 8000],
    [{ format: 'pcm', rate: '16000', out_rate: '24000' }, 'pcm', 24_000],
    [{ format: 'twilio', out_rate: '24000' }, 'twilio', 8000],
  ])('%j is %s at %s', (query, name, audioOutSampleRateHz) => {
    expect(wireFormatFromQuery(query as Record<string, string>)).toMatchObject({
      name,
      audioOutSampleRateHz,
    });
  });

  it('takes the rate of pcm for what comes in', () => {
    const { serializer } = wireFormatFromQuery({ format: 'pcm', rate: '8000', out_rate: '24000' });
    expect(serializer.deserialize(new Uint8Array(4))).toMatchObject({ frame: { sampleRateHz: 8000 } });
  });

  it('chooses how RTVI carries the voice', () => {
    expect(audioTypeOf({})).toBe('bot-tts-audio');
    expect(audioTypeOf({ audio: 'false' })).toBeNull();
    expect(audioTypeOf({ skip_tts: 'true' })).toBeNull();
    expect(audioTypeOf({ skip_tts: 'true', capture_bot_audio: 'true' })).toBe('eval-bot-audio');
  });

  it('has a serializer of its own for each connection', () => {
    const [one, other] = [
      wireFormatFromQuery({ format: 'twilio' }),
      wireFormatFromQuery({ format: 'twilio' }),
    ];
    expect(one.serializer).not.toBe(other.serializer);
  });

  it.each([
    [{ format: 'mp3' }, /protobuf, rtvi, pcm, twilio/],
    [{ format: '' }, /choose one of/],
    [{ format: 'toString' }, /choose one of/],
    [{ format: 'pcm', rate: '12' }, /8000 to 48000/],
    [{ format: 'pcm', rate: 'fast' }, /8000 to 48000/],
  ])('refuses %j', (query, words) => {
    expect(() => wireFormatFromQuery(query as Record<string, string>)).toThrow(words);
  });
});
