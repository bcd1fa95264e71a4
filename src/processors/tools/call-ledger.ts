import type {
  FunctionCallCancelFrame,
  FunctionCallFromLLM,
  FunctionCallInProgressFrame,
  FunctionCallResultFrame,
  LLMContext,
} from '../../pipeline/index.js';
import {
  asyncToolCallId,
  cancelledMessage,
  finalMessage,
  intermediateMessage,
  startedText,
} from './async-tool-messages.js';

/** What the context says of calls, in Pipecat's words. */
const inProgress = 'IN_PROGRESS';
const cancelled = 'CANCELLED';
const completed = 'COMPLETED';

type Call = 'announced' | 'cancelled' | FunctionCallInProgressFrame;

/**
 * Writes function calls and their results to the conversation, and knows when the model shall go on with them: once,
 * when the last of the calls that it asked for together is settled.
 */
export class CallLedger {
  readonly #context: LLMContext;
  readonly #calls = new Map<string, Call>();

  constructor(context: LLMContext) {
    this.#context = context;
  }

  /** Calls that are not settled. */
  get open(): number {
    return this.#calls.size;
  }

  started(calls: readonly FunctionCallFromLLM[]): void {
    for (const { toolCallId } of calls) this.#calls.set(toolCallId, 'announced');
  }

  inProgress(frame: FunctionCallInProgressFrame): void {
    const { functionName, toolCallId, args, cancelOnInterruption } = frame;
    const wasCancelled = this.#calls.get(toolCallId) === 'cancelled';
    const call = {
      id: toolCallId,
      type: 'function',
      function: { name: functionName, arguments: JSON.stringify(args) },
    } as const;
    const waiting = cancelOnInterruption ? inProgress : startedText(toolCallId);
    this.#context.add(
      { role: 'assistant', content: '', tool_calls: [call] },
      { role: 'tool', content: wasCancelled ? cancelled : waiting, tool_call_id: toolCallId },
    );
    // The news that a call was given up overtakes the news that it runs.
    if (wasCancelled) this.#calls.delete(toolCallId);
    else this.#calls.set(toolCallId, frame);
  }

  /** @returns whether the model shall go on */
  result(frame: FunctionCallResultFrame): boolean {
    const { toolCallId, result, options } = frame;
    const call = this.#calls.get(toolCallId);
    if (call === undefined || typeof call === 'string') return false;
    const isNothing = result === undefined || result === null;
    const text = isNothing ? completed : JSON.stringify(result);
    if (options.properties?.isFinal === false) {
      if (isNothing) return false;
      this.#context.add(intermediateMessage(toolCallId, text));
    } else {
      const isLate = this.#isLate(call);
      this.#calls.delete(toolCallId);
      if (isLate) this.#context.add(finalMessage(toolCallId, text));
      else this.#context.answerCall(toolCallId, text);
    }
    if (isNothing) return false;
    return options.properties?.runLlm ?? options.runLlm ?? !this.#hasSiblings(call);
  }

  /** @returns whether the model shall go on */
  cancelled(frame: FunctionCallCancelFrame): boolean {
    const { toolCallId, runLlm } = frame;
    const call = this.#calls.get(toolCallId);
    if (call === undefined) return false;
    if (typeof call === 'string') {
      this.#calls.set(toolCallId, 'cancelled');
      return false;
    }
    this.#calls.delete(toolCallId);
    if (call.cancelOnInterruption) this.#context.answerCall(toolCallId, cancelled);
    else this.#context.add(cancelledMessage(toolCallId));
    return runLlm && !this.#hasSiblings(call);
  }

  #hasSiblings({ groupId, toolCallId }: FunctionCallInProgressFrame): boolean {
    if (groupId === null) return false;
    for (const other of this.#calls.values()) {
      if (typeof other === 'string') continue;
      if (other.groupId === groupId && other.toolCallId !== toolCallId) return true;
    }
    return false;
  }

  /** True when the conversation has moved on since the model was told that the call runs. */
  #isLate({ toolCallId, cancelOnInterruption }: FunctionCallInProgressFrame): boolean {
    if (cancelOnInterruption) return false;
    const { messages } = this.#context;
    const at = messages.findLastIndex(({ role, tool_call_id: id }) => role === 'tool' && id === toolCallId);
    if (at < 0) return true;
    return messages.slice(at + 1).some((message) => {
      if (message.role === 'tool' || message.role === 'assistant') return false;
      const other = asyncToolCallId(message);
      return other === undefined || other === toolCallId;
    });
  }
}
