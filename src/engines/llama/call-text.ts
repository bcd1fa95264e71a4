import type { ToolCall } from '../interfaces.js';

/** True when the text is a whole call, so that nothing that follows belongs to it. */
export function isWholeCall(text: string): boolean {
  return text.trimEnd().endsWith('}') && parsed(text) !== undefined;
}

/** The call that a text is; of one that was cut off what is known of it. Undefined when not even the name is. */
export function callOf(text: string, id: string): ToolCall | undefined {
  const call = parsed(text);
  if (call !== undefined) {
    return { id, name: call.name, arguments: JSON.stringify(call.arguments ?? {}) };
  }
  const name = /^\s*\{\s*"name"\s*:\s*"([^"\\]+)"/u.exec(text)?.[1];
  const rest = /"arguments"\s*:\s*([^]*)$/u.exec(text)?.[1];
  return name === undefined ? undefined : { id, name, arguments: rest ?? '{' };
}

function parsed(text: string): { readonly name: string; readonly arguments?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isCall = typeof value === 'object' && value !== null && 'name' in value;
    return isCall && typeof value.name === 'string' ? (value as { name: string }) : undefined;
  } catch {
    return undefined;
  }
}
