import type { ChatMessage, ToolCall, ToolDefinition } from './interfaces.js';

/**
 * How models without a notation of their own at hand are told of functions: tools and calls as JSON between tags, the
 * notation of Hermes, Qwen and SmolLM.
 */
export const callTag = { open: '<tool_call>', close: '</tool_call>' } as const;
const resultTag = { open: '<tool_response>', close: '</tool_response>' } as const;

/**
 * A conversation with calls as one of plain messages. The functions stand behind the first system message, at the front
 * of the prompt, so that they are read once and stay in the cache.
 */
export function plainMessages(
  messages: readonly ChatMessage[],
  tools: readonly ToolDefinition[] = [],
): ChatMessage[] {
  const plain = messages.map(plainMessage);
  if (tools.length === 0) return plain;
  const [first, ...others] = plain;
  const told = toolsText(tools);
  return first?.role === 'system'
    ? [{ role: 'system', content: `${first.content}\n\n${told}` }, ...others]
    : [{ role: 'system', content: told }, ...plain];
}

function toolsText(tools: readonly ToolDefinition[]): string {
  const lines = tools.map(({ name, description, parameters }) => {
    return JSON.stringify({ type: 'function', function: { name, description, parameters } });
  });
  return [
    'You can call functions. Their signatures:',
    '<tools>',
    ...lines,
    '</tools>',
    'When the answer needs one of them, reply only with the call, as JSON between tags:',
    `${callTag.open}\n{"name": "function name", "arguments": {"argument": "value"}}\n${callTag.close}`,
    'Else answer in words.',
  ].join('\n');
}

function plainMessage({ role, content, toolCalls = [] }: ChatMessage): ChatMessage {
  if (role === 'tool') return { role: 'user', content: `${resultTag.open}\n${content}\n${resultTag.close}` };
  if (toolCalls.length === 0) return { role, content };
  return { role, content: [...(content === '' ? [] : [content]), ...toolCalls.map(callText)].join('\n') };
}

/** A call as the model itself would have written it. */
function callText({ name, arguments: args }: ToolCall): string {
  return `${callTag.open}\n{"name": ${JSON.stringify(name)}, "arguments": ${args.trim() || '{}'}}\n${callTag.close}`;
}
