import { describe, expect, it } from 'vitest';

import { SlowcatError } from '../../errors.js';
import {
  AggregatedTextFrame,
  BotSpeakingFrame,
  CancelFrame,
  EndFrame,
  ErrorFrame,
  InterruptionFrame,
  OutputAudioRawFrame,
  OutputDTMFFrame,
  OutputDTMFUrgentFrame,
  OutputTransportMessageFrame,
  OutputTransportMessageUrgentFrame,
  TTSAudioRawFrame,
  TTSStartedFrame,
  TTSStoppedFrame,
  TTSTextFrame,
  UserStartedSpeakingFrame,
  type Frame,
} from '../../pipeline/frames/index.js';
import { heardOf } from '../../pipeline/heard.js';
import { PlayedUpToFrame } from '../../pipeline/played-up-to-frame.js';
import { settleUntil, TransportHarness } from './harness.test-helper.js';

const speech = (ms: number, sampleRateHz = 24_000, value = 1000): TTSAudioRawFrame =>
  new TTSAudioRawFrame(new Int16Array((ms * sampleRateHz) / 1000).fill(value), sampleRateHz);

const said = (text: string): TTSTextFrame => new TTSTextFrame(text, 'sentence');

const payloads = (harness: TransportHarness): Uint8Array[] =>
  harness.socket.sent.flatMap(({ frame }) => (frame.case === 'audio' ? [frame.value.audio] : []));

const errorCodes = (frames: readonly Frame[]): string[] =>
  frames.flatMap((frame) =>
    frame instanceof ErrorFrame && SlowcatError.isInstance(frame.exception) ? [frame.exception.code] : [],
  );

describe('pacing', () => {
  it('sends 40 ms messages, the lead at once and the rest in real time', async () => {
    const harness = await TransportHarness.start();
    await harness.push(speech(400));
    await harness.clock.advance(1000);
    expect(harness.wireTimes('audio')).toEqual([0, 0, 0, 0, 40, 80, 120, 160, 200, 240]);
    expect(new Set(payloads(harness).map((audio) => audio.length))).toEqual(new Set([1920]));
    const [first] = harness.socket.sent;
    expect(first?.frame.value).toMatchObject({ sampleRate: 24_000, numChannels: 1, id: 0n, name: '' });
    await harness.end();
  });

  it('has the rate that the connection asks for, and resamples to it', async () => {
    const harness = await TransportHarness.start({ audioOutSampleRateHz: 16_000 });
    await harness.push(speech(200), speech(200), new TTSStoppedFrame());
    await settleUntil(() => harness.socket.sent.length === 4);
    await harness.clock.advance(1000);
    expect(payloads(harness).map((audio) => audio.length)).toEqual(Array<number>(10).fill(1280));
    await harness.end();
  });

  it('mixes several channels to one', async () => {
    const harness = await TransportHarness.start();
    await harness.push(new OutputAudioRawFrame(new Int16Array(1920).fill(500), 24_000, 2));
    expect(payloads(harness).map((audio) => audio.length)).toEqual([1920]);
    await harness.end();
  });

  it('pads the last part of an answer and sends it', async () => {
    const harness = await TransportHarness.start();
    await harness.push(speech(50));
    expect(payloads(harness)).toHaveLength(1);
    await harness.push(new TTSStoppedFrame());
    const [, last] = payloads(harness);
    expect(last).toHaveLength(1920);
    expect([...last!.subarray(478, 482)]).toEqual([1000 & 255, 1000 >> 8, 0, 0]);
    await harness.end();
  });
});

describe('keys of a telephone', () => {
  it('are sounded in their turn, 200 ms each, and are no speech', async () => {
    const harness = await TransportHarness.start();
    await harness.push(speech(40), new OutputDTMFFrame(['1', '#']), speech(40));
    await harness.clock.advance(1000);
    expect(payloads(harness)).toHaveLength(12);
    const loud = payloads(harness).map((bytes) =>
      Math.abs(new DataView(bytes.slice().buffer).getInt16(2, true)),
    );
    expect(loud[0]).toBe(1000);
    expect(loud[1]).toBeGreaterThan(1000);
    expect(loud.at(-1)).toBe(1000);
    expect(harness.of(OutputDTMFFrame)).toHaveLength(1);
    await harness.end();
  });

  it('alone make no bot speak', async () => {
    const harness = await TransportHarness.start();
    await harness.push(new OutputDTMFUrgentFrame(['5']));
    await harness.clock.advance(1000);
    expect(payloads(harness)).toHaveLength(5);
    expect(harness.moments('BotStartedSpeakingFrame')).toEqual([]);
    await harness.end();
  });
});

