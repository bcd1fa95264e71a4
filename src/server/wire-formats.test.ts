/** The whole bot over the formats that are not Pipecat's own, and what a client may do wrong, in virtual time. */
import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';

import { FrameSchema } from '../transport/serializers/gen/frames_pb.js';
import { int16ToMuLaw } from '../transport/serializers/mu-law.js';
import { VirtualClient, chunkOf, toldBy } from './virtual-client.test-helper.js';

const request = (type: string, data: unknown, id = 'a') =>
  JSON.stringify({ label: 'rtvi-ai', type, id, data });
const types = (client: VirtualClient, from = 0) =>
  toldBy(client.arrivals.slice(from)).map(({ type }) => type);

describe('bare PCM', () => {
  const bytes = (loud: boolean) => new Uint8Array(chunkOf(loud, 8000).buffer);

  it('holds a conversation with a device that knows nothing else', async () => {
    const client = await VirtualClient.connect(
      { format: 'pcm', rate: '8000' },
      { hears: ['Hello.', 'Stop.'] },
    );
    await client.pass(600, () => bytes(false));
    await client.pass(800, () => bytes(true));
    await client.pass(1600, () => bytes(false));
    const heard = client.arrivals.filter(({ data }) => data instanceof Uint8Array);
    // 40 ms at 8 kHz, two bytes a sample.
    expect(new Set(heard.map(({ data }) => data.length))).toEqual(new Set([640]));
    expect(heard.length).toBeGreaterThan(15);
    const before = client.arrivals.length;
    await client.pass(600, () => bytes(true));
    expect(client.arrivals.map(({ data }) => data).filter((data) => typeof data === 'string')).toEqual([
      '{"event":"clear"}',
      '{"event":"clear"}',
    ]);
    const after = client.arrivals.slice(before).findLastIndex(({ data }) => data instanceof Uint8Array);
    const cleared = client.arrivals.slice(before).findIndex(({ data }) => typeof data === 'string');
    expect(cleared).toBeGreaterThan(after);
    await client.leave();
  });

  it('tells a device that speaks RTVI what goes on', async () => {
    const client = await VirtualClient.connect({ format: 'pcm' });
    expect(client.arrivals).toEqual([]);
    client.send(request('client-ready', { version: '2.2.0' }));
    client.send(request('send-text', { content: 'hi' }, 'b'));
    await client.pass(400);
    const texts = client.arrivals.filter(({ data }) => typeof data === 'string' && data.includes('rtvi-ai'));
    expect(texts.length).toBeGreaterThan(5);
    expect(client.arrivals.some(({ data }) => data instanceof Uint8Array)).toBe(true);
    await client.leave();
  });
});

describe('a call by Twilio', () => {
  const streamSid = 'MZ01';
  const media = (loud: boolean) => {
    const payload = Buffer.from(int16ToMuLaw(chunkOf(loud, 8000))).toString('base64');
    return JSON.stringify({ event: 'media', streamSid, media: { track: 'inbound', payload } });
  };
  const events = (client: VirtualClient) =>
    client.arrivals.map(({ data }) => JSON.parse(data as string) as Record<string, unknown>);

  it('is answered, marked and cut short as a telephone wants it', async () => {
    const client = await VirtualClient.connect({ format: 'twilio' }, { hears: ['Hello.', 'Stop.'] });
    client.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }));
    const format = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
    client.send(JSON.stringify({ event: 'start', streamSid, start: { streamSid, mediaFormat: format } }));
    await client.pass(600, () => media(false));
    await client.pass(800, () => media(true));
    await client.pass(4000, () => media(false));
    const first = events(client);
    expect(first.every((event) => event['streamSid'] === streamSid)).toBe(true);
    const kinds = first.map(({ event }) => event as string);
    expect(kinds.filter((kind, i) => kind !== kinds[i - 1])).toEqual(['clear', 'media', 'mark']);
    const [audio] = first.filter(({ event }) => event === 'media');
    expect(Buffer.from((audio?.['media'] as { payload: string }).payload, 'base64').length).toBe(320);
    client.send(JSON.stringify({ event: 'dtmf', streamSid, dtmf: { digit: '1' } }));
    client.send(JSON.stringify({ event: 'mark', streamSid, mark: { name: 'answer-1' } }));
    await client.pass(600, () => media(true));
    await client.pass(1200, () => media(false));
    const again = events(client).slice(first.length);
    expect(again.map(({ event }) => event).slice(0, 2)).toEqual(['clear', 'media']);
    await client.leave();
  });
});

