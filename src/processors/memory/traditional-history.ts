import type { StoredTurn, UserMemory } from '../../memory/memory.js';
import type { LLMContextMessage } from '../../pipeline/index.js';

/** Tokens that a chat template adds around a message. */
const templateTokens = 8;
/** A turn has a token at least, so that more turns than this never fit into any window we know. */
const mostTurns = 32_768;

/** The newest turns that fit into so many tokens, as messages, oldest first. */
export function historyMessages(
  turns: readonly Pick<StoredTurn, 'role' | 'text'>[],
  budgetTokens: number,
  countTokens: (text: string) => number,
): LLMContextMessage[] {
  const messages: LLMContextMessage[] = [];
  let left = budgetTokens;
  for (let i = turns.length - 1; i >= 0; i--) {
    const turn = turns[i];
    if (!turn) break;
    left -= countTokens(turn.text) + templateTokens;
    if (left < 0) break;
    messages.push({ role: turn.role, content: turn.text });
  }
  return messages.reverse();
}

/** All that a user's log holds, the newest turns only where it is very long. */
export async function historyOf(memory: UserMemory): Promise<StoredTurn[]> {
  let turns: StoredTurn[] = [];
  for await (const turn of memory.export()) {
    turns.push(turn);
    if (turns.length >= 2 * mostTurns) turns = turns.slice(-mostTurns);
  }
  return turns;
}
