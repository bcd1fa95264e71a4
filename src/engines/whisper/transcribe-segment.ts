import type { Transcript } from '../interfaces.js';
import { decodeWindows, padShortAudio, type ContextPolicy, type DecodeWindow } from './context-policy.js';
import { isBelievable, loudestDbfs, stripDescriptions, type SpeechThresholds } from './hallucinations.js';
import { correctNames, fitPrompt, mayMiss, namesIn } from './prompt.js';
import { findTrailingRepeat } from './repeat-guard.js';

/** One token of text, as decoded. */
export interface DecodedToken {
  readonly text: string;
  /** 0..1. */
  readonly probability: number;
}

/** What one run over the audio gave. */
export interface Decoded {
  /** Everything written, in full; tokens may part a character, this does not. */
  readonly text: string;
  /** Tokens of text, without timestamps. */
  readonly tokens: readonly DecodedToken[];
  /** Whether the model ended by itself, rather than at the limit of tokens. */
  readonly stopped: boolean;
}

export type Decode = (
  pcm16k: Float32Array,
  window: DecodeWindow,
  prompt: string | undefined,
) => Promise<Decoded>;

export interface SegmentOptions {
  /** Encoder frames of the model's full window. */
  readonly fullFrames: number;
  readonly policy: ContextPolicy;
  readonly thresholds: SpeechThresholds;
}

const nothing: Transcript = { text: '', confidence: 0 };

/**
 * Turns one segment of speech into text: decides how to decode, listens again when the first answer does not
 * hold, and gives empty text where nobody spoke. Knows no model; `decode` runs one.
 */
export async function transcribeSegment(
  pcm16k: Float32Array,
  prompt: string | undefined,
  decode: Decode,
  options: SegmentOptions,
): Promise<Transcript> {
  if (loudestDbfs(pcm16k) < options.thresholds.silenceDbfs) return nothing;
  const audio = padShortAudio(pcm16k);
  const windows = decodeWindows(pcm16k.length / 16_000, options.fullFrames, options.policy);
  const heard = await listen(audio, windows, undefined, decode, options.thresholds);
  const names = namesIn(prompt ?? '');
  if (prompt === undefined || !mayMiss(heard.text, names)) return heard;
  const primed = await listen(audio, windows, fitPrompt(prompt), decode, options.thresholds);
  return { ...heard, text: correctNames(heard.text, primed.text, names) };
}

async function listen(
  audio: Float32Array,
  windows: readonly DecodeWindow[],
  prompt: string | undefined,
  decode: Decode,
  thresholds: SpeechThresholds,
): Promise<Transcript> {
  let heard = nothing;
  for (const window of windows) {
    const decoded = await decode(audio, window, prompt);
    heard = read(decoded);
    if (!isDoubtful(decoded, heard, thresholds)) break;
  }
  return isBelievable(heard.text, heard.confidence, thresholds) ? heard : nothing;
}

/** What a run says: without descriptions of sounds, and once only where the model did not stop. */
function read({ text, tokens, stopped }: Decoded): Transcript {
  const kept = stopped ? text : (findTrailingRepeat(text)?.once ?? text);
  const spoken = stripDescriptions(kept);
  return spoken === '' ? nothing : { text: spoken, confidence: meanProbability(tokens, kept.length) };
}

/** Whether it is worth listening again: no ending, an ending with a repeat, or nothing at all. */
function isDoubtful(decoded: Decoded, heard: Transcript, thresholds: SpeechThresholds): boolean {
  if (decoded.tokens.length === 0) return true;
  if (!isBelievable(heard.text, heard.confidence, thresholds)) return false;
  return !decoded.stopped || findTrailingRepeat(decoded.text) !== undefined;
}

/** Mean over the tokens that make up the first `length` characters: repeats grow ever surer of themselves. */
function meanProbability(tokens: readonly DecodedToken[], length: number): number {
  let sum = 0;
  let count = 0;
  for (let read = 0; count < tokens.length && read < length; count++) {
    const token = tokens[count];
    sum += token?.probability ?? 0;
    read += token?.text.length ?? 0;
  }
  return count === 0 ? 0 : sum / count;
}
