/**
 * Whisper writes something for every sound. What it writes when nobody speaks is known: descriptions in
 * brackets, punctuation alone, the closing words of the videos it was trained on, or words it does not believe.
 */

/** `[BLANK_AUDIO]`, `(music)`, `*coughs*`, `♪ la la ♪`, also when the closing mark is missing at the end. */
const description = /\[[^\]]*(?:\]|$)|\([^)]*\)|\*[^*\s][^*]*\*|♪[^♪]*(?:♪|$)|>>/gu;

/** Removes descriptions of sounds; gives an empty text when no letter or digit is left. */
export function stripDescriptions(text: string): string {
  const spoken = text.replace(description, ' ').replace(/\s+/g, ' ').trim();
  return /[\p{L}\p{N}]/u.test(spoken) ? spoken : '';
}

/**
 * Said by models of every size on silence and noise. People say some of these too, so they are doubted,
 * not banned.
 */
const doubtful = new Set([
  'you',
  'thank you',
  'thanks',
  'thank you very much',
  'thank you so much',
  'thanks for watching',
  'thank you for watching',
  'please subscribe',
  'subscribe',
  'bye',
  'the end',
  'so',
  'oh',
  'hmm',
  'i',
  "i'm sorry",
]);

export interface SpeechThresholds {
  /** Least mean probability of the tokens for any text. @defaultValue 0.3 */
  readonly minConfidence: number;
  /** The same for words that Whisper is known to invent. @defaultValue 0.55 */
  readonly minDoubtfulConfidence: number;
  /** Loudest 30 ms below which audio counts as silence, dB of full scale. @defaultValue -55 */
  readonly silenceDbfs: number;
}

export const defaultSpeechThresholds = {
  minConfidence: 0.3,
  minDoubtfulConfidence: 0.55,
  silenceDbfs: -55,
} as const satisfies SpeechThresholds;

/**
 * @param text without descriptions
 * @param confidence mean probability of its tokens, 0..1
 */
export function isBelievable(text: string, confidence: number, thresholds: SpeechThresholds): boolean {
  const plain = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}' ]+/gu, '')
    .trim();
  return confidence >= (doubtful.has(plain) ? thresholds.minDoubtfulConfidence : thresholds.minConfidence);
}

/** Level of the loudest 30 ms, dB of full scale; -Infinity for digital silence. */
export function loudestDbfs(pcm16k: Float32Array): number {
  const frame = 480;
  let loudest = 0;
  for (let start = 0; start < pcm16k.length; start += frame) {
    let energy = 0;
    for (let index = start; index < Math.min(start + frame, pcm16k.length); index++)
      energy += (pcm16k[index] ?? 0) ** 2;
    loudest = Math.max(loudest, energy / frame);
  }
  return 10 * Math.log10(loudest);
}
