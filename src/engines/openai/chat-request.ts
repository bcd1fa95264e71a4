import type {
  ChatCompletionMessageParam,
  ChatCompletionTool,
  ChatCompletionToolChoiceOption,
} from 'openai/resources/chat/completions';
import type { ChatMessage, ToolChoice, ToolDefinition } from '../interfaces.js';

/** A message in OpenAI's notation. */
export function messageParam({
  role,
  content,
  toolCalls,
  toolCallId,
}: ChatMessage): ChatCompletionMessageParam {
  switch (role) {
    case 'tool':
      return { role, content, tool_call_id: toolCallId ?? '' };
    case 'assistant':
      return toolCalls === undefined || toolCalls.length === 0
        ? { role, content }
        : {
            role,
            // A message that only calls has none.
            content: content === '' ? null : content,
            tool_calls: toolCalls.map(({ id, name, arguments: args }) => ({
              id,
              type: 'function',
              // Chat templates read it; what cannot be read fails the request.
              function: { name, arguments: isJson(args) ? args : '{}' },
            })),
          };
    case 'system':
    case 'user':
      return { role, content };
  }
}

/** Functions in OpenAI's notation. */
export function toolParam({ name, description, parameters }: ToolDefinition): ChatCompletionTool {
  return { type: 'function', function: { name, description, parameters: { ...parameters } } };
}

export function toolChoiceParam(choice: ToolChoice): ChatCompletionToolChoiceOption {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
