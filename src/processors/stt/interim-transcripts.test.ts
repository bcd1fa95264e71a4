import { describe, expect, it } from 'vitest';
import type { SpeechToText } from '../../engines/interfaces.js';
import {
  InputAudioRawFrame,
  InterimTranscriptionFrame,
  TranscriptionFrame,
  UserSpeakingFrame,
  VADUserStartedSpeakingFrame,
  VADUserStoppedSpeakingFrame,
  type Frame,
} from '../../pipeline/index.js';
import { FakeSpeechToText } from '../../testing/fake-speech-to-text.js';
import { SleepFrame, runTest } from '../../testing/run-test.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { InterimTranscripts, whileBusy, type InterimOptions } from './interim-transcripts.js';
import { SegmentedSTTService } from './segmented-stt-service.js';

/** A voice of `spokenMs`, looked at every 100 ms, and an engine that takes `tookMs` for each run. */
async function speak(
  spokenMs: number,
  tookMs: number,
  options: Partial<InterimOptions> = {},
  hears: (samples: number) => string = (samples) => `${samples / 16} ms`,
) {
  const clock = new VirtualClock();
  const begun: number[] = [];
  const told: string[] = [];
  const stt = new FakeSpeechToText({
    hears: (pcm) => hears(pcm.length),
    beforeAnswer: () => clock.sleep(tookMs),
  });
  const interim = new InterimTranscripts(
    {
      stt,
      nowMs: () => clock.nowMs(),
      hear: async (pcm, signal) => {
        begun.push(clock.nowMs());
        return (await stt.transcribe(pcm, { signal })).text;
      },
      tell: (text) => told.push(text),
    },
    options,
  );
  for (let ms = 0; ms < spokenMs; ms += 100) {
    interim.onVoice(ms, () => new Float32Array(ms * 16));
    await clock.advance(100);
  }
  return { interim, clock, begun, told, stt };
}

describe('InterimTranscripts', () => {
  it('hears the growing segment every 600 ms, from half a second on', async () => {
    const { begun, told } = await speak(2500, 100);
    expect(begun).toEqual([500, 1100, 1700, 2300]);
    expect(told).toEqual(['500 ms', '1100 ms', '1700 ms', '2300 ms']);
  });

  it('takes no more than its share of the time, and leaves long segments alone', async () => {
    const { begun } = await speak(4000, 500);
    expect(begun).toEqual([500, 1500, 2500, 3500]);
    expect((await speak(6000, 500, { share: 0.25, maxAudioMs: 4000 })).begun).toEqual([500, 2500]);
  });

  it('leaves an engine alone that takes too long, until it is fast again', async () => {
    const { interim, clock, stt, begun } = await speak(6000, 900);
    expect(begun).toEqual([500]);
    await whileBusy(
      stt,
      () => clock.nowMs(),
      () => Promise.resolve(),
    );
    interim.onVoice(6000, () => new Float32Array(96_000));
    await clock.advance(1000);
    expect(begun).toEqual([500, 6000]);
  });

  it('tells nothing twice, and nothing when nothing is heard', async () => {
    const words = (samples: number) => (samples < 16_000 ? '' : samples < 32_000 ? 'My dog' : 'My dog is');
    expect((await speak(3000, 50, {}, words)).told).toEqual(['My dog', 'My dog is']);
  });

  it('drops what is still being heard when the segment ends, and begins anew with the next', async () => {
    const { interim, clock, told, begun } = await speak(600, 400);
    interim.end();
    await clock.advance(2000);
    expect(told).toEqual([]);
    interim.onVoice(700, () => new Float32Array(11_200));
    await clock.advance(500);
    expect(begun).toHaveLength(2);
    expect(told).toEqual(['700 ms']);
  });

  it('waits for nobody and lets nobody wait: there is no run beside another of the same engine', async () => {
    const { interim, clock, stt, begun } = await speak(100, 10);
    const other = whileBusy(
      stt,
      () => clock.nowMs(),
      () => clock.sleep(300),
    );
    for (const _ of [1, 2, 3, 4]) {
      interim.onVoice(1000, () => new Float32Array(16_000));
      await clock.advance(100);
    }
    await other;
    expect(begun).toEqual([400]);
  });

  it('survives an engine that fails', async () => {
    const failing = { transcribe: () => Promise.reject(new Error('broken')) } as unknown as SpeechToText;
    const clock = new VirtualClock();
    const told: string[] = [];
    const interim = new InterimTranscripts({
      stt: failing,
      nowMs: () => clock.nowMs(),
      hear: async (pcm) => (await failing.transcribe(pcm)).text,
      tell: (text) => told.push(text),
    });
    interim.onVoice(600, () => new Float32Array(9600));
    await clock.advance(1000);
    interim.onVoice(1600, () => new Float32Array(9600));
    await clock.settle();
    expect(told).toEqual([]);
  });
});

describe('a recogniser with interim transcripts', () => {
  const half = () => new InputAudioRawFrame(new Int16Array(8000).fill(9), 16_000, 1);
  const hears = (pcm: Float32Array) => ['', 'My', 'My dog', 'My dog is'][pcm.length / 8000] ?? 'too long';
  const script: Frame[] = [new VADUserStartedSpeakingFrame(), new SleepFrame(10)];
  for (let i = 0; i < 3; i++)
    script.push(half(), new SleepFrame(10), new UserSpeakingFrame(), new SleepFrame(700));
  script.push(new VADUserStoppedSpeakingFrame(), new SleepFrame(500), new UserSpeakingFrame());

  const hear = async (interimResults: boolean) => {
    const clock = new VirtualClock();
    const stt = new FakeSpeechToText({ hears, beforeAnswer: () => clock.sleep(100) });
    const { down } = await runTest(new SegmentedSTTService({ stt, userId: 'anna', interimResults }), {
      framesToSend: script,
      clock,
    });
    return down.flatMap((frame) =>
      frame instanceof InterimTranscriptionFrame
        ? [['interim', frame.text, frame.userId]]
        : frame instanceof TranscriptionFrame
          ? [['final', frame.text, frame.userId]]
          : [],
    );
  };

  it('tells what it has heard so far, and in the end the whole', async () => {
    expect(await hear(true)).toEqual([
      ['interim', 'My', 'anna'],
      ['interim', 'My dog', 'anna'],
      ['interim', 'My dog is', 'anna'],
      ['final', 'My dog is', 'anna'],
    ]);
  });

  it('tells the whole alone, unless it is asked for more', async () => {
    expect(await hear(false)).toEqual([['final', 'My dog is', 'anna']]);
  });
});
