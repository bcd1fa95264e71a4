import type { GenerateOptions } from 'kokoro-js';

/** A voice that kokoro-js brings along. */
export type KokoroVoice = NonNullable<GenerateOptions['voice']>;

/**
 * The English voices of kokoro-js, its best first. The letters: American or British, female or male.
 * Listed here because importing kokoro-js loads its phonemizer and an inference runtime into the thread.
 */
export const kokoroVoices = [
  'af_heart',
  'af_alloy',
  'af_aoede',
  'af_bella',
  'af_jessica',
  'af_kore',
  'af_nicole',
  'af_nova',
  'af_river',
  'af_sarah',
  'af_sky',
  'am_adam',
  'am_echo',
  'am_eric',
  'am_fenrir',
  'am_liam',
  'am_michael',
  'am_onyx',
  'am_puck',
  'am_santa',
  'bf_alice',
  'bf_emma',
  'bf_isabella',
  'bf_lily',
  'bm_daniel',
  'bm_fable',
  'bm_george',
  'bm_lewis',
] as const satisfies readonly KokoroVoice[];

/** True for a name out of {@link kokoroVoices}. */
export function isKokoroVoice(name: string): name is KokoroVoice {
  return (kokoroVoices as readonly string[]).includes(name);
}
