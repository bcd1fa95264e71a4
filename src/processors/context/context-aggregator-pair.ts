import { TypedEvents, type EventHandler, type LLMContext } from '../../pipeline/index.js';
import { LLMAssistantAggregator, type LLMAssistantAggregatorOptions } from './assistant-aggregator.js';
import { ExternalTurnAggregator } from './external-turn-aggregator.js';
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
  /**
   * True where a UserTurnProcessor before this pair decides when turns begin and end, such as for the branches of a
   * ParallelPipeline; of `userParams` only `onTurn` counts then. @defaultValue false
   */
  readonly externalTurns?: boolean;
  readonly assistantParams?: Omit<LLMAssistantAggregatorOptions, 'context'>;
  /** Milliseconds since 1970, for the messages' timestamps. @defaultValue Date.now */
  readonly nowMs?: () => number;
}

/** The two aggregators of one conversation: `user()` stands before the model, `assistant()` behind the output. */
export class LLMContextAggregatorPair {
  readonly #user: LLMUserAggregator | ExternalTurnAggregator;
  readonly #assistant: LLMAssistantAggregator;
  readonly #events: TypedEvents<ContextAggregatorEvents>;

  constructor(context: LLMContext, options: ContextAggregatorPairOptions = {}) {
    const { assistantParams, nowMs = Date.now } = options;
    const { turnEnd, ...userParams } = options.userParams ?? {};
    const timestamp = (): string => new Date(nowMs()).toISOString();
    this.#events = new TypedEvents((error) => this.#assistant.pushError(error));
    const onTurn = (content: string, continues: boolean): void => {
      userParams.onTurn?.(content, continues);
      this.#events.emit('userTurnStopped', { content, timestamp: timestamp(), continues });
    };
    this.#user =
      options.externalTurns === true
        ? new ExternalTurnAggregator({ context, onTurn })
        : new LLMUserAggregator({ ...userParams, ...(turnEnd && { turnEnd }), context, onTurn });
    this.#assistant = new LLMAssistantAggregator({
      ...assistantParams,
      context,
      onTurn: (content, interrupted) => {
        assistantParams?.onTurn?.(content, interrupted);
        this.#events.emit('assistantTurnStopped', { content, timestamp: timestamp(), interrupted });
      },
    });
  }

  user(): LLMUserAggregator | ExternalTurnAggregator {
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
