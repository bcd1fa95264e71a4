import {
  LLMContextFrame,
  TranscriptionFrame,
  UserStartedSpeakingFrame,
  type Frame,
} from '../../pipeline/index.js';

/** Metadata under which a frame may say who speaks; the first is Pipecat's spelling. */
const keys = ['speaker_id', 'speakerId', 'speaker'] as const;

/**
 * Who speaks, as far as a frame says so: a transcription by its user id, the start of a turn and a context by their
 * metadata. Undefined for every other frame and for an empty name.
 */
export function speakerOf(frame: Frame): string | undefined {
  if (frame instanceof TranscriptionFrame) return frame.userId === '' ? undefined : frame.userId;
  if (!(frame instanceof UserStartedSpeakingFrame) && !(frame instanceof LLMContextFrame)) return undefined;
  for (const key of keys) {
    const speaker = frame.metadata[key];
    if (typeof speaker === 'string' && speaker !== '') return speaker;
  }
  return undefined;
}
