import type { LLMContextMessage } from '../../pipeline/index.js';

/**
 * How the model is told of calls that go on beside the conversation: that one runs (in place of its result), and
 * later what came of it (as a message of its own). The fields are Pipecat's, so that a context can be read by both.
 */
interface Payload {
  readonly type: 'async_tool';
  readonly status: 'running' | 'finished';
  readonly tool_call_id: string;
  readonly description: string;
  /** JSON text, or a word such as COMPLETED. */
  readonly result?: string;
}

/** Stands before every conversation in which such calls can happen. */
export const asyncToolInstructions =
  'Some of your tools go on working after you have replied, and their results come later as messages. Each ' +
  'result is owed to the user: answer first what the user has just said, then tell the result at the end of the ' +
  'same reply, once, and briefly.';

export function startedText(toolCallId: string): string {
  return text({
    type: 'async_tool',
    status: 'running',
    tool_call_id: toolCallId,
    description:
      'The tool is at work; its result comes later. Do not call it again, and do not make a result up.',
  });
}

export function intermediateMessage(toolCallId: string, result: string): LLMContextMessage {
  return message({
    type: 'async_tool',
    status: 'running',
    tool_call_id: toolCallId,
    description: 'A part of the result; the tool is still at work. Do not take this for the whole.',
    result,
  });
}

export function finalMessage(toolCallId: string, result: string): LLMContextMessage {
  return message({
    type: 'async_tool',
    status: 'finished',
    tool_call_id: toolCallId,
    description:
      'The result of a tool that was called earlier. Tell the user, once, after what they have just said.',
    result,
  });
}

export function cancelledMessage(toolCallId: string): LLMContextMessage {
  return message({
    type: 'async_tool',
    status: 'finished',
    tool_call_id: toolCallId,
    description:
      'The tool was stopped before it had a result. If the user waits for it, say that it did not work.',
    result: 'CANCELLED: this tool call was cancelled before it returned a result',
  });
}

/** Which call a message of this kind is about; undefined for any other message. */
export function asyncToolCallId({ role, content }: LLMContextMessage): string | undefined {
  if ((role !== 'tool' && role !== 'developer') || !content.startsWith('{"type":"async_tool"'))
    return undefined;
  try {
    return (JSON.parse(content) as Payload).tool_call_id;
  } catch {
    // Somebody else's message.
    return undefined;
  }
}

function message(payload: Payload): LLMContextMessage {
  return { role: 'developer', content: text(payload) };
}

function text(payload: Payload): string {
  return JSON.stringify(payload);
}
