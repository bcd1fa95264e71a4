import { TypedEvents, type EventHandler, type LLMContext } from '../../pipeline/index.js';
import { LLMAssistantAggregator, type LLMAssistantAggregatorOptions } from './assistant-aggregator.js';
import { LLMUserAggregator, type LLMUserAggregatorOptions } from './user-aggregator.js';

/** What the user said in one turn. */
export interface UserTurnMessage {
  readonly content: string;
  /** When the turn was over, ISO 8601. */
  readonly timestamp: string;
  /** True when the user went on before the bot made a sound: then this stands in place of the message before. */
  readonly continues: boolean;
}

/** What the bot said in one turn: what was heard of it, when the user interrupted. */
export interface AssistantTurnMessage {
  readonly content: string;
  /** When the turn was over, ISO 8601. */
  readonly timestamp: string;
  readonly interrupted: boolean;
}

/** What can be listened to at an {@link LLMContextAggregatorPair}: the transcript of the conversation. */
export interface ContextAggregatorEvents {
  readonly userTurnStopped: UserTurnMessage;
  readonly assistantTurnStopped: AssistantTurnMessage;
}

export interface ContextAggregatorPairOptions {
  readonly userParams?: Omit<LLMUserAggregatorOptions, 'context' | 'turnEnd'> & {
    /** As the aggregator's; undefined is as if it were not there. */
    readonly turnEnd?: LLMUserAggregatorOptions['turnEnd'] | undefined;
  };
  readonly assistantParams?: Omit<LLMAssistantAggregatorOptions, 'context'>;
  /** Milliseconds since 1970, for the messages' timestamps. @defaultValue Date.now */
  readonly nowMs?: () => number;
}

/** The two aggregators of one conversation: `user()` stands before the model, `assistant()` behind the output. */
export class LLMContextAggregatorPair {
  readonly #user: LLMUserAggregator;
  readonly #assistant: LLMAssistantAggregator;
  readonly #events: TypedEvents<ContextAggregatorEvents>;

  constructor(context: LLMContext, options: ContextAggregatorPairOptions = {}) {
    const { assistantParams, nowMs = Date.now } = options;
    const { turnEnd, ...userParams } = options.userParams ?? {};
    const timestamp = (): string => new Date(nowMs()).toISOString();
    this.#events = new TypedEvents((error) => this.#assistant.pushError(error));
    this.#user = new LLMUserAggregator({
      ...userParams,
      ...(turnEnd && { turnEnd }),
      context,
      onTurn: (content, continues) => {
        userParams.onTurn?.(content, continues);
        this.#events.emit('userTurnStopped', { content, timestamp: timestamp(), continues });
      },
    });
    this.#assistant = new LLMAssistantAggregator({
      ...assistantParams,
      context,
      onTurn: (content, interrupted) => {
        assistantParams?.onTurn?.(content, interrupted);
        this.#events.emit('assistantTurnStopped', { content, timestamp: timestamp(), interrupted });
      },
    });
  }

  user(): LLMUserAggregator {
    return this.#user;
  }

  assistant(): LLMAssistantAggregator {
    return this.#assistant;
  }

  /** Listens to an event. @returns a function that ends it */
  on<K extends keyof ContextAggregatorEvents>(
    event: K,
    handler: EventHandler<ContextAggregatorEvents[K]>,
  ): () => void {
    return this.#events.on(event, handler);
  }
}