describe('what the pipeline is told of the bot speaking', () => {
  it('starts before the first chunk and stops when the last was heard, both ways', async () => {
    const harness = await TransportHarness.start();
    await harness.push(new TTSStartedFrame(), speech(400), new TTSStoppedFrame());
    await harness.clock.advance(1000);
    expect(harness.moments('BotStartedSpeakingFrame').sort()).toEqual(['downstream@0', 'upstream@0']);
    expect(harness.moments('BotStoppedSpeakingFrame').sort()).toEqual(['downstream@400', 'upstream@400']);
    const order = harness.log.map(({ what }) => what);
    expect(order.indexOf('BotStoppedSpeakingFrame')).toBeLessThan(order.indexOf('TTSStoppedFrame'));
    expect(harness.of(BotSpeakingFrame)).toHaveLength(2);
    await harness.end();
  });

  it('stops three seconds after audio whose end nobody announces', async () => {
    const harness = await TransportHarness.start();
    await harness.push(speech(400));
    await harness.clock.advance(3399);
    expect(harness.moments('BotStoppedSpeakingFrame')).toEqual([]);
    await harness.clock.advance(1);
    expect(harness.moments('BotStoppedSpeakingFrame')).toHaveLength(2);
    await harness.end();
  });

  it('says nothing about audio that is not speech, nor of an answer without audio', async () => {
    const harness = await TransportHarness.start();
    await harness.push(new OutputAudioRawFrame(new Int16Array(960), 24_000), new TTSStoppedFrame());
    await harness.clock.advance(5000);
    expect(harness.log.filter(({ what }) => what.startsWith('Bot'))).toEqual([]);
    expect(harness.moments('TTSStoppedFrame')).toEqual(['downstream@40']);
    await harness.end();
  });
});

describe('order', () => {
  it('passes text on when the audio before it has been heard', async () => {
    const harness = await TransportHarness.start();
    await harness.push(speech(400), said('one'), speech(400), said('two'));
    await harness.clock.advance(2000);
    expect(harness.moments('TTSTextFrame')).toEqual(['downstream@400', 'downstream@800']);
    await harness.end();
  });

  it('passes frames on at once when nothing plays, and system frames always', async () => {
    const harness = await TransportHarness.start();
    await harness.push(said('silent'), speech(400), new UserStartedSpeakingFrame());
    expect(harness.moments('TTSTextFrame')).toEqual(['downstream@0']);
    expect(harness.moments('UserStartedSpeakingFrame')).toEqual(['downstream@0']);
    await harness.end();
  });

  it('writes urgent messages at once and others behind the audio before them', async () => {
    const harness = await TransportHarness.start();
    await harness.push(
      speech(400),
      new OutputTransportMessageFrame({ n: 1 }),
      new OutputTransportMessageUrgentFrame({ n: 2 }),
    );
    await harness.clock.advance(1000);
    const messages = harness.socket.sent.filter(({ frame }) => frame.case === 'message');
    expect(messages.map(({ atMs, frame }) => [atMs, frame.value])).toMatchObject([
      [0, { data: '{"n":2}' }],
      [240, { data: '{"n":1}' }],
    ]);
    await harness.end();
  });

  it('holds frames with a presentation time until then', async () => {
    const harness = await TransportHarness.start();
    const later = said('later');
    later.pts = 300_000_000n;
    const sooner = said('sooner');
    sooner.pts = 100_000_000n;
    await harness.push(later, sooner);
    await harness.clock.advance(1000);
    expect(harness.of(TTSTextFrame).map(({ text }) => text)).toEqual(['sooner', 'later']);
    expect(harness.moments('TTSTextFrame')).toEqual(['downstream@100', 'downstream@300']);
    await harness.end();
  });

  it('reports a message that is not JSON, and goes on', async () => {
    const harness = await TransportHarness.start();
    await harness.push(
      new OutputTransportMessageUrgentFrame(1n),
      new OutputTransportMessageFrame(1n),
      new OutputTransportMessageFrame('fine'),
    );
    expect(errorCodes(harness.up)).toEqual(['SLOWCAT_FRAME_UNENCODABLE', 'SLOWCAT_FRAME_UNENCODABLE']);
    expect(harness.wireTimes('message')).toHaveLength(1);
    await harness.end();
  });
});

