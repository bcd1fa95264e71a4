import { LLMContextFrame, type LLMContextMessage } from '../../pipeline/index.js';

/**
 * Where recalled memory stands. `late`: before the user's last message, so that the history before it stays the same
 * from turn to turn and a model's prefix cache keeps it. `afterSystem`: behind the leading system message.
 */
export type MemoryPosition = 'late' | 'afterSystem';

/** A copy of the frame with messages put in; the shared context never sees them, so that they are never stored. */
export function inject(
  frame: LLMContextFrame,
  added: readonly LLMContextMessage[],
  position: MemoryPosition,
): LLMContextFrame {
  const { messages } = frame.context;
  const at = position === 'late' ? Math.max(0, messages.length - 1) : leadingSystemMessages(messages);
  const copy = new LLMContextFrame(
    frame.context.withMessages([...messages.slice(0, at), ...added, ...messages.slice(at)]),
    frame.speculation,
  );
  copy.interruptible = frame.interruptible;
  Object.assign(copy.metadata, frame.metadata, { memory: true });
  return copy;
}

function leadingSystemMessages(messages: readonly LLMContextMessage[]): number {
  const first = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer');
  return first < 0 ? messages.length : first;
}
