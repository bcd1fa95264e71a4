import { describe, expect, it } from 'vitest';
import {
  LLMContext,
  LLMContextFrame,
  TextFrame,
  TranscriptionFrame,
  UserStartedSpeakingFrame,
} from '../../pipeline/index.js';
import { speakerOf } from './speaker.js';

describe('speakerOf', () => {
  it('takes a transcription by its user id', () => {
    expect(speakerOf(new TranscriptionFrame('hi', 'ben', ''))).toBe('ben');
    expect(speakerOf(new TranscriptionFrame('hi', '', ''))).toBeUndefined();
  });

  it.each(['speaker_id', 'speakerId', 'speaker'])(
    'takes a turn and a context by their metadata: %s',
    (key) => {
      for (const frame of [new UserStartedSpeakingFrame(), new LLMContextFrame(new LLMContext())]) {
        expect(speakerOf(frame)).toBeUndefined();
        frame.metadata[key] = 7;
        expect(speakerOf(frame)).toBeUndefined();
        frame.metadata[key] = 'carla';
        expect(speakerOf(frame)).toBe('carla');
      }
    },
  );

  it('takes nothing from other frames', () => {
    const frame = new TextFrame('hi');
    frame.metadata['speaker'] = 'carla';
    expect(speakerOf(frame)).toBeUndefined();
  });
});
