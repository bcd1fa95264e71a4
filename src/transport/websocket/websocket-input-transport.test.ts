import { describe, expect, it } from 'vitest';

import { int16ToBytes } from '../../audio/index.js';
import {
  ClientConnectedFrame,
  EndFrame,
  InputAudioRawFrame,
  InputTransportMessageFrame,
  InterruptionFrame,
  TextFrame,
  TranscriptionFrame,
} from '../../pipeline/frames/index.js';
import { settle, settleUntil, TransportHarness } from './harness.test-helper.js';

const audio = (
  ms: number,
  sampleRate = 16_000,
  numChannels = 1,
): { case: 'audio'; value: { audio: Uint8Array; sampleRate: number; numChannels: number } } => {
  const samples = new Int16Array(((ms * sampleRate) / 1000) * numChannels).fill(1000);
  return { case: 'audio', value: { audio: int16ToBytes(samples), sampleRate, numChannels } };
};

const heard = (harness: TransportHarness): InputAudioRawFrame[] => harness.of(InputAudioRawFrame);
const total = (frames: InputAudioRawFrame[]): number =>
  frames.reduce((sum, { audio: pcm }) => sum + pcm.length, 0);

describe('audio', () => {
  it('passes mono audio of the right rate as it is', async () => {
    const harness = await TransportHarness.start();
    harness.socket.receiveFrame(audio(20));
    await settle();
    expect(heard(harness)).toMatchObject([{ sampleRateHz: 16_000, numChannels: 1 }]);
    expect([...new Set(heard(harness)[0]!.audio)]).toEqual([1000]);
    await harness.end();
  });

  it('brings other rates and channels to it, as one stream, also when the rate changes midway', async () => {
    const harness = await TransportHarness.start();
    for (let i = 0; i < 25; i++) harness.socket.receiveFrame(audio(20, 48_000, 2));
    for (let i = 0; i < 25; i++) harness.socket.receiveFrame(audio(20, 8000));
    await harness.clock.advance(0);
    expect(
      heard(harness).every(({ sampleRateHz, numChannels }) => sampleRateHz === 16_000 && numChannels === 1),
    ).toBe(true);
    // A second of audio, less the few milliseconds that the two filters hold back.
    expect(total(heard(harness))).toBeLessThanOrEqual(16_000);
    const steady = heard(harness)[5]!.audio;
    expect(Math.max(...steady) - Math.min(...steady)).toBeLessThan(20);
    await harness.end();
  });

  it('cuts long messages, so that no session holds up the others', async () => {
    const harness = await TransportHarness.start();
    harness.socket.receiveFrame(audio(2000));
    await settleUntil(() => total(heard(harness)) === 32_000);
    expect(heard(harness).map(({ audio: pcm }) => pcm.length)).toEqual(Array<number>(20).fill(1600));
    await harness.end();
  });

  it('keeps what comes after audio after it', async () => {
    const harness = await TransportHarness.start();
    harness.socket.receiveFrame(audio(300, 48_000));
    harness.socket.receiveFrame({
      case: 'transcription',
      value: { text: 'hi', userId: 'u', timestamp: 't' },
    });
    await settleUntil(() => harness.of(TranscriptionFrame).length === 1);
    const kinds = harness.down.map(({ type }) => type);
    expect(kinds.lastIndexOf('InputAudioRawFrame')).toBeGreaterThan(0);
    expect(kinds.indexOf('TranscriptionFrame')).toBeGreaterThan(kinds.lastIndexOf('InputAudioRawFrame'));
    await harness.end();
  });
});