describe('interruption', () => {
  it('drops what was not heard, tells everybody, and the client last', async () => {
    const marks: number[] = [];
    const harness = await TransportHarness.start({ onInterrupted: (mark) => marks.push(mark.playedMs) });
    await harness.push(speech(400), said('heard'), speech(400), said('not heard'), new TTSStoppedFrame());
    await harness.clock.advance(600);
    const sentBefore = harness.wireTimes('audio').length;
    await harness.push(new InterruptionFrame());
    await harness.clock.advance(5000);
    expect(harness.wireTimes('audio')).toHaveLength(sentBefore);
    expect(harness.of(TTSTextFrame).map(({ text }) => text)).toEqual(['heard']);
    expect(harness.moments('BotStoppedSpeakingFrame').sort()).toEqual(['downstream@600', 'upstream@600']);
    expect(harness.wireTimes('interruption')).toEqual([600]);
    expect(marks).toEqual([600]);
    await harness.end();
  });

  it('drops text whose audio was sent but not heard', async () => {
    const harness = await TransportHarness.start();
    await harness.push(speech(120), said('on its way'));
    await harness.clock.advance(80);
    expect(harness.wireTimes('audio')).toEqual([0, 0, 0]);
    await harness.push(new InterruptionFrame());
    await harness.clock.advance(1000);
    expect(harness.of(TTSTextFrame)).toEqual([]);
    await harness.end();
  });

  it('lets the next answer begin at once, without a rest of the last one', async () => {
    const harness = await TransportHarness.start();
    await harness.push(speech(450, 24_000, 7));
    await harness.clock.advance(100);
    await harness.push(new InterruptionFrame());
    const before = payloads(harness).length;
    await harness.push(speech(40, 24_000, 9));
    const after = payloads(harness).slice(before);
    expect(after).toHaveLength(1);
    expect(after[0]!.filter((_, i) => i % 2 === 0).every((byte) => byte === 9)).toBe(true);
    expect(harness.moments('BotStartedSpeakingFrame')).toContain('downstream@100');
    await harness.end();
  });

  it('keeps audio that may not be interrupted', async () => {
    const harness = await TransportHarness.start();
    const firm = speech(400);
    firm.interruptible = false;
    await harness.push(speech(400), firm);
    await harness.clock.advance(100);
    await harness.push(new InterruptionFrame());
    await harness.clock.advance(1000);
    // 240 ms of the first were sent by then; the second goes out whole.
    expect(harness.wireTimes('audio')).toHaveLength(6 + 10);
    await harness.end();
  });

  it('is not heard of by a client that plays what may not be interrupted, and changes no pace', async () => {
    const harness = await TransportHarness.start();
    const parts = [new TTSStartedFrame(), speech(400), said('firm'), new TTSStoppedFrame()];
    for (const part of parts) part.interruptible = false;
    await harness.push(...parts, speech(400), said('never'));
    await harness.clock.advance(100);
    await harness.push(new InterruptionFrame());
    await harness.clock.advance(1000);
    expect(harness.wireTimes('interruption')).toEqual([]);
    expect(harness.wireTimes('audio')).toEqual([0, 0, 0, 0, 40, 80, 120, 160, 200, 240]);
    expect(harness.of(TTSTextFrame).map(({ text }) => text)).toEqual(['firm']);
    expect(harness.moments('BotStoppedSpeakingFrame')).toContain('downstream@400');
    await harness.push(new InterruptionFrame());
    expect(harness.wireTimes('interruption')).toHaveLength(1);
    await harness.end();
  });

  it('is written also while the bot is silent, as Pipecat does at each turn of the user', async () => {
    const harness = await TransportHarness.start();
    await harness.push(new InterruptionFrame());
    expect(
      harness.log
        .slice(-2)
        .map(({ where, what }) => `${where} ${what}`)
        .sort(),
    ).toEqual(['downstream InterruptionFrame', 'wire interruption']);
    expect(harness.moments('BotStoppedSpeakingFrame')).toEqual([]);
    await harness.end();
  });
});

