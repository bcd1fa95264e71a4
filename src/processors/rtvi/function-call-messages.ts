import {
  ExternalFunctionCallCancelFrame,
  ExternalFunctionCallInProgressFrame,
  ExternalFunctionCallResultFrame,
  ExternalFunctionCallsStartedFrame,
  FunctionCallCancelFrame,
  FunctionCallInProgressFrame,
  FunctionCallResultFrame,
  FunctionCallsStartedFrame,
  type Frame,
} from '../../pipeline/index.js';
import { rtviMessage, type RtviMessage } from './messages.js';
import type { FunctionCallReportLevel, FunctionCallReportLevels } from './observer-params.js';

/** From least to most; a level tells all that the ones before it tell. */
const order: readonly FunctionCallReportLevel[] = ['disabled', 'none', 'name', 'arguments', 'full'];

/** Null for a frame that is about no function call. */
export function functionCallMessages(frame: Frame, levels: FunctionCallReportLevels): RtviMessage[] | null {
  const tells = (name: string, level: FunctionCallReportLevel): boolean => {
    const allowed = (Object.hasOwn(levels, name) ? levels[name] : levels['*']) ?? 'none';
    return order.indexOf(allowed) >= order.indexOf(level);
  };
  const message = (name: string, type: string, data: object): RtviMessage[] =>
    tells(name, 'none')
      ? [rtviMessage(type, { ...data, ...(tells(name, 'name') ? { function_name: name } : {}) })]
      : [];
  const stopped = (name: string, id: string, outcome: { cancelled: boolean; result?: unknown }) =>
    message(name, 'llm-function-call-stopped', {
      tool_call_id: id,
      cancelled: outcome.cancelled,
      ...(tells(name, 'full') && isSomething(outcome.result) ? { result: outcome.result } : {}),
    });

  if (frame instanceof FunctionCallsStartedFrame || frame instanceof ExternalFunctionCallsStartedFrame) {
    return frame.functionCalls.flatMap(({ functionName }) =>
      message(functionName, 'llm-function-call-started', {}),
    );
  }
  if (frame instanceof FunctionCallInProgressFrame || frame instanceof ExternalFunctionCallInProgressFrame) {
    const { functionName, toolCallId, args } = frame;
    return message(functionName, 'llm-function-call-in-progress', {
      tool_call_id: toolCallId,
      ...(tells(functionName, 'arguments') && isSomething(args) ? { arguments: args } : {}),
    });
  }
  if (frame instanceof FunctionCallCancelFrame || frame instanceof ExternalFunctionCallCancelFrame) {
    return stopped(frame.functionName, frame.toolCallId, { cancelled: true });
  }
  if (frame instanceof FunctionCallResultFrame) {
    // After an intermediate result the call goes on.
    if (frame.options.properties?.isFinal === false) return [];
    return stopped(frame.functionName, frame.toolCallId, { cancelled: false, result: frame.result });
  }
  if (frame instanceof ExternalFunctionCallResultFrame) {
    if (!frame.isFinal) return [];
    return stopped(frame.functionName, frame.toolCallId, { cancelled: false, result: frame.result });
  }
  return null;
}

/** Keys without a value are left out. */
const isSomething = (value: unknown): boolean => value !== undefined && value !== null && value !== '';
