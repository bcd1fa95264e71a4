import type { ChatMessage } from '../../engines/interfaces.js';

/** Tokens that a chat template adds around a message (ChatML: two markers, the role, two newlines). */
const templateTokensPerMessage = 8;

/**
 * Drops the oldest turns until the messages fit.
 *
 * System messages stay, and so does the last message. Turns go in halves rather than one by one, so that the beginning
 * of the prompt stays the same for many turns and what the model has computed of it can be used again.
 *
 * @param budgetTokens most tokens of the whole prompt
 */
export function fitHistory(
  messages: readonly ChatMessage[],
  budgetTokens: number,
  countTokens: (text: string) => number,
): ChatMessage[] {
  const cost = (message: ChatMessage) => countTokens(message.content) + templateTokensPerMessage;
  const costs = new Map(messages.map((message) => [message, cost(message)]));
  const total = (list: readonly ChatMessage[]) =>
    list.reduce((sum, message) => sum + (costs.get(message) ?? 0), 0);

  let fitting = [...messages];
  while (total(fitting) > budgetTokens) {
    const last = fitting.at(-1);
    const turns = fitting.filter((message) => message.role !== 'system' && message !== last);
    if (turns.length === 0) break;
    const dropped = new Set(turns.slice(0, Math.ceil(turns.length / 2)));
    fitting = fitting.filter((message) => !dropped.has(message));
  }
  return fitting;
}