describe('interim transcripts', () => {
  const say = (loud: boolean) => {
    const base64Audio = Buffer.from(chunkOf(loud).buffer).toString('base64');
    return request('raw-audio', { base64Audio, sampleRate: 16_000, numChannels: 1 });
  };

  it.each([
    [
      true,
      [
        ['Hello', false],
        ['Hello there', false],
        ['Hello there.', true],
      ],
    ],
    [false, [['Hello', true]]],
  ])('are told where they are asked for (%s)', async (interimResults, wanted) => {
    const hears = ['Hello', 'Hello there', 'Hello there.'];
    const client = await VirtualClient.connect({ format: 'rtvi' }, { hears, config: { interimResults } });
    await client.pass(600, () => say(false));
    await client.pass(1200, () => say(true));
    await client.pass(800, () => say(false));
    const told = toldBy(client.arrivals).filter(({ type }) => type === 'user-transcription');
    expect(told.map(({ data }) => [data?.['text'], data?.['final']])).toEqual(wanted);
    expect(client.llm.calls.at(-1)?.at(-1)?.content).toBe(wanted.at(-1)?.[0]);
    await client.leave();
  });
});

describe('what a client may do wrong', () => {
  it('is refused by id and harms nothing', async () => {
    const client = await VirtualClient.connect({ format: 'rtvi' });
    // Before client-ready, twice the same id, unknown, damaged, a server's own message.
    client.send(request('send-text', { content: 'early' }, 'x'));
    client.send(request('dance', {}, 'x'));
    client.send(request('dance', {}, 'x'));
    client.send(request('send-text', { content: 5 }, 'y'));
    client.send(request('raw-audio', { base64Audio: 'AA==', sampleRate: 16_000, numChannels: 1 }, 'z'));
    client.send(request('error-response', { error: 'Unsupported type x' }, 'w'));
    client.send('{"label":"rtvi-ai","type":"send-text"}');
    client.send('{"label":');
    client.send(new Uint8Array([1]));
    client.send(request('client-ready', { version: '7.0.0' }, 'late'));
    await client.pass(200);
    const answers = toldBy(client.arrivals).flatMap(({ type, id }) => (id === undefined ? [] : [[type, id]]));
    expect(answers).toEqual([
      ['error-response', 'x'],
      ['error-response', 'x'],
      ['error-response', 'y'],
      ['error-response', 'z'],
      ['error-response', 'late'],
      ['bot-ready', 'late'],
    ]);
    expect(types(client)).toContain('error');
    expect(types(client)).toContain('bot-started-speaking');
    await client.leave();
  });

  it('is closed with 1007 when nothing of it can be read', async () => {
    const client = await VirtualClient.connect({ format: 'rtvi' });
    for (let i = 0; i < 50; i++) client.send(new Uint8Array([i]));
    await client.pass(100);
    expect(client.closedWith).toBe(1007);
    await client.leave();
  });

  it('is served from 2.0 to 2.2, and at 1.2 as 1.2', async () => {
    for (const [version, announced] of [
      ['2.0.0', '2.2.0'],
      ['2.1.0', '2.2.0'],
      ['2.2.0', '2.2.0'],
      ['1.2.0', '1.2.0'],
    ]) {
      const client = await VirtualClient.connect({ format: 'rtvi' });
      client.send(request('client-ready', { version }));
      await client.pass(20);
      const ready = toldBy(client.arrivals).filter(({ type }) => type === 'bot-ready');
      expect(ready.map(({ data }) => data?.['version'])).toEqual([announced]);
      expect(types(client)).not.toContain('error-response');
      await client.leave();
    }
  });

  it('may send audio as RTVI over protobuf', async () => {
    const client = await VirtualClient.connect({}, { hears: ['Hello.'] });
    const say = (loud: boolean) => {
      const base64Audio = Buffer.from(chunkOf(loud).buffer).toString('base64');
      const data = request('raw-audio', { base64Audio, sampleRate: 16_000, numChannels: 1 });
      return toBinary(FrameSchema, create(FrameSchema, { frame: { case: 'message', value: { data } } }));
    };
    await client.pass(600, () => say(false));
    await client.pass(800, () => say(true));
    await client.pass(1000, () => say(false));
    expect(types(client)).toContain('user-transcription');
    await client.leave();
  });
});
