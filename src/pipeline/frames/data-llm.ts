import type { LLMContext, LLMContextMessage, LLMContextToolChoice, LLMContextTools } from '../llm-context.js';
import { DataFrame } from './base.js';

/** Asks the model for an answer to the context. */
export class LLMContextFrame extends DataFrame {
  readonly type = 'LLMContextFrame';
  constructor(
    readonly context: LLMContext,
    /** True when the turn may still go on, so that the answer may be void. */
    readonly speculation = false,
  ) {
    super();
  }
}

/** Asks the user aggregator to push its context as it is. */
export class LLMRunFrame extends DataFrame {
  readonly type = 'LLMRunFrame';
}

/** Adds messages to the context. */
export class LLMMessagesAppendFrame extends DataFrame {
  readonly type = 'LLMMessagesAppendFrame';
  constructor(
    readonly messages: readonly LLMContextMessage[],
    readonly runLlm = false,
  ) {
    super();
  }
}

/** Puts other messages in place of all in the context. */
export class LLMMessagesUpdateFrame extends DataFrame {
  readonly type = 'LLMMessagesUpdateFrame';
  constructor(
    readonly messages: readonly LLMContextMessage[],
    readonly runLlm = false,
  ) {
    super();
  }
}

/** Changes the messages of the context by a function. */
export class LLMMessagesTransformFrame extends DataFrame {
  readonly type = 'LLMMessagesTransformFrame';
  constructor(
    readonly transform: (messages: readonly LLMContextMessage[]) => readonly LLMContextMessage[],
    readonly runLlm = false,
  ) {
    super();
  }
}

/** Sets the functions that the model may call. */
export class LLMSetToolsFrame extends DataFrame {
  readonly type = 'LLMSetToolsFrame';
  constructor(readonly tools: LLMContextTools) {
    super();
  }
}

/** Sets whether the model calls tools. */
export class LLMSetToolChoiceFrame extends DataFrame {
  readonly type = 'LLMSetToolChoiceFrame';
  constructor(readonly toolChoice: LLMContextToolChoice) {
    super();
  }
}

/** Switches a service's prompt cache. */
export class LLMEnablePromptCachingFrame extends DataFrame {
  readonly type = 'LLMEnablePromptCachingFrame';
  constructor(readonly enable: boolean) {
    super();
  }
}

/** Sets whether answers are spoken. */
export class LLMConfigureOutputFrame extends DataFrame {
  readonly type = 'LLMConfigureOutputFrame';
  constructor(readonly skipTts: boolean) {
    super();
  }
}

/** A marker that the model put beside its answer. */
export class LLMMarkerFrame extends DataFrame {
  readonly type = 'LLMMarkerFrame';
  constructor(
    readonly marker: string,
    readonly appendToContextImmediately = true,
  ) {
    super();
  }
}

/** One whole answer in a protocol of markers. */
export class LLMMarkerResponseFrame extends DataFrame {
  readonly type = 'LLMMarkerResponseFrame';
  constructor(
    readonly raw: string,
    readonly marker: string | null = null,
    readonly kind: string | null = null,
    readonly markers: readonly string[] = [],
  ) {
    super();
  }
}

/** A piece of what the model thinks. */
export class LLMThoughtTextFrame extends DataFrame {
  readonly type = 'LLMThoughtTextFrame';
  readonly includesInterFrameSpaces = true;
  constructor(readonly text: string) {
    super();
  }
}

/** When the assistant's turn was written to the context. */
export class LLMContextAssistantTimestampFrame extends DataFrame {
  readonly type = 'LLMContextAssistantTimestampFrame';
  constructor(readonly timestamp: string) {
    super();
  }
}

/** The assistant's turn as the context has it: what was spoken. */
export class LLMContextAssistantTurnFrame extends DataFrame {
  readonly type = 'LLMContextAssistantTurnFrame';
  constructor(
    readonly text: string,
    readonly timestamp: string,
  ) {
    super();
  }
}

/** The user's turn as the context has it. */
export class LLMContextUserTurnFrame extends DataFrame {
  readonly type = 'LLMContextUserTurnFrame';
  constructor(
    readonly text: string,
    readonly timestamp: string,
  ) {
    super();
  }
}

/** What a function's result shall cause. */
export interface FunctionCallResultProperties {
  readonly runLlm?: boolean;
  readonly onContextUpdated?: () => Promise<void> | void;
  /** False when more results of the same call follow. @defaultValue true */
  readonly isFinal?: boolean;
}

export interface FunctionCallResultOptions {
  readonly runLlm?: boolean;
  readonly properties?: FunctionCallResultProperties;
  readonly error?: string;
}

/** The result of a call that the model asked for. */
export class FunctionCallResultFrame extends DataFrame {
  readonly type = 'FunctionCallResultFrame';
  override interruptible = false;
  constructor(
    readonly functionName: string,
    readonly toolCallId: string,
    readonly args: unknown,
    readonly result: unknown,
    readonly options: FunctionCallResultOptions = {},
  ) {
    super();
  }
}
