/**
 * What a client of Pipecat 1.14 sees of one spoken turn and a barge-in, and of a typed one, as its own server shows it:
 * the same messages in the same order. The conversation runs through the whole bot, in virtual time.
 */
import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';

import { FrameSchema } from '../transport/serializers/gen/frames_pb.js';
import { VirtualClient, chunkOf, toldBy, type Arrival } from './virtual-client.test-helper.js';

const encode = (frame: NonNullable<MessageInitShape<typeof FrameSchema>['frame']>): Uint8Array =>
  toBinary(FrameSchema, create(FrameSchema, { frame }));
const bytesOf = (samples: Int16Array): Uint8Array => new Uint8Array(samples.buffer);

/** The two encodings: how a client says what it says. */
const encodings = {
  protobuf: {
    query: {},
    message: (message: object) => encode({ case: 'message', value: { data: JSON.stringify(message) } }),
    audio: (loud: boolean) =>
      encode({
        case: 'audio',
        value: { audio: bytesOf(chunkOf(loud)), sampleRate: 16_000, numChannels: 1 },
      }),
  },
  rtvi: {
    query: { format: 'rtvi' },
    message: (message: object) => JSON.stringify(message),
    audio: (loud: boolean) =>
      JSON.stringify({
        label: 'rtvi-ai',
        type: 'raw-audio',
        id: '1',
        data: {
          base64Audio: Buffer.from(bytesOf(chunkOf(loud))).toString('base64'),
          sampleRate: 16_000,
          numChannels: 1,
        },
      }),
  },
} as const;

const request = (type: string, data: unknown, id = 'a') => ({ label: 'rtvi-ai', type, id, data });

/** The trace without what comes when it likes: measurements, and what is Slowcat's own. */
function trace(arrivals: readonly Arrival[]): string[] {
  return arrivals.flatMap((arrival) => {
    if (arrival.data instanceof Uint8Array) {
      const { frame } = fromBinary(FrameSchema, arrival.data);
      if (frame.case !== 'message') return [frame.case === 'audio' ? 'AUDIO' : `PROTO ${frame.case ?? ''}`];
    }
    return toldBy([arrival]).flatMap(({ type, data }) => {
      if (type === 'metrics' || type === 'server-message') return [];
      if (type === 'bot-tts-audio') return ['AUDIO'];
      if (type === 'bot-output')
        return [`bot-output ${String(data?.['spoken_status'])} ${String(data?.['text'])}`];
      const text = data?.['text'];
      return [typeof text === 'string' ? `${type} ${text}` : type];
    });
  });
}

/** Runs of audio as one, and no tokens: how many there are is the engines' business. */
const outline = (arrivals: readonly Arrival[]): string[] =>
  trace(arrivals).filter(
    (line, i, all) => !line.startsWith('bot-llm-text') && (line !== 'AUDIO' || all[i - 1] !== 'AUDIO'),
  );

describe.each(Object.entries(encodings))(
  'a spoken turn and a barge-in, by %s',
  (name, { query, message, audio }) => {
    const converse = async () => {
      const client = await VirtualClient.connect(query, { hears: ['Hello there.', 'Stop.'] });
      client.send(message(request('client-ready', { version: '2.1.0', about: { library: 'x' } })));
      const speak = async (loudMs: number, silentMs: number) => {
        await client.pass(loudMs, () => audio(true));
        await client.pass(silentMs, () => audio(false));
      };
      await speak(0, 640);
      await speak(840, 1800);
      await speak(600, 900);
      await client.leave();
      return client;
    };

    it('is told as Pipecat tells it', async () => {
      const { arrivals } = await converse();
      const proto = name === 'protobuf' ? ['PROTO interruption'] : [];
      expect(outline(arrivals)).toEqual([
        'bot-ready',
        // The user speaks.
        ...proto,
        'user-started-speaking',
        'bot-interrupted',
        'user-input Hello there.',
        'user-transcription Hello there.',
        'user-llm-text Hello there.',
        'user-stopped-speaking',
        'bot-llm-started',
        'bot-transcription One two three.',
        'bot-tts-started',
        'AUDIO',
        'bot-started-speaking',
        'bot-output new One two three.',
        'AUDIO',
        'bot-transcription  Four five six.',
        'bot-llm-stopped',
        'bot-tts-stopped',
        'AUDIO',
        'bot-output completed One two three.',
        'bot-tts-text One two three.',
        'bot-output new Four five six.',
        'AUDIO',
        // The user barges in.
        ...proto,
        'user-started-speaking',
        'bot-interrupted',
        'bot-stopped-speaking',
        'user-input Stop.',
        'user-transcription Stop.',
        'user-llm-text Stop.',
        'user-stopped-speaking',
        'bot-llm-started',
        'bot-transcription One two three.',
        'bot-tts-started',
        'AUDIO',
        'bot-started-speaking',
        'bot-output new One two three.',
      ]);
    });

    it('has in the conversation what was heard, to the word, and that it was cut short', async () => {
      const { llm } = await converse();
      expect(llm.calls.at(-1)?.slice(1)).toEqual([
        { role: 'user', content: 'Hello there.' },
        { role: 'assistant', content: 'One two three. Four—' },
        { role: 'user', content: 'Stop.' },
      ]);
    });

    it('bears the same segment id from new to completed, and the data that Pipecat sends', async () => {
      const told = toldBy((await converse()).arrivals);
      const outputs = told.filter(({ type }) => type === 'bot-output').map(({ data }) => data);
      expect(outputs[0]?.['segment_id']).toBe(outputs[1]?.['segment_id']);
      expect(outputs[2]?.['segment_id']).not.toBe(outputs[1]?.['segment_id']);
      const ready = told.find(({ type }) => type === 'bot-ready');
      expect(ready).toMatchObject({ id: 'a', data: { version: '2.2.0', capabilities: { audio_in: true } } });
      expect(told.find(({ type }) => type === 'user-input')?.data).toMatchObject({
        input_type: 'transcription',
        final: true,
      });
      expect(told[0]).toMatchObject({ type: 'metrics' });
      const measured = told.flatMap(({ type, data }) => (type === 'metrics' ? Object.keys(data ?? {}) : []));
      expect([...new Set(measured)].sort()).toEqual([
        'characters',
        'processing',
        'stt_usage',
        'tokens',
        'ttfb',
      ]);
      // Ids are for answers alone.
      expect(told.filter(({ id }) => id !== undefined).map(({ type }) => type)).toEqual(['bot-ready']);
    });
  },
);

