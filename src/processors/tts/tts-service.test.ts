import { describe, expect, it } from 'vitest';
import type { SynthesizeOptions, TextToSpeech } from '../../engines/interfaces.js';
import {
  AggregatedTextFrame,
  InterruptionFrame,
  LLMFullResponseEndFrame,
  LLMFullResponseStartFrame,
  LLMTextFrame,
  TTSAudioRawFrame,
  TTSSpeakFrame,
  TTSStartedFrame,
  TTSStoppedFrame,
  TTSTextFrame,
  type Frame,
} from '../../pipeline/index.js';
import { SleepFrame, runTest } from '../../testing/run-test.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { TTSService } from './tts-service.js';

/** A sample a letter; `stuck` never comes to an end, `broken` fails, `mute` has no sound. */
const tts: TextToSpeech = {
  info: { engine: 'fake', model: 'letters', device: 'cpu' },
  sampleRateHz: 24_000,
  voices: ['a'],
  warmUp: () => Promise.resolve(),
  close: () => Promise.resolve(),
  async *synthesize(text: string, _options: SynthesizeOptions = {}) {
    if (text.includes('broken')) throw new Error('broken');
    if (text.includes('stuck')) await new Promise<never>(() => undefined);
    await Promise.resolve();
    if (!text.includes('mute')) yield { pcm: new Float32Array(text.length), sampleRateHz: 24_000, text };
  },
};

const answer = (...tokens: string[]) => [
  new LLMFullResponseStartFrame(),
  ...tokens.map((token) => new LLMTextFrame(token)),
  new LLMFullResponseEndFrame(),
];
const outline = (frames: readonly Frame[]) =>
  frames.map((frame) => {
    if (frame instanceof AggregatedTextFrame) return `say ${frame.text}`;
    if (frame instanceof TTSTextFrame) return `said ${frame.text}`;
    if (frame instanceof TTSAudioRawFrame) return `audio ${frame.audio.length}`;
    return frame.type;
  });

describe('TTSService', () => {
  it('speaks clause by clause, each text behind its audio', async () => {
    const { down } = await runTest(new TTSService({ tts }), {
      framesToSend: answer('One', ' two. ', 'Three.'),
    });
    expect(outline(down)).toEqual([
      'LLMFullResponseStartFrame',
      'TTSStartedFrame',
      'say One two.',
      'audio 8',
      'said One two.',
      'say Three.',
      'audio 6',
      'said Three.',
      'TTSStoppedFrame',
      'LLMFullResponseEndFrame',
    ]);
  });

  it('drops what is not yet spoken when interrupted, and speaks the next answer', async () => {
    const frames = [
      ...answer('This is stuck. ', 'Never heard.'),
      new SleepFrame(50),
      new InterruptionFrame(),
      new SleepFrame(50),
      ...answer('Next.'),
    ];
    const { down } = await runTest(new TTSService({ tts }), { framesToSend: frames });
    const heard = outline(down).filter((line) => line.startsWith('said'));
    expect(heard).toEqual(['said Next.']);
  });

  it('goes on after a clause that fails and reports it', async () => {
    const { down, up } = await runTest(new TTSService({ tts }), {
      framesToSend: answer('It is broken. ', 'Fine.'),
    });
    expect(outline(down).filter((line) => line.startsWith('said'))).toEqual(['said Fine.']);
    expect(up.map((frame) => frame.type)).toContain('ErrorFrame');
  });

  it('does not claim to have said what made no sound', async () => {
    const { down } = await runTest(new TTSService({ tts }), { framesToSend: answer('mute') });
    expect(down.some((frame) => frame instanceof TTSTextFrame)).toBe(false);
    expect(down.some((frame) => frame instanceof TTSStoppedFrame)).toBe(true);
  });

  it('passes on what is to be read, without a sound', async () => {
    const quiet = answer('One', ' two. ', 'Three.');
    for (const frame of quiet) frame.skipTts = true;
    const { down } = await runTest(new TTSService({ tts }), { framesToSend: [...quiet, ...answer('Four.')] });
    expect(outline(down)).toEqual([
      'LLMFullResponseStartFrame',
      'say One two.',
      'say Three.',
      'LLMFullResponseEndFrame',
      'LLMFullResponseStartFrame',
      'TTSStartedFrame',
      'say Four.',
      'audio 5',
      'said Four.',
      'TTSStoppedFrame',
      'LLMFullResponseEndFrame',
    ]);
    const [first] = down.filter((frame) => frame instanceof AggregatedTextFrame);
    expect(first).toMatchObject({ skipTts: true, willBeSpoken: false, appendToContext: true });
  });

  it('names with each spoken text the announcement that it belongs to', async () => {
    const { down } = await runTest(new TTSService({ tts }), { framesToSend: answer('One. ', 'One.') });
    const announced = down.filter((frame) => frame instanceof AggregatedTextFrame).map(({ id }) => id);
    const spoken = down.filter((frame) => frame instanceof TTSTextFrame).map(({ segmentId }) => segmentId);
    expect(announced.length).toBe(2);
    expect(spoken).toEqual(announced);
  });

  it('speaks to its end what may not be interrupted, and the next may be again', async () => {
    const slow: TextToSpeech = {
      ...tts,
      async *synthesize(text: string) {
        for (const letter of text) {
          await clock.sleep(10);
          yield { pcm: new Float32Array(1), sampleRateHz: 24_000, text: letter };
        }
      },
    };
    const clock = new VirtualClock();
    const firm = new TTSSpeakFrame('Listen.');
    firm.interruptible = false;
    const framesToSend = [
      firm,
      new SleepFrame(30),
      new InterruptionFrame(),
      new SleepFrame(100),
      new TTSSpeakFrame('Never mind.'),
      new SleepFrame(30),
      new InterruptionFrame(),
      new SleepFrame(200),
    ];
    const { down } = await runTest(new TTSService({ tts: slow }), { framesToSend, clock });
    expect(outline(down).filter((line) => line.startsWith('sa'))).toEqual([
      'say Listen.',
      'said Listen.',
      'say Never mind.',
    ]);
    const at = down.findIndex((frame) => frame instanceof TTSStoppedFrame);
    const parts = down.slice(0, at + 1).filter((frame) => !(frame instanceof InterruptionFrame));
    expect(parts.filter(({ family, interruptible }) => family !== 'system' && interruptible)).toEqual([]);
    expect(down.filter((frame) => frame instanceof AggregatedTextFrame).at(-1)?.interruptible).toBe(true);
  });

  it('speaks a sentence that it is given', async () => {
    await runTest(new TTSService({ tts }), {
      framesToSend: [new TTSSpeakFrame('Hello.', false)],
      expectedDown: [TTSStartedFrame, AggregatedTextFrame, TTSAudioRawFrame, TTSTextFrame, TTSStoppedFrame],
    });
  });
});
