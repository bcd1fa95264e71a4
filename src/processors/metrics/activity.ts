import type { TurnLatency } from './turn-latency.js';

/**
 * What happened in a session, as far as figures and timelines care. `atMs` are milliseconds of the session's clock.
 *
 * Texts go by as they are, for a timeline that was asked to keep them; nothing that counts looks at them.
 */
export type SessionActivity =
  | { readonly kind: 'user-started' | 'user-stopped'; readonly atMs: number }
  /** The model is asked: `text` is the user's turn. */
  | { readonly kind: 'asked'; readonly atMs: number; readonly text: string }
  | {
      readonly kind: 'recalled';
      readonly atMs: number;
      /** Of each recalled memory, best first; any real number. */
      readonly scores: readonly number[];
      readonly tookMs: number;
      /** True when the deadline cut it short. */
      readonly late: boolean;
    }
  | {
      readonly kind: 'tokens';
      readonly atMs: number;
      readonly prompt: number;
      readonly completion: number;
      /** Prompt tokens that a prefix cache saved from being computed. */
      readonly cached: number;
    }
  /** The bot's first sound goes out: where the milliseconds went. */
  | { readonly kind: 'latency'; readonly latency: TurnLatency }
  | { readonly kind: 'bot-started' | 'bot-stopped'; readonly atMs: number }
  /** What was heard of an answer. */
  | { readonly kind: 'said'; readonly atMs: number; readonly text: string }
  /** The bot was cut short while it spoke. */
  | { readonly kind: 'interrupted'; readonly atMs: number }
  /** `code` is one of the error table, or `OTHER`. */
  | { readonly kind: 'error'; readonly atMs: number; readonly code: string }
  /** Bytes of 16-bit samples as the pipeline takes them in, and as they were sent. */
  | { readonly kind: 'audio-in' | 'audio-out'; readonly bytes: number }
  | { readonly kind: 'finished'; readonly atMs: number };

/** Takes what happens. Called within the step that causes it: it neither waits nor throws. */
export type ActivityListener = (activity: SessionActivity) => void;
