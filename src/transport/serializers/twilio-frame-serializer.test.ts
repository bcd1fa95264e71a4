import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  InterruptionFrame,
  LLMTextFrame,
  OutputAudioRawFrame,
  OutputTransportMessageFrame,
  TTSStoppedFrame,
} from '../../pipeline/frames/index.js';
import { int16ToMuLaw } from './mu-law.js';
import { TwilioFrameSerializer } from './twilio-frame-serializer.js';

/*
 * Messages in the form of Twilio's documentation of Media Streams ("WebSocket messages from Twilio"), with ids of our
 * own making.
 */
const streamSid = 'MZ00000000000000000000000000000001';
const callSid = 'CA00000000000000000000000000000002';
const connected = { event: 'connected', protocol: 'Call', version: '1.0.0' };
const start = {
  event: 'start',
  sequenceNumber: '1',
  start: {
    accountSid: 'AC00000000000000000000000000000003',
    streamSid,
    callSid,
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: { FirstName: 'Jane' },
  },
  streamSid,
};
const silence = Buffer.alloc(160, 0xff);
const media = (chunk: number, payload: Buffer, track = 'inbound') => ({
  event: 'media',
  sequenceNumber: String(chunk + 1),
  media: { track, chunk: String(chunk), timestamp: String(chunk * 20), payload: payload.toString('base64') },
  streamSid,
});
const dtmf = (digit: string) => ({
  event: 'dtmf',
  streamSid,
  sequenceNumber: '5',
  dtmf: { track: 'inbound_track', digit },
});
const mark = { event: 'mark', sequenceNumber: '4', streamSid, mark: { name: 'answer-1' } };
const stop = { event: 'stop', sequenceNumber: '9', streamSid, stop: { accountSid: 'AC…', callSid } };

const give = (serializer: TwilioFrameSerializer, message: unknown) =>
  serializer.deserialize(JSON.stringify(message));
const begun = () => {
  const serializer = new TwilioFrameSerializer();
  for (const message of [connected, start]) give(serializer, message);
  return serializer;
};
const sent = (serializer: TwilioFrameSerializer, frame: Parameters<TwilioFrameSerializer['serialize']>[0]) =>
  JSON.parse(serializer.serialize(frame) ?? 'null') as unknown;

describe('a call', () => {
  it('comes in as Twilio sends it', () => {
    const serializer = new TwilioFrameSerializer();
    const tone = Buffer.from(int16ToMuLaw(Int16Array.of(1000, -1000)));
    const call = [connected, start, media(1, silence), media(2, tone), dtmf('5'), dtmf('#'), mark, stop];
    const seen = call.map((message) => {
      const result = give(serializer, message);
      return result.kind === 'frame' ? result.frame.type : result.kind;
    });
    expect(seen).toEqual([
      'ignored',
      'ignored',
      'InputAudioRawFrame',
      'InputAudioRawFrame',
      'InputDTMFFrame',
      'InputDTMFFrame',
      'InputTransportMessageFrame',
      'ignored',
    ]);
    expect(serializer.callSid).toBe(callSid);
  });

  it('is heard at 8 kHz', () => {
    const tone = Buffer.from(int16ToMuLaw(Int16Array.of(1000, -1000)));
    expect(give(begun(), media(1, tone))).toMatchObject({
      frame: { audio: Int16Array.of(988, -988), sampleRateHz: 8000, numChannels: 1 },
    });
    expect(give(begun(), media(1, silence))).toMatchObject({ frame: { audio: new Int16Array(160) } });
  });

  it('tells the key and the mark', () => {
    expect(give(begun(), dtmf('#'))).toMatchObject({ frame: { button: '#' } });
    expect(give(begun(), mark)).toMatchObject({ frame: { message: mark } });
  });

  it('is answered with audio, marks and clears that bear the name of the stream', () => {
    const serializer = begun();
    const audio = new OutputAudioRawFrame(new Int16Array(320), 8000);
    expect(sent(serializer, audio)).toEqual({
      event: 'media',
      streamSid,
      media: { payload: Buffer.alloc(320, 0xff).toString('base64') },
    });
    expect(sent(serializer, new InterruptionFrame())).toEqual({ event: 'clear', streamSid });
    for (const name of ['answer-1', 'answer-2']) {
      expect(sent(serializer, new TTSStoppedFrame('c'))).toEqual({
        event: 'mark',
        streamSid,
        mark: { name },
      });
    }
  });

  it('is not sent RTVI, nor anything before the stream has a name', () => {
    const own = new OutputTransportMessageFrame({ event: 'mark', streamSid, mark: { name: 'mine' } });
    expect(sent(begun(), own)).toEqual(own.message);
    expect(sent(begun(), new OutputTransportMessageFrame({ label: 'rtvi-ai', type: 'metrics' }))).toBeNull();
    expect(sent(begun(), new LLMTextFrame('a'))).toBeNull();
    const early = new TwilioFrameSerializer();
    for (const frame of [own, new InterruptionFrame(), new OutputAudioRawFrame(new Int16Array(320), 8000)]) {
      expect(early.serialize(frame)).toBeNull();
    }
  });
});

describe('what is wrong', () => {
  it.each([
    ['the bot itself', media(1, silence, 'outbound'), 'ignored'],
    ['no payload', { event: 'media', media: {} }, 'ignored'],
    ['no media', { event: 'media' }, 'ignored'],
    ['a payload that is no base64', { event: 'media', media: { payload: '%%%' } }, 'undecodable'],
    ['a key that telephones lack', dtmf('A'), 'ignored'],
    ['no key', { event: 'dtmf' }, 'ignored'],
    ['an event of tomorrow', { event: 'dream' }, 'ignored'],
    ['no event', {}, 'ignored'],
    ['a stream without a name', { event: 'start', start: {} }, 'undecodable'],
    [
      'another codec',
      { ...start, start: { ...start.start, mediaFormat: { encoding: 'audio/opus', sampleRate: 48_000 } } },
      'undecodable',
    ],
    ['a list', [1], 'ignored'],
    ['a number', 5, 'undecodable'],
  ])('%s', (_what, message, kind) => {
    expect(give(begun(), message).kind).toBe(kind);
  });

  it('is text that is no JSON, and bytes', () => {
    expect(begun().deserialize('hello').kind).toBe('undecodable');
    expect(begun().deserialize(Uint8Array.of(1)).kind).toBe('undecodable');
  });

  it('never throws', () => {
    const event = fc.constantFrom('media', 'start', 'dtmf', 'mark', 'stop');
    fc.assert(
      fc.property(event, fc.jsonValue(), (name, value) => {
        give(begun(), { event: name, [name]: value, streamSid: value });
      }),
    );
    fc.assert(fc.property(fc.string(), (data) => void begun().deserialize(data)));
  });
});
