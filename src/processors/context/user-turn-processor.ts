import { LLMContext, LLMContextFrame, type Frame, type FrameDirection } from '../../pipeline/index.js';
import { UserTurnTextFrame } from '../turn/user-turn-text-frame.js';
import { isContextRequest } from './context-requests.js';
import { LLMUserAggregator, type LLMUserAggregatorOptions } from './user-aggregator.js';

/**
 * Decides when the user's turn begins and ends, for several aggregators behind it, such as those of the branches of a
 * ParallelPipeline. They are told of each turn by a UserTurnTextFrame and keep contexts of their own
 * ({@link ExternalTurnAggregator}).
 *
 * It is a user aggregator whose context holds no more than the last turn, and which asks no model.
 */
export class UserTurnProcessor extends LLMUserAggregator {
  readonly #context: LLMContext;

  constructor(options: Omit<LLMUserAggregatorOptions, 'context'> = {}) {
    const context = new LLMContext();
    super({
      ...options,
      context,
      onTurn: (text, continues) => {
        options.onTurn?.(text, continues);
        this.#turnOver(text, continues);
      },
    });
    this.#context = context;
  }

  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (isContextRequest(frame)) this.pushFrame(frame, direction);
    else super.processFrame(frame, direction);
  }

  override pushFrame(frame: Frame, direction: FrameDirection = 'downstream'): void {
    const isOwn = frame instanceof LLMContextFrame && frame.context === this.#context;
    if (!isOwn) super.pushFrame(frame, direction);
  }

  #turnOver(text: string, continues: boolean): void {
    this.#context.replace(this.#context.messages.slice(-1));
    this.pushFrame(new UserTurnTextFrame(text, continues));
  }
}
