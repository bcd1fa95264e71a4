import type { KokoroVoice } from './voices.js';

/** What the worker needs to know when it starts. */
export interface KokoroWorkerData {
  readonly modelPath: string;
  readonly vocabularyPath: string;
  /** Threads of one inference, or `auto` to measure. */
  readonly threads: number | 'auto';
  readonly niceness: number;
}

export type KokoroTask =
  | { readonly kind: 'load' }
  | {
      readonly kind: 'speak';
      /** Speakable text of one clause. */
      readonly text: string;
      readonly voice: KokoroVoice;
      readonly speed: number;
      /** Silence kept before and behind the speech. */
      readonly leadMs: number;
      readonly trailMs: number;
    };

export type KokoroReply =
  | { readonly kind: 'loaded'; readonly threads: number }
  | { readonly kind: 'speech'; readonly pcm: Float32Array }
  /** The text has more phonemes than the model takes. */
  | { readonly kind: 'too-long' }
  /** The model files cannot be used, now or later. */
  | { readonly kind: 'unusable'; readonly detail: string };