describe('what was heard of a clause that is cut', () => {
  const announced = (text: string) => new AggregatedTextFrame(text, 'sentence', { willBeSpoken: true });
  /** Ten words of a hundred milliseconds. */
  const tenWords = 'aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj ';

  const noted = (harness: TransportHarness) => {
    const heard = heardOf(harness.of(InterruptionFrame)[0]!);
    return heard && { by: heard.by, words: heard.clauses.map(({ text }) => text) };
  };

  it('is noted on the interruption, by what was sent and when', async () => {
    const harness = await TransportHarness.start();
    await harness.push(speech(400), said('heard'), announced(tenWords), speech(1000), said(tenWords));
    await harness.clock.advance(400 + 350);
    await harness.push(new InterruptionFrame());
    expect(noted(harness)).toEqual({ by: 'estimated', words: ['aaaa bbbb cccc'] });
    expect(harness.of(InterruptionFrame)[0]?.metadata['heard']).toBe('estimated');
    await harness.end();
  });

  it('is what the client has acknowledged, when it has within the last second', async () => {
    const harness = await TransportHarness.start();
    await harness.push(announced(tenWords), speech(1000), said(tenWords), speech(2000), said('More.'));
    await harness.clock.advance(1100);
    await harness.push(new PlayedUpToFrame(520));
    await harness.clock.advance(200);
    await harness.push(new InterruptionFrame());
    expect(noted(harness)).toEqual({ by: 'acknowledged', words: ['aaaa bbbb cccc dddd eeee', ''] });
    await harness.end();
  });

  it('is an estimate again when the client has been silent for more than a second', async () => {
    const harness = await TransportHarness.start();
    await harness.push(announced(tenWords), speech(1000), said(tenWords), speech(2000), said('No space'));
    await harness.push(new PlayedUpToFrame(20));
    await harness.clock.advance(1001);
    await harness.push(new InterruptionFrame());
    expect(noted(harness)).toEqual({ by: 'estimated', words: [''] });
    await harness.end();
  });

  it('counts positions over the whole session, what was dropped included', async () => {
    const harness = await TransportHarness.start();
    await harness.push(announced(tenWords), speech(1000), said(tenWords));
    await harness.clock.advance(200);
    await harness.push(new InterruptionFrame());
    const sentMs = harness.wireTimes('audio').length * 40;
    await harness.push(announced(tenWords), speech(1000), said(tenWords), new PlayedUpToFrame(sentMs - 40));
    await harness.clock.advance(300);
    await harness.push(new PlayedUpToFrame(sentMs + 250), new InterruptionFrame());
    const heard = harness.of(InterruptionFrame).map((frame) => heardOf(frame));
    expect(heard).toMatchObject([
      { by: 'estimated', clauses: [{ text: 'aaaa bbbb' }] },
      { by: 'acknowledged', clauses: [{ text: 'aaaa bbbb' }] },
    ]);
    await harness.end();
  });

  it('is not told of before a client that is late has heard it, for two seconds at the most', async () => {
    for (const [lateMs, heardAtMs] of [
      [300, 700],
      [9000, 2400],
    ] as const) {
      const harness = await TransportHarness.start();
      await harness.push(new TTSStartedFrame(), speech(400), said('heard'), new TTSStoppedFrame());
      for (let ms = 0; ms < 4000; ms += 100) {
        await harness.push(new PlayedUpToFrame(Math.max(0, Math.min(400, ms - lateMs))));
        await harness.clock.advance(100);
      }
      expect(harness.moments('TTSTextFrame')).toEqual([`downstream@${heardAtMs}`]);
      expect(harness.moments('BotStoppedSpeakingFrame')).toContain(`downstream@${heardAtMs}`);
      // Audio goes out at the same pace.
      expect(harness.wireTimes('audio')).toEqual([0, 0, 0, 0, 40, 80, 120, 160, 200, 240]);
      await harness.end();
    }
  });

  it('is not waited for from a client that tells no more', async () => {
    const harness = await TransportHarness.start();
    await harness.push(speech(2000), said('heard'), new TTSStoppedFrame());
    await harness.clock.advance(600);
    await harness.push(new PlayedUpToFrame(100));
    await harness.clock.advance(3000);
    expect(harness.moments('TTSTextFrame')).toEqual(['downstream@2000']);
    await harness.end();
  });

  it('is noted on the end of a session that is cut, too, and not on an interruption of silence', async () => {
    const harness = await TransportHarness.start();
    await harness.push(new InterruptionFrame());
    expect(noted(harness)).toBeUndefined();
    await harness.push(announced(tenWords), speech(1000), said(tenWords));
    await harness.clock.advance(500);
    await harness.push(new CancelFrame());
    expect(heardOf(harness.of(CancelFrame)[0]!)).toMatchObject({
      clauses: [{ text: 'aaaa bbbb cccc dddd eeee' }],
    });
    await harness.end();
  });
});

