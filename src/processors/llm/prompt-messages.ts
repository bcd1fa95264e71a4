import type { ChatMessage } from '../../engines/interfaces.js';
import type { WindowMessage } from '../../memory/memory.js';
import type { LLMContextMessage } from '../../pipeline/index.js';

/** What a chat template adds to a message, about. */
const templateTokens = 8;

/** A conversation up to the user's last message, and what the model has called and learned since. */
export interface Turn {
  readonly head: readonly LLMContextMessage[];
  readonly calls: readonly LLMContextMessage[];
}

/** Splits off what follows the user's last message, if there are calls in it. */
export function turnOf(messages: readonly LLMContextMessage[]): Turn {
  const at = messages.findLastIndex(({ role }) => role === 'user') + 1;
  const calls = messages.slice(at);
  const hasCalls = at > 0 && calls.some(({ role }) => role === 'tool');
  return hasCalls ? { head: messages.slice(0, at), calls } : { head: messages, calls: [] };
}

/**
 * Goes on with a prompt after calls: what was asked, with what was recalled for it, and what has come since.
 *
 * @param asked the prompt of the user's last message, as it was made then
 * @param now the conversation as it is
 */
export function goOn(
  asked: readonly LLMContextMessage[],
  now: readonly LLMContextMessage[],
): readonly LLMContextMessage[] {
  const askedAt = asked.findLastIndex(({ role }) => role === 'user');
  const nowAt = now.findLastIndex(({ role }) => role === 'user');
  const isSame = nowAt >= 0 && asked[askedAt] === now[nowAt];
  return isSame ? [...asked.slice(0, askedAt + 1), ...now.slice(nowAt + 1)] : now;
}

/**
 * Messages with calls as a context window sees them, who knows neither calls nor results: the same object for the same
 * message each time, because it recognises messages by identity.
 */
export class WindowView {
  readonly #shown = new WeakMap<LLMContextMessage, WindowMessage>();
  readonly #sources = new WeakMap<WindowMessage, LLMContextMessage>();

  show(messages: readonly LLMContextMessage[]): readonly WindowMessage[] {
    return messages.every(isPlain) ? messages : messages.map((message) => this.#show(message));
  }

  /** The message that stands behind what is shown; what the window has made itself stands for itself. */
  source(shown: WindowMessage): LLMContextMessage {
    return this.#sources.get(shown) ?? shown;
  }

  #show(message: LLMContextMessage): WindowMessage {
    if (isPlain(message)) return message;
    const { role, content, tool_calls: calls = [] } = message;
    const known = this.#shown.get(message);
    if (known !== undefined) return known;
    const texts = calls.map(({ function: { name, arguments: args } }) => `${name}(${args})`);
    const shown: WindowMessage =
      role === 'tool'
        ? { role: 'developer', content }
        : { role, content: [content, ...texts].join(' ').trim() };
    this.#shown.set(message, shown);
    this.#sources.set(shown, message);
    return shown;
  }
}

function isPlain(message: LLMContextMessage): message is LLMContextMessage & WindowMessage {
  return message.role !== 'tool' && message.tool_calls === undefined;
}

/** Shortens contents from the oldest on until all fit. */
export function clipCalls(
  messages: readonly LLMContextMessage[],
  maxTokens: number,
  countTokens: (text: string) => number,
): readonly LLMContextMessage[] {
  let left = maxTokens;
  return messages
    .toReversed()
    .map((message) => {
      const calls = message.tool_calls?.map(({ function: { name, arguments: args } }) => name + args) ?? [];
      const fixed = templateTokens + countTokens(calls.join(''));
      const tokens = countTokens(message.content);
      const room = Math.max(0, left - fixed);
      left -= fixed + Math.min(tokens, room);
      if (tokens <= room) return message;
      const kept = message.content.slice(0, Math.floor((message.content.length * room) / tokens));
      return { ...message, content: `${kept}…` };
    })
    .reverse();
}

/**
 * Messages as engines take them. Calls without a result and results without a call, which a window can leave behind
 * and servers refuse, are left out.
 */
export function asChatMessages(messages: readonly LLMContextMessage[], withCalls: boolean): ChatMessage[] {
  const open = new Set<string>();
  const chat: ChatMessage[] = [];
  messages.forEach(({ role, content, tool_calls: calls = [], tool_call_id: id }, at) => {
    switch (role) {
      case 'tool':
        if (id === undefined || !open.delete(id)) break;
        chat.push({ role, content, toolCallId: id });
        break;
      case 'assistant': {
        const answered = withCalls && calls.length > 0 ? answersBehind(messages, at) : [];
        const known = calls.filter(
          (call) => answered.includes(call.id) && !open.has(call.id) && open.add(call.id),
        );
        if (known.length === 0 && content === '' && calls.length > 0) break;
        const toolCalls = known.map((call) => ({
          id: call.id,
          name: call.function.name,
          arguments: call.function.arguments,
        }));
        chat.push({ role, content, ...(known.length === 0 ? {} : { toolCalls }) });
        break;
      }
      case 'developer':
        chat.push({ role: 'system', content });
        break;
      case 'system':
      case 'user':
        chat.push({ role, content });
    }
  });
  return chat;
}

/** Which calls are answered directly behind a message, where servers look for the results. */
function answersBehind(messages: readonly LLMContextMessage[], at: number): readonly string[] {
  const ids: string[] = [];
  for (let i = at + 1; messages[i]?.role === 'tool'; i += 1) ids.push(messages[i]?.tool_call_id ?? '');
  return ids;
}
