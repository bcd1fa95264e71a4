import type { TranscriptionFrame } from '../../pipeline/index.js';

/**
 * What the recogniser adds to a transcript of one segment: the text of the whole turn so far, heard in one piece and
 * therefore heard better than its parts.
 */
export interface TurnTranscript {
  readonly turnText: string;
}

/** The whole turn's text, or null when the transcript stands for its segment alone. */
export function turnTextOf({ result }: TranscriptionFrame): string | null {
  if (typeof result !== 'object' || result === null || !('turnText' in result)) return null;
  return typeof result.turnText === 'string' ? result.turnText : null;
}
