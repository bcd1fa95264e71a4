/** What a language model used for one answer, in tokens. */
export interface LLMTokenUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  /** Prompt tokens that a prefix cache saved from being computed. */
  readonly cacheReadInputTokens?: number;
  readonly cacheCreationInputTokens?: number;
  readonly reasoningTokens?: number;
}

interface MetricsBase {
  /** Name of the processor that measured. */
  readonly processor: string;
  readonly model?: string;
}

/** Time to the first byte of an answer. */
export interface TTFBMetricsData extends MetricsBase {
  readonly kind: 'ttfb';
  readonly valueSecs: number;
}

/** Time to the first audible sample: first byte plus the silence that leads. */
export interface TTFAMetricsData extends MetricsBase {
  readonly kind: 'ttfa';
  readonly ttfaSecs: number;
  readonly ttfbSecs: number;
  readonly leadingSilenceSecs: number;
}

/** Time to the first token of the answer proper, after the model's thinking. */
export interface TTFATMetricsData extends MetricsBase {
  readonly kind: 'ttfat';
  readonly ttfatSecs: number;
  readonly ttfbSecs: number;
  readonly thinkingSecs: number;
}

/** Time from the request to the end of the answer. */
export interface ProcessingMetricsData extends MetricsBase {
  readonly kind: 'processing';
  readonly valueSecs: number;
}

/** Time from the first token to the first whole clause that can be spoken. */
export interface TextAggregationMetricsData extends MetricsBase {
  readonly kind: 'text-aggregation';
  readonly valueSecs: number;
}

export interface LLMUsageMetricsData extends MetricsBase {
  readonly kind: 'llm-usage';
  readonly usage: LLMTokenUsage;
}

export interface STTUsageMetricsData extends MetricsBase {
  readonly kind: 'stt-usage';
  /** Length of the audio that was transcribed. */
  readonly audioSecs: number;
}

export interface TTSUsageMetricsData extends MetricsBase {
  readonly kind: 'tts-usage';
  /** Characters that were spoken. */
  readonly characters: number;
}

/** One decision of an end-of-turn model. */
export interface TurnMetricsData extends MetricsBase {
  readonly kind: 'turn';
  readonly isComplete: boolean;
  /** 0..1 */
  readonly probability: number;
  readonly processingMs: number;
}

/** One measurement in a MetricsFrame. */
export type MetricsData =
  | TTFBMetricsData
  | TTFAMetricsData
  | TTFATMetricsData
  | ProcessingMetricsData
  | TextAggregationMetricsData
  | LLMUsageMetricsData
  | STTUsageMetricsData
  | TTSUsageMetricsData
  | TurnMetricsData;
