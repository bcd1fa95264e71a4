/** What the worker needs to know when it starts. */
export interface SmartTurnWorkerData {
  readonly modelPath: string;
  readonly threads: number;
  readonly niceness: number;
}

export interface PredictTask {
  /** Mono, 16 kHz, -1..1, at most 8 s. */
  readonly pcm16k: Float32Array;
}

export type PredictReply =
  | { readonly kind: 'predicted'; readonly probability: number }
  /** The model file cannot be used, now or later. */
  | { readonly kind: 'unusable'; readonly detail: string };
