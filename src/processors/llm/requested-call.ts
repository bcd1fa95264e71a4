import type { ToolCall } from '../../engines/interfaces.js';
import type { RequestedCall } from '../tools/function-calls.js';

/**
 * A call as the model wrote it, as one that can be made: with an id that no other call of the conversation has, and
 * with arguments, or word of what is wrong with them.
 */
export function requestedCall(
  { id, name, arguments: text }: ToolCall,
  taken: ReadonlySet<string>,
): RequestedCall {
  let toolCallId = id;
  for (let n = 2; toolCallId === '' || taken.has(toolCallId); n += 1) toolCallId = `${id || 'call'}-${n}`;
  const call = { functionName: name, toolCallId };
  const args = text.trim() === '' ? {} : parsed(text);
  return isObject(args)
    ? { ...call, args }
    : { ...call, args: {}, problem: 'Its arguments are not a JSON object.' };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
