import { SystemFrame } from './base.js';

/** One call that a language model asks for. */
export interface FunctionCallFromLLM {
  readonly functionName: string;
  readonly toolCallId: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** A call that is made outside this pipeline. */
export interface ExternalFunctionCall {
  readonly functionName: string;
  readonly toolCallId: string;
}

/** The language model has asked for calls, which begin now. */
export class FunctionCallsStartedFrame extends SystemFrame {
  readonly type = 'FunctionCallsStartedFrame';
  constructor(readonly functionCalls: readonly FunctionCallFromLLM[]) {
    super();
  }
}

/** A call is given up. */
export class FunctionCallCancelFrame extends SystemFrame {
  readonly type = 'FunctionCallCancelFrame';
  constructor(
    readonly functionName: string,
    readonly toolCallId: string,
    readonly runLlm = false,
  ) {
    super();
  }
}

/** Reports that calls elsewhere have begun. */
export class ExternalFunctionCallsStartedFrame extends SystemFrame {
  readonly type = 'ExternalFunctionCallsStartedFrame';
  constructor(readonly functionCalls: readonly ExternalFunctionCall[]) {
    super();
  }
}

/** Reports a call elsewhere that runs. */
export class ExternalFunctionCallInProgressFrame extends SystemFrame {
  readonly type = 'ExternalFunctionCallInProgressFrame';
  constructor(
    readonly functionName: string,
    readonly toolCallId: string,
    readonly args: unknown,
  ) {
    super();
  }
}

/** Reports the result of a call elsewhere. */
export class ExternalFunctionCallResultFrame extends SystemFrame {
  readonly type = 'ExternalFunctionCallResultFrame';
  constructor(
    readonly functionName: string,
    readonly toolCallId: string,
    readonly args: unknown,
    readonly result: unknown,
    readonly isFinal = true,
  ) {
    super();
  }
}

/** Reports that a call elsewhere was given up. */
export class ExternalFunctionCallCancelFrame extends SystemFrame {
  readonly type = 'ExternalFunctionCallCancelFrame';
  constructor(
    readonly functionName: string,
    readonly toolCallId: string,
  ) {
    super();
  }
}
