import {
  FrameProcessor,
  LLMContextFrame,
  type Frame,
  type FrameDirection,
  type LLMContext,
} from '../../pipeline/index.js';
import { UserTurnTextFrame } from '../turn/user-turn-text-frame.js';
import { isContextRequest, serveContextRequest } from './context-requests.js';
import type { LLMUserAggregatorOptions } from './user-aggregator.js';

/**
 * Writes the user's turns, which a UserTurnProcessor before it has found, to a context of its own and asks the model.
 * Several may stand side by side.
 */
export class ExternalTurnAggregator extends FrameProcessor {
  readonly #context: LLMContext;
  readonly #onTurn: LLMUserAggregatorOptions['onTurn'];

  constructor({ context, onTurn }: Pick<LLMUserAggregatorOptions, 'context' | 'onTurn'>) {
    super();
    this.#context = context;
    this.#onTurn = onTurn;
  }

  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (direction === 'upstream') this.pushFrame(frame, direction);
    else if (frame instanceof UserTurnTextFrame) this.#take(frame);
    else if (isContextRequest(frame)) {
      const asked = serveContextRequest(frame, this.#context);
      if (asked) this.pushFrame(asked);
    } else this.pushFrame(frame, direction);
  }

  #take({ text, continues }: UserTurnTextFrame): void {
    const { messages } = this.#context;
    // A branch that has answered already keeps its answer, and the question that it answered.
    if (continues && messages.at(-1)?.role === 'user') this.#context.replace(messages.slice(0, -1));
    this.#context.add({ role: 'user', content: text });
    this.#onTurn?.(text, continues);
    this.pushFrame(new LLMContextFrame(this.#context));
  }
}
