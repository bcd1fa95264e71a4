import { describe, expect, it } from 'vitest';
import {
  AudioBufferStartRecordingFrame,
  AudioBufferStopRecordingFrame,
  BotStartedSpeakingFrame,
  BotStoppedSpeakingFrame,
  ErrorFrame,
  InputAudioRawFrame,
  OutputAudioRawFrame,
  UserStartedSpeakingFrame,
  UserStoppedSpeakingFrame,
  type Frame,
} from '../../pipeline/index.js';
import { SleepFrame, runTest } from '../../testing/index.js';
import { AudioBufferProcessor, type AudioBufferOptions } from './audio-buffer-processor.js';
import type { RecordedAudio, RecordedTracks, TurnAudioData } from './audio-buffer-events.js';

const rateHz = 8000;
const params = { audioInSampleRateHz: rateHz, audioOutSampleRateHz: rateHz };
const constant = (ms: number, value: number): Int16Array => new Int16Array((rateHz * ms) / 1000).fill(value);
const user = (ms: number, value = 100): Frame => new InputAudioRawFrame(constant(ms, value), rateHz);
const bot = (ms: number, value = 7): Frame => new OutputAudioRawFrame(constant(ms, value), rateHz);
const pause = (ms: number): Frame => new SleepFrame(ms);

/** Values that change along a recording, and how long each lasts in milliseconds. */
function shape(audio: Int16Array): [value: number, ms: number][] {
  const runs: [number, number][] = [];
  for (const value of audio) {
    const last = runs.at(-1);
    if (last?.[0] === value) last[1] += 1000 / rateHz;
    else runs.push([value, 1000 / rateHz]);
  }
  return runs.map(([value, ms]) => [value, Math.round(ms)]);
}

async function record(options: AudioBufferOptions, framesToSend: Frame[], sendEndFrame = true) {
  const recorder = new AudioBufferProcessor({ autoStartRecording: true, ...options });
  const order: string[] = [];
  const kept = <T>(event: string): [list: T[], handler: (data: T) => void] => {
    const list: T[] = [];
    return [list, (data) => void (order.push(event), list.push(data))];
  };
  const [audioData, onAudioData] = kept<RecordedAudio>('audioData');
  const [trackAudioData, onTrackAudioData] = kept<RecordedTracks>('trackAudioData');
  const [userTurnAudio, onUserTurnAudio] = kept<TurnAudioData>('userTurnAudio');
  const [botTurnAudio, onBotTurnAudio] = kept<TurnAudioData>('botTurnAudio');
  recorder.on('recordingStarted', () => void order.push('recordingStarted'));
  recorder.on('recordingStopped', () => void order.push('recordingStopped'));
  recorder.on('audioData', onAudioData);
  recorder.on('trackAudioData', onTrackAudioData);
  recorder.on('userTurnAudio', onUserTurnAudio);
  recorder.on('botTurnAudio', onBotTurnAudio);
  const told = { audioData, trackAudioData, userTurnAudio, botTurnAudio };
  const { down, up } = await runTest(recorder, { framesToSend, params, sendEndFrame });
  return { told, order, down, up };
}

