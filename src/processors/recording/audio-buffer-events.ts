import type { FrameProcessorEvents } from '../../pipeline/index.js';

/** A recording, or the next part of one. */
export interface RecordedAudio {
  /** Both speakers: mixed with one channel, with two the user left and the bot right, interleaved. */
  readonly audio: Int16Array;
  readonly sampleRateHz: number;
  readonly numChannels: 1 | 2;
}

/** The same by speaker; both tracks are mono and equally long, and what was said at one time stands at one place. */
export interface RecordedTracks {
  readonly userAudio: Int16Array;
  readonly botAudio: Int16Array;
  readonly sampleRateHz: number;
}

/** What one speaker said in one turn. */
export interface TurnAudioData {
  /** Counts the user's turns from 1; what the bot says before the first belongs to turn 0. */
  readonly turnNumber: number;
  /** Mono. */
  readonly audio: Int16Array;
  readonly sampleRateHz: number;
}

/** What can be listened to at an AudioBufferProcessor. */
export interface AudioBufferEvents extends FrameProcessorEvents {
  readonly recordingStarted: undefined;
  /** After the last audio has been told. */
  readonly recordingStopped: undefined;
  /** Every `bufferMs` of audio, and at the end. */
  readonly audioData: RecordedAudio;
  /** Together with `audioData`. */
  readonly trackAudioData: RecordedTracks;
  /** The user's turn is over. */
  readonly userTurnAudio: TurnAudioData;
  /** The bot has said what it had to say, or was interrupted. */
  readonly botTurnAudio: TurnAudioData;
}
