import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  InputAudioRawFrame,
  InterruptionFrame,
  LLMTextFrame,
  OutputAudioRawFrame,
  OutputTransportMessageFrame,
  OutputTransportMessageUrgentFrame,
  TextFrame,
  TranscriptionFrame,
  TTSStoppedFrame,
} from '../../pipeline/frames/index.js';
import { writeWav } from '../../audio/index.js';
import { RtviJsonFrameSerializer } from './rtvi-json-frame-serializer.js';

const serializer = new RtviJsonFrameSerializer();
const request = (type: string, data?: unknown) => ({ label: 'rtvi-ai', type, id: '1', data });
const receive = (message: unknown) => serializer.deserialize(JSON.stringify(message));
const base64 = (...bytes: number[]) => Buffer.from(bytes).toString('base64');

/** The audio frame of a result, or why there is none. */
const audioOf = (result: ReturnType<typeof receive>) =>
  result.kind === 'frame' && result.frame instanceof InputAudioRawFrame ? result.frame : result;

describe('what is sent', () => {
  it('messages as they are', () => {
    const message = { label: 'rtvi-ai', type: 'bot-llm-text', data: { text: 'hé' } };
    for (const frame of [
      new OutputTransportMessageFrame(message),
      new OutputTransportMessageUrgentFrame(message),
    ]) {
      expect(serializer.serialize(frame)).toBe(JSON.stringify(message));
    }
  });

  it('audio, in the message that was chosen', () => {
    const frame = new OutputAudioRawFrame(Int16Array.of(1, -129), 24_000);
    const audio = base64(0x01, 0x00, 0x7f, 0xff);
    const read = (options: ConstructorParameters<typeof RtviJsonFrameSerializer>[0]) =>
      JSON.parse(new RtviJsonFrameSerializer(options).serialize(frame) ?? 'null') as unknown;
    expect(read({})).toEqual({
      label: 'rtvi-ai',
      type: 'bot-tts-audio',
      data: { audio, sample_rate: 24_000, num_channels: 1 },
    });
    expect(read({ botAudio: 'eval-bot-audio' })).toEqual({
      label: 'rtvi-ai',
      type: 'eval-bot-audio',
      data: { audio, sampleRate: 24_000 },
    });
    expect(read({ botAudio: null })).toBeNull();
  });

  it('nothing of what has an RTVI message of its own', () => {
    for (const frame of [
      new InterruptionFrame(),
      new TextFrame('a'),
      new LLMTextFrame('a'),
      new TranscriptionFrame('a', 'u', 't'),
      new TTSStoppedFrame('c'),
      new OutputAudioRawFrame(new Int16Array(0), 24_000),
    ]) {
      expect(serializer.serialize(frame)).toBeNull();
    }
  });

  it('an error for a message that is not JSON', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    for (const message of [circular, 1n, () => 1]) {
      expect(() => serializer.serialize(new OutputTransportMessageFrame(message))).toThrow(/plain JSON/);
    }
  });
});

describe('what comes in', () => {
  it('messages, RTVI or not', () => {
    for (const message of [request('send-text', { content: 'hi' }), { mine: 1 }, null, [1], 'x']) {
      const result = receive(message);
      expect(result).toMatchObject({ kind: 'frame', frame: { type: 'InputTransportMessageFrame' } });
      expect(result.kind === 'frame' && 'message' in result.frame && result.frame.message).toEqual(message);
    }
  });

  it('audio of its own rate and channels, one piece or several', () => {
    const format = { sampleRate: 8000, numChannels: 1 };
    const one = audioOf(receive(request('raw-audio', { base64Audio: base64(1, 0, 2, 0), ...format })));
    expect(one).toMatchObject({ audio: Int16Array.of(1, 2), sampleRateHz: 8000, numChannels: 1 });
    const batch = { base64AudioBatch: [base64(1, 0), base64(2, 0, 3, 0)], ...format };
    expect(audioOf(receive(request('raw-audio-batch', batch)))).toMatchObject({
      audio: Int16Array.of(1, 2, 3),
    });
    const stereo = { base64Audio: base64(1, 0, 2, 0), sampleRate: 48_000, numChannels: 2 };
    expect(audioOf(receive(request('raw-audio', stereo)))).toMatchObject({
      sampleRateHz: 48_000,
      numChannels: 2,
    });
  });

  it('audio in a WAV file, whose header counts', () => {
    const wav = writeWav(Float32Array.of(0, 0.5), { sampleRateHz: 16_000 });
    const data = { base64Audio: Buffer.from(wav).toString('base64'), sampleRate: 8000, numChannels: 1 };
    expect(audioOf(receive(request('raw-audio', data)))).toMatchObject({ sampleRateHz: 16_000 });
  });

  it.each([
    { base64Audio: base64(1), sampleRate: 8000, numChannels: 1 },
    { base64Audio: base64(1, 0), sampleRate: 1, numChannels: 1 },
    { base64Audio: base64(1, 0), sampleRate: 8000, numChannels: 0 },
    { base64Audio: base64(1, 0), sampleRate: '8000', numChannels: 1 },
    { base64Audio: 5, sampleRate: 8000, numChannels: 1 },
    { base64AudioBatch: ['AAA=', 5], sampleRate: 8000, numChannels: 1 },
    {},
  ])('audio that cannot be read stays a request, to be refused by its id: %j', (data) => {
    expect(receive(request('raw-audio', data))).toMatchObject({
      kind: 'frame',
      frame: { type: 'InputTransportMessageFrame', message: { id: '1' } },
    });
  });

  it('no audio at all is nothing', () => {
    const data = { base64Audio: '', sampleRate: 8000, numChannels: 1 };
    expect(receive(request('raw-audio', data)).kind).toBe('ignored');
  });

  it('what is not JSON text is damaged, and is not quoted', () => {
    for (const data of ['', '{"secret":', 'secret', new Uint8Array([1, 2])]) {
      const result = serializer.deserialize(data);
      expect(result).toMatchObject({ kind: 'undecodable', error: { code: 'SLOWCAT_FRAME_UNDECODABLE' } });
      expect(JSON.stringify(result)).not.toContain('secret');
    }
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.uint8Array()), (data) => void serializer.deserialize(data)),
    );
    fc.assert(
      fc.property(fc.constantFrom('raw-audio', 'raw-audio-batch', 'x'), fc.jsonValue(), (type, data) => {
        expect(receive(request(type, data)).kind).not.toBe('undecodable');
      }),
    );
  });
});
