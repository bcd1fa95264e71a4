import type { LLMContext } from '../llm-context.js';
import { ControlFrame } from './base.js';

/** A service proposes that the turn ends; in order, so that it stays behind the final transcript. */
export class ProposedUserStoppedSpeakingFrame extends ControlFrame {
  readonly type = 'ProposedUserStoppedSpeakingFrame';
}

/** The model begins an answer. */
export class LLMFullResponseStartFrame extends ControlFrame {
  readonly type = 'LLMFullResponseStartFrame';
  /** True when the answer shall not be spoken; null when nobody has said so. */
  skipTts: boolean | null = null;
}

/** The answer is complete or was given up. */
export class LLMFullResponseEndFrame extends ControlFrame {
  readonly type = 'LLMFullResponseEndFrame';
  /** True when the answer shall not be spoken; null when nobody has said so. */
  skipTts: boolean | null = null;
}

/** Makes the assistant aggregator write what it has to the context now. */
export class LLMAssistantPushAggregationFrame extends ControlFrame {
  readonly type = 'LLMAssistantPushAggregationFrame';
}

/** The model begins to think. */
export class LLMThoughtStartFrame extends ControlFrame {
  readonly type = 'LLMThoughtStartFrame';
  constructor(
    readonly appendToContext = false,
    /** Which model's thought it is; the context needs it. */
    readonly llm: string | null = null,
  ) {
    super();
  }
}

/** The model has thought. */
export class LLMThoughtEndFrame extends ControlFrame {
  readonly type = 'LLMThoughtEndFrame';
  constructor(readonly signature?: unknown) {
    super();
  }
}

/** A vision model begins an answer. */
export class VisionFullResponseStartFrame extends ControlFrame {
  readonly type = 'VisionFullResponseStartFrame';
  skipTts: boolean | null = null;
}

/** A vision model's answer is complete. */
export class VisionFullResponseEndFrame extends ControlFrame {
  readonly type = 'VisionFullResponseEndFrame';
  skipTts: boolean | null = null;
}

/** How a summary of the context is made. */
export interface LLMContextSummaryConfig {
  readonly targetContextTokens: number;
  /** Newest messages that are kept as they are. */
  readonly minMessagesAfterSummary: number;
  readonly summarizationPrompt?: string;
}

/** Asks the aggregator to have the context summarised. */
export class LLMSummarizeContextFrame extends ControlFrame {
  readonly type = 'LLMSummarizeContextFrame';
  constructor(readonly config?: LLMContextSummaryConfig) {
    super();
  }
}

/** Asks the model for a summary. */
export class LLMContextSummaryRequestFrame extends ControlFrame {
  readonly type = 'LLMContextSummaryRequestFrame';
  constructor(
    readonly requestId: string,
    readonly context: LLMContext,
    readonly minMessagesToKeep: number,
    readonly targetContextTokens: number,
    readonly summarizationPrompt: string,
    readonly summarizationTimeoutSecs: number | null = null,
  ) {
    super();
  }
}

/** The summary, or why there is none. */
export class LLMContextSummaryResultFrame extends ControlFrame {
  readonly type = 'LLMContextSummaryResultFrame';
  override interruptible = false;
  constructor(
    readonly requestId: string,
    readonly summary: string,
    readonly lastSummarizedIndex: number,
    readonly error: string | null = null,
  ) {
    super();
  }
}

/** A call that the model asked for runs. */
export class FunctionCallInProgressFrame extends ControlFrame {
  readonly type = 'FunctionCallInProgressFrame';
  override interruptible = false;
  constructor(
    readonly functionName: string,
    readonly toolCallId: string,
    readonly args: unknown,
    readonly cancelOnInterruption = false,
    readonly groupId: string | null = null,
  ) {
    super();
  }
}