describe('a typed turn', () => {
  const { query, message } = encodings.rtvi;

  it('is told as Pipecat tells it, and the second interrupts the first', async () => {
    const client = await VirtualClient.connect(query);
    client.send(message(request('client-ready', { version: '2.2.0' })));
    await client.pass(300);
    client.send(message(request('send-text', { content: 'hi' }, 'm1')));
    await client.pass(1500);
    const before = client.arrivals.length;
    client.send(message(request('send-text', { content: 'stop' }, 'm2')));
    await client.pass(40);
    expect(outline(client.arrivals.slice(0, before))).toEqual([
      'bot-ready',
      'bot-interrupted',
      'user-input hi',
      'user-llm-text hi',
      'bot-llm-started',
      'bot-transcription One two three.',
      'bot-tts-started',
      'AUDIO',
      'bot-started-speaking',
      'bot-output new One two three.',
      'AUDIO',
      'bot-transcription  Four five six.',
      'bot-llm-stopped',
      'bot-tts-stopped',
      'AUDIO',
      'bot-output completed One two three.',
      'bot-tts-text One two three.',
      'bot-output new Four five six.',
      'AUDIO',
    ]);
    expect(outline(client.arrivals.slice(before)).slice(0, 5)).toEqual([
      'bot-interrupted',
      'bot-stopped-speaking',
      'user-input stop',
      'user-llm-text stop',
      'bot-llm-started',
    ]);
    const chats = toldBy(client.arrivals).filter(({ type }) => type === 'user-input');
    expect(chats.map(({ data }) => [data?.['input_type'], data?.['msg_id']])).toEqual([
      ['chat', 'm1'],
      ['chat', 'm2'],
    ]);
    // What was heard of the first answer comes before the text that cut it short.
    expect(client.llm.calls.at(-1)?.slice(1)).toEqual([
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'One two three. Four five—' },
      { role: 'user', content: 'stop' },
    ]);
    await client.leave();
  });

  it('can be answered in writing, and the next one by voice again', async () => {
    const client = await VirtualClient.connect(query);
    client.send(message(request('send-text', { content: 'hush', options: { audio_response: false } })));
    await client.pass(1000);
    expect(outline(client.arrivals)).toEqual([
      'bot-interrupted',
      'user-input hush',
      'user-llm-text hush',
      'bot-llm-started',
      'bot-transcription One two three.',
      'bot-output new One two three.',
      'bot-transcription  Four five six.',
      'bot-llm-stopped',
      'bot-output new Four five six.',
    ]);
    client.send(message(request('send-text', { content: 'speak' })));
    await client.pass(1000);
    expect(outline(client.arrivals)).toContain('AUDIO');
    expect(client.llm.calls.at(-1)?.[2]).toEqual({
      role: 'assistant',
      content: 'One two three. Four five six.',
    });
    await client.leave();
  });

  it('goes back to speaking when an answer in writing is interrupted', async () => {
    const client = await VirtualClient.connect(query);
    client.send(message(request('send-text', { content: 'hush', options: { audio_response: false } })));
    await client.pass(60);
    client.send(message(request('send-text', { content: 'speak' })));
    await client.pass(1000);
    expect(outline(client.arrivals)).toContain('bot-started-speaking');
    await client.leave();
  });

  it('ends when the client says goodbye, after the bot has spoken, with 1001', async () => {
    const client = await VirtualClient.connect(query);
    client.send(message(request('send-text', { content: 'hi' })));
    await client.pass(400);
    client.send(message(request('disconnect-bot', {})));
    await client.pass(200);
    expect(client.closedWith).toBeNull();
    await client.pass(3000);
    expect(client.closedWith).toBe(1001);
    expect(outline(client.arrivals).at(-1)).toBe('bot-stopped-speaking');
  });
});