describe('AudioBufferProcessor', () => {
  it('records both speakers on one time line, with silence where nobody spoke', async () => {
    const { told, order, down } = await record({}, [
      pause(100),
      user(100),
      pause(1000),
      bot(200),
      pause(1000),
      user(100),
    ]);
    const { userAudio, botAudio, sampleRateHz } = told.trackAudioData[0]!;
    expect(sampleRateHz).toBe(rateHz);
    expect(shape(userAudio)).toEqual([
      [100, 100],
      [0, 1900],
      [100, 100],
    ]);
    expect(shape(botAudio)).toEqual([
      [0, 1100],
      [7, 200],
      [0, 800],
    ]);
    expect(order).toEqual(['recordingStarted', 'audioData', 'trackAudioData', 'recordingStopped']);
    expect(down).toHaveLength(3);
  });

  it('mixes both into one channel, clipped, or puts them into two', async () => {
    const frames = [pause(200), bot(100, 30_000), pause(100), user(100, 20_000)];
    const mono = await record({}, frames);
    expect(shape(mono.told.audioData[0]!.audio)).toEqual([
      [0, 200],
      [32_767, 100],
    ]);
    const stereo = await record({ numChannels: 2 }, frames);
    const { audio, numChannels } = stereo.told.audioData[0]!;
    expect(numChannels).toBe(2);
    expect(shape(audio.filter((_, i) => i % 2 === 0))).toEqual([
      [0, 200],
      [20_000, 100],
    ]);
    expect(shape(audio.filter((_, i) => i % 2 === 1))).toEqual([
      [0, 200],
      [30_000, 100],
    ]);
  });

  it('tells a part whenever the buffer is full; the parts are the whole', async () => {
    const minute = Array.from({ length: 20 }, () => [pause(50), user(50)]).flat();
    const frames = [...minute, bot(30), pause(400), user(50)];
    const whole = await record({}, frames);
    const parts = await record({ bufferMs: 250 }, frames);
    expect(parts.told.trackAudioData.length).toBeGreaterThan(4);
    for (const track of ['userAudio', 'botAudio'] as const) {
      const joined = parts.told.trackAudioData.flatMap((part) => [...part[track]]);
      expect(joined).toEqual([...whole.told.trackAudioData[0]![track]]);
    }
  });

  it('records when it is asked to, and again', async () => {
    const { told, order } = await record({ autoStartRecording: false }, [
      user(100, 1),
      new AudioBufferStartRecordingFrame(),
      new AudioBufferStartRecordingFrame(),
      pause(100),
      user(100, 2),
      pause(10),
      new AudioBufferStopRecordingFrame(),
      pause(10),
      user(100, 3),
      pause(10),
      new AudioBufferStartRecordingFrame(),
      pause(100),
      user(100, 4),
    ]);
    expect(told.audioData.map(({ audio }) => shape(audio))).toEqual([[[2, 100]], [[4, 100]]]);
    expect(order.filter((event) => event === 'recordingStarted')).toHaveLength(2);
    expect(order.filter((event) => event === 'recordingStopped')).toHaveLength(2);
  });

  it('tells what was recorded also when the session is cut', async () => {
    const { told } = await record({}, [pause(100), user(100)], false);
    expect(told.audioData).toHaveLength(1);
  });

  it('tells nothing of a recording without audio', async () => {
    const { order } = await record({}, [pause(500)]);
    expect(order).toEqual(['recordingStarted', 'recordingStopped']);
  });

  it('brings audio of other rates and channels to the rate of the recording', async () => {
    const tone = Int16Array.from({ length: 16_000 }, (_, i) =>
      Math.round(8000 * Math.sin((2 * Math.PI * 440 * Math.floor(i / 2)) / 16_000)),
    );
    const stereo = new OutputAudioRawFrame(tone, 16_000, 2);
    const { told } = await record({}, [stereo, user(500), pause(100)]);
    const { botAudio } = told.trackAudioData[0]!;
    const crossings = botAudio.subarray(800, 3200).filter((x, i, all) => x >= 0 && (all[i - 1] ?? 0) < 0);
    expect(crossings.length).toBeGreaterThanOrEqual(131);
    expect(crossings.length).toBeLessThanOrEqual(133);
  });

  it('tells what each speaker said in a turn, with what the user said before the turn was noticed', async () => {
    const { told } = await record({ enableTurnAudio: true }, [
      new BotStartedSpeakingFrame(),
      bot(100, 1),
      pause(100),
      new BotStoppedSpeakingFrame(),
      ...Array.from({ length: 20 }, (_, i) => [user(100, i), pause(100)]).flat(),
      new UserStartedSpeakingFrame(),
      user(100, 50),
      pause(100),
      new UserStoppedSpeakingFrame(),
      user(100, 51),
      new BotStartedSpeakingFrame(),
      bot(100, 2),
      bot(100, 3),
      pause(100),
      new BotStoppedSpeakingFrame(),
    ]);
    const turns = (event: 'userTurnAudio' | 'botTurnAudio') =>
      told[event].map(({ turnNumber, audio }) => ({
        turnNumber,
        values: shape(audio).map(([value]) => value),
      }));
    expect(turns('botTurnAudio')).toEqual([
      { turnNumber: 0, values: [1] },
      { turnNumber: 1, values: [2, 3] },
    ]);
    expect(turns('userTurnAudio')).toEqual([
      { turnNumber: 1, values: [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 50] },
    ]);
  });

  it('is cleaned up only when handlers that are still busy have ended', async () => {
    const recorder = new AudioBufferProcessor({ autoStartRecording: true });
    let finish = (): void => undefined;
    const called = new Promise<void>((resolve) => {
      recorder.on('audioData', () => {
        resolve();
        return new Promise<void>((done) => (finish = done));
      });
    });
    const run = runTest(recorder, { framesToSend: [user(100)], params });
    await called;
    const state = { cleaned: false };
    const cleaning = recorder.cleanup().then(() => (state.cleaned = true));
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(state.cleaned).toBe(false);
    finish();
    await Promise.all([cleaning, run]);
  });

  it('goes on when a handler fails, and says so', async () => {
    const recorder = new AudioBufferProcessor({ autoStartRecording: true });
    recorder.on('recordingStarted', () => {
      throw new Error('disk full');
    });
    const { up, down } = await runTest(recorder, { framesToSend: [user(100)], params });
    expect(up.some((frame) => frame instanceof ErrorFrame)).toBe(true);
    expect(down).toHaveLength(1);
  });
});
