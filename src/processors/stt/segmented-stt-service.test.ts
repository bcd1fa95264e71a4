import { describe, expect, it } from 'vitest';
import type { SpeechToText, TranscribeOptions } from '../../engines/interfaces.js';
import {
  ErrorFrame,
  InputAudioRawFrame,
  TranscriptionFrame,
  UserStoppedSpeakingFrame,
  VADUserStartedSpeakingFrame,
  VADUserStoppedSpeakingFrame,
  type Frame,
} from '../../pipeline/index.js';
import { SleepFrame, runTest } from '../../testing/run-test.js';
import { SegmentedSTTService } from './segmented-stt-service.js';
import { STTSegmentEmptyFrame, STTSegmentStartedFrame } from './stt-frames.js';
import { turnTextOf } from './turn-transcript.js';

interface Call {
  readonly samples: number;
  readonly prompt: string | undefined;
}

/** Answers in order; remembers what it was asked. */
function scripted(answers: (string | Error)[]): SpeechToText & { readonly calls: Call[] } {
  const calls: Call[] = [];
  return {
    calls,
    info: { engine: 'fake', model: 'scripted', device: 'cpu' },
    warmUp: () => Promise.resolve(),
    close: () => Promise.resolve(),
    transcribe: (pcm: Float32Array, options: TranscribeOptions = {}) => {
      calls.push({ samples: pcm.length, prompt: options.prompt });
      const answer = answers.shift() ?? '';
      return answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve({ text: answer, confidence: 1 });
    },
  };
}

const second = () => new InputAudioRawFrame(new Int16Array(16_000).fill(9), 16_000, 1);
const speech = () => [
  new VADUserStartedSpeakingFrame(),
  second(),
  new VADUserStoppedSpeakingFrame(),
  new SleepFrame(10),
];

describe('SegmentedSTTService', () => {
  it('recognises a segment with what was heard just before it, and passes the audio on first', async () => {
    const stt = scripted(['hello']);
    const { down } = await runTest(new SegmentedSTTService({ stt, userId: 'anna' }), {
      framesToSend: [second(), second(), ...speech()],
    });
    expect(stt.calls).toEqual([{ samples: 32_000, prompt: undefined }]);
    const transcript = down.find((frame) => frame instanceof TranscriptionFrame);
    expect(transcript).toMatchObject({
      text: 'hello',
      userId: 'anna',
      finalized: true,
      interruptible: false,
    });
    expect(down.filter((frame) => frame instanceof InputAudioRawFrame).length).toBe(3);
  });

  it('keeps the order of segments and primes each with the names of the moment', async () => {
    const names = ['Potola.', 'Potola, Zelphine.'];
    const stt = scripted(['one', 'two']);
    const service = new SegmentedSTTService({ stt, prompt: () => names.shift() ?? '', maxTurnMs: 0 });
    const { down } = await runTest(service, { framesToSend: [...speech(), ...speech()] });
    expect(down.flatMap((frame) => (frame instanceof TranscriptionFrame ? [frame.text] : []))).toEqual([
      'one',
      'two',
    ]);
    expect(stt.calls.map(({ prompt }) => prompt)).toEqual(['Potola.', 'Potola, Zelphine.']);
  });

  it('answers every segment, also one without words and one that fails', async () => {
    const stt = scripted(['', new Error('broken')]);
    const { down, up } = await runTest(new SegmentedSTTService({ stt }), {
      framesToSend: [...speech(), ...speech()],
    });
    expect(down.filter((frame) => frame instanceof STTSegmentStartedFrame).length).toBe(2);
    expect(down.filter((frame) => frame instanceof STTSegmentEmptyFrame).length).toBe(2);
    expect(up.filter((frame) => frame instanceof ErrorFrame).length).toBe(1);
  });

  it('hands endless speech over in pieces', async () => {
    const stt = scripted(['one', 'two', 'three']);
    const service = new SegmentedSTTService({ stt, maxSegmentMs: 2000, maxTurnMs: 0 });
    const frames = [
      new VADUserStartedSpeakingFrame(),
      ...Array.from({ length: 5 }, second),
      new VADUserStoppedSpeakingFrame(),
      new SleepFrame(10),
    ];
    await runTest(service, { framesToSend: frames });
    expect(stt.calls.map(({ samples }) => samples)).toEqual([32_000, 32_000, 16_000]);
  });

  const texts = (frames: readonly Frame[]) =>
    frames.flatMap((frame) => (frame instanceof TranscriptionFrame ? [frame.text] : []));

  it('hears the whole turn again when it goes on, and tells what is new', async () => {
    const stt = scripted(['My dog.', 'My dog is Potola.']);
    const { down } = await runTest(new SegmentedSTTService({ stt }), {
      framesToSend: [...speech(), ...speech()],
    });
    expect(stt.calls.map(({ samples }) => samples)).toEqual([16_000, 32_000]);
    expect(texts(down)).toEqual(['My dog.', 'is Potola.']);
    const transcripts = down.filter((frame) => frame instanceof TranscriptionFrame);
    expect(transcripts.map(turnTextOf)).toEqual([null, 'My dog is Potola.']);
  });

  it('finds the first word in the whole turn when alone it was not heard', async () => {
    const stt = scripted(['', 'Four queen of clubs.']);
    const { down } = await runTest(new SegmentedSTTService({ stt }), {
      framesToSend: [...speech(), ...speech()],
    });
    expect(texts(down)).toEqual(['Four queen of clubs.']);
  });

  it('hears a segment by itself when the whole turn came out otherwise, or is too long', async () => {
    const stt = scripted(['one two three', 'something else', 'four', 'five']);
    const frames = [...speech(), ...speech(), ...speech()];
    const { down } = await runTest(new SegmentedSTTService({ stt, maxTurnMs: 2000 }), {
      framesToSend: frames,
    });
    expect(stt.calls.map(({ samples }) => samples)).toEqual([16_000, 32_000, 16_000, 32_000, 16_000]);
    expect(texts(down)).toEqual(['one two three', 'four']);
  });

  it('gives no text of the whole turn once a part of it stood by itself', async () => {
    const stt = scripted(['one two three', 'something else', 'four', 'four five']);
    const { down } = await runTest(new SegmentedSTTService({ stt }), {
      framesToSend: [...speech(), ...speech(), ...speech()],
    });
    const transcripts = down.filter((frame) => frame instanceof TranscriptionFrame);
    expect(transcripts.map(({ text }) => text)).toEqual(['one two three', 'four', 'five']);
    expect(transcripts.map(turnTextOf)).toEqual([null, null, null]);
  });

  it('begins anew with the next turn', async () => {
    const stt = scripted(['one', 'two']);
    const frames = [...speech(), new UserStoppedSpeakingFrame(), new SleepFrame(10), ...speech()];
    await runTest(new SegmentedSTTService({ stt }), { framesToSend: frames });
    expect(stt.calls.map(({ samples }) => samples)).toEqual([16_000, 16_000]);
  });
});
