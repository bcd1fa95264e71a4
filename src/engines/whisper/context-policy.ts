/**
 * How much of its 30 s window Whisper is given, and when it must stop writing.
 *
 * The encoder's time grows with the frames it is given, and most of the full window is padding. But a model
 * trained on 30 s windows writes the right words from a short one and then does not end: it writes them again.
 * What holds it, measured in `bench/wer`: a floor of some seconds, timestamps left on (the closing timestamp is
 * how the model ends), and a beam of three, which finds the ending when the likeliest next word hides it. The
 * few that still run on are recognised by having no ending, and decoded once more in a wider window.
 */

/** Encoder frames a second: Whisper halves a spectrogram of 100 frames a second. */
const framesPerSecond = 50;

export interface ContextPolicy {
  /** Fewest encoder frames of the first attempt (50 a second). @defaultValue 384 */
  readonly floorFrames: number;
  /** Frames of silence kept behind the speech, so that its end is heard. @defaultValue 64 */
  readonly marginFrames: number;
  /** Fewest encoder frames of the second attempt. @defaultValue 768 */
  readonly retryFloorFrames: number;
  /** Beams of the first attempt; the second is greedy. @defaultValue 3 */
  readonly beams: number;
}

export const defaultContextPolicy = {
  floorFrames: 384,
  marginFrames: 64,
  retryFloorFrames: 768,
  beams: 3,
} as const satisfies ContextPolicy;

/** The settings of one decoding run. */
export interface DecodeWindow {
  /** Encoder frames; 0 leaves the model's full window. */
  readonly audioContext: number;
  /** 1 decodes greedily. */
  readonly beams: number;
  /** Most tokens to write; 0 leaves it to the model. Reaching it means that the model did not stop. */
  readonly maxTokens: number;
  /** Whether the audio fits one window, so that nothing is decoded twice. */
  readonly singleSegment: boolean;
  /** Step of the temperatures tried after a failed decoding; 0 tries none. */
  readonly temperatureStep: number;
}

/**
 * Fast English speech has six tokens a second; the constant leaves room for punctuation and timestamps. A run
 * that reaches this limit cannot be speech.
 */
const tokensPerSecond = 7;
const extraTokens = 10;

/**
 * The windows to try, in order; a later one is for audio on which the one before did not stop.
 *
 * @param seconds length of the audio
 * @param fullFrames encoder frames of the model's full window, 1500 for every published Whisper
 */
export function decodeWindows(
  seconds: number,
  fullFrames: number,
  policy: ContextPolicy = defaultContextPolicy,
): readonly DecodeWindow[] {
  const neededFrames = Math.ceil(seconds * framesPerSecond) + policy.marginFrames;
  if (neededFrames > fullFrames) return [longAudio];
  const maxTokens = Math.ceil(extraTokens + seconds * tokensPerSecond);
  const window = (floorFrames: number, beams: number): DecodeWindow => ({
    audioContext: Math.min(fullFrames, Math.max(floorFrames, neededFrames)),
    beams,
    maxTokens,
    singleSegment: true,
    temperatureStep: 0,
  });
  return [window(policy.floorFrames, policy.beams), window(policy.retryFloorFrames, 1)];
}

/** Audio beyond one window moves through it by timestamps, with whisper.cpp's own guards against loops. */
const longAudio: DecodeWindow = {
  audioContext: 0,
  beams: 1,
  maxTokens: 0,
  singleSegment: false,
  temperatureStep: 0.2,
};

/** whisper.cpp gives no text for audio of up to 1 s (`seek + 100 >= seek_end`). */
const shortestSeconds = 1.3;

/** The audio itself, or the audio and silence behind it when it is too short to be decoded. */
export function padShortAudio(pcm16k: Float32Array): Float32Array {
  const shortest = shortestSeconds * 16_000;
  if (pcm16k.length >= shortest) return pcm16k;
  const padded = new Float32Array(shortest);
  padded.set(pcm16k);
  return padded;
}