describe('the end', () => {
  it('lets the client hear everything before the EndFrame goes on', async () => {
    const harness = await TransportHarness.start();
    await harness.push(speech(430), said('bye'), new EndFrame());
    await harness.clock.advance(2000);
    // 430 ms are 11 messages of 40 ms, the last one padded.
    expect(harness.moments('EndFrame')).toEqual(['downstream@440']);
    expect(harness.of(TTSTextFrame)).toHaveLength(1);
    await harness.end();
    expect(harness.clock.pendingTimers).toBe(0);
  });

  it('waits for nobody once the client has gone', async () => {
    const closes: number[] = [];
    const harness = await TransportHarness.start({ onDisconnected: (code) => closes.push(code) });
    await harness.push(speech(10_000), said('unheard'), new TTSStoppedFrame());
    await harness.clock.advance(100);
    harness.socket.leave();
    const sent = harness.socket.sent.length;
    await harness.push(speech(1000), new OutputTransportMessageUrgentFrame({}), new EndFrame());
    expect(harness.moments('BotStoppedSpeakingFrame').sort()).toEqual(['downstream@100', 'upstream@100']);
    expect(harness.moments('EndFrame')).toEqual(['downstream@100']);
    expect(harness.socket.sent).toHaveLength(sent);
    expect(closes).toEqual([1000]);
    await harness.end();
    expect(harness.clock.pendingTimers).toBe(0);
  });
});

describe('a client that takes nothing', () => {
  it('is sent no more audio while its buffer is full, and goes on when it takes again', async () => {
    const harness = await TransportHarness.start();
    await harness.push(speech(800));
    harness.socket.bufferedAmount = 65_537;
    await harness.clock.advance(2000);
    expect(harness.wireTimes('audio')).toHaveLength(4);
    harness.socket.bufferedAmount = 0;
    await harness.clock.advance(2000);
    expect(harness.wireTimes('audio')).toHaveLength(20);
    expect(errorCodes(harness.up)).toEqual([]);
    await harness.end();
  });

  it('is closed with a code after the write timeout, and the pipeline flows on', async () => {
    const harness = await TransportHarness.start();
    await harness.push(speech(800), said('lost'), new EndFrame());
    harness.socket.bufferedAmount = 65_537;
    await harness.clock.advance(10_100);
    expect(harness.socket.closedWith).toBe(1008);
    expect(errorCodes(harness.up)).toEqual(['SLOWCAT_CLIENT_STALLED']);
    expect(harness.transport.output().isUsable).toBe(false);
    expect(harness.of(EndFrame)).toHaveLength(1);
    await harness.end();
    expect(harness.clock.pendingTimers).toBe(0);
  });

  it('is closed at once when messages pile up for it', async () => {
    const harness = await TransportHarness.start({ maxBufferedBytes: 1000 });
    harness.socket.bufferedAmount = 1001;
    await harness.push(new OutputTransportMessageUrgentFrame({ a: 1 }));
    expect(harness.socket.closedWith).toBe(1008);
    expect(harness.socket.sent).toEqual([]);
    await harness.end();
  });
});