describe('other messages', () => {
  it('tells of the client first, then pushes text, transcripts and interruptions downstream', async () => {
    const harness = await TransportHarness.start();
    harness.socket.receiveFrame({ case: 'text', value: { text: 'hi' } });
    harness.socket.receiveFrame({
      case: 'transcription',
      value: { text: 'ho', userId: 'u', timestamp: 't' },
    });
    harness.socket.receiveFrame({ case: 'interruption', value: {} });
    await settle();
    expect(harness.down[1]).toBeInstanceOf(ClientConnectedFrame);
    expect(harness.of(TextFrame)).toMatchObject([{ text: 'hi' }]);
    expect(harness.of(TranscriptionFrame)).toMatchObject([{ text: 'ho' }]);
    expect(harness.of(InterruptionFrame)).toHaveLength(1);
    await harness.end();
  });

  it('sends application messages both ways, as twins', async () => {
    const harness = await TransportHarness.start();
    harness.socket.receiveFrame({ case: 'message', value: { data: '{"label":"rtvi-ai"}' } });
    await settle();
    const [down] = harness.of(InputTransportMessageFrame);
    const up = harness.up.find((frame) => frame instanceof InputTransportMessageFrame);
    expect(down?.message).toEqual({ label: 'rtvi-ai' });
    expect(up?.id).toBe(down?.broadcastSiblingId);
    await harness.end();
  });

  it('takes nothing more after the end', async () => {
    const harness = await TransportHarness.start();
    harness.transport.input().queueFrame(new EndFrame());
    await settle();
    harness.socket.receiveFrame({ case: 'text', value: { text: 'late' } });
    await settle();
    expect(harness.of(EndFrame)).toHaveLength(1);
    expect(harness.of(TextFrame)).toEqual([]);
    expect(harness.clock.pendingTimers).toBe(0);
    await harness.end();
  });
});

describe('messages that cannot be decoded', () => {
  it('are counted and told of; the socket is closed after 50 in a row', async () => {
    const codes: string[] = [];
    const harness = await TransportHarness.start({ onUndecodable: ({ code }) => codes.push(code) });
    for (let i = 0; i < 49; i++) harness.socket.receive('text');
    harness.socket.receiveFrame({ case: 'text', value: { text: 'still here' } });
    for (let i = 0; i < 49; i++) harness.socket.receive(Uint8Array.of(255));
    await settle();
    expect(harness.socket.isOpen).toBe(true);
    expect(harness.of(TextFrame)).toHaveLength(1);
    harness.socket.receive(Uint8Array.of(255));
    expect(harness.socket.closedWith).toBe(1007);
    expect(harness.transport.input().undecodableMessages).toBe(99);
    expect(new Set(codes)).toEqual(new Set(['SLOWCAT_FRAME_UNDECODABLE']));
    await harness.end();
  });

  it('do not count when they are merely unknown', async () => {
    const harness = await TransportHarness.start();
    for (let i = 0; i < 60; i++) harness.socket.receive(new Uint8Array(0));
    expect(harness.socket.isOpen).toBe(true);
    expect(harness.transport.input().undecodableMessages).toBe(0);
    await harness.end();
  });
});

describe('a client that runs ahead', () => {
  it('may send 30 s of recorded audio at once, then is read at its own pace', async () => {
    const harness = await TransportHarness.start();
    for (let i = 0; i < 30; i++) harness.socket.receiveFrame(audio(1000));
    expect(harness.socket.paused).toBe(false);
    harness.socket.receiveFrame(audio(2000));
    expect(harness.socket.paused).toBe(true);
    await harness.clock.advance(1999);
    expect(harness.socket.paused).toBe(true);
    await harness.clock.advance(1);
    expect(harness.socket.paused).toBe(false);
    expect(harness.socket.isOpen).toBe(true);
    await harness.end();
  });

  it('may not flood with small messages either', async () => {
    const harness = await TransportHarness.start();
    for (let i = 0; i < 6001; i++) harness.socket.receive(new Uint8Array(0));
    expect(harness.socket.paused).toBe(true);
    await harness.end();
  });
});

describe('a client that is not there', () => {
  it('is found within 30 s when it does not answer pings', async () => {
    const harness = await TransportHarness.start();
    await harness.clock.advance(15_000);
    expect(harness.socket.pings).toBe(1);
    harness.socket.answersPings = false;
    await harness.clock.advance(30_000);
    expect(harness.socket.closedWith).toBe('terminated');
    await harness.end();
  });

  it('is let go after five minutes of saying nothing, though it answers', async () => {
    const harness = await TransportHarness.start();
    await harness.clock.advance(200_000);
    harness.socket.receiveFrame({ case: 'text', value: { text: 'I am' } });
    await harness.clock.advance(299_000);
    expect(harness.socket.isOpen).toBe(true);
    await harness.clock.advance(11_000);
    expect(harness.socket.closedWith).toBe(1000);
    await harness.end();
  });

  it('may be silent for ever where no idle limit is set', async () => {
    const harness = await TransportHarness.start({ idleTimeoutMs: 0 });
    await harness.clock.advance(3_600_000);
    expect(harness.socket.isOpen).toBe(true);
    await harness.end();
  });
});
