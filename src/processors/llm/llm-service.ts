import type { ChatMessage, LanguageModel } from '../../engines/interfaces.js';
import {
  FrameProcessor,
  LLMContextFrame,
  LLMFullResponseEndFrame,
  LLMFullResponseStartFrame,
  LLMTextFrame,
  abortableIterable,
  type Frame,
  type FrameDirection,
  type LLMContextMessage,
} from '../../pipeline/index.js';
import { fitHistory } from './fit-history.js';

export interface LLMServiceOptions {
  readonly llm: LanguageModel;
  /** Longest answer. @defaultValue 256 */
  readonly maxAnswerTokens?: number;
  /** Most tokens of prompt and answer together; no more than the model's own. @defaultValue 4096 */
  readonly windowTokens?: number;
}

/**
 * Answers every LLMContextFrame. Each answer is computed from the messages alone, so that no state can go wrong
 * between turns; what the engine keeps is only a cache.
 */
export class LLMService extends FrameProcessor {
  readonly #llm: LanguageModel;
  readonly #maxAnswerTokens: number;
  readonly #windowTokens: number;

  constructor(options: LLMServiceOptions) {
    super();
    this.#llm = options.llm;
    this.metrics.model = options.llm.info.model;
    this.#maxAnswerTokens = options.maxAnswerTokens ?? 256;
    this.#windowTokens = Math.min(options.windowTokens ?? 4096, options.llm.contextTokens);
  }

  override canGenerateMetrics(): boolean {
    return true;
  }

  override async processFrame(frame: Frame, direction: FrameDirection, signal: AbortSignal): Promise<void> {
    if (!(frame instanceof LLMContextFrame) || direction === 'upstream') {
      this.pushFrame(frame, direction);
      return;
    }
    this.pushFrame(new LLMFullResponseStartFrame());
    try {
      const messages = fitHistory(
        frame.context.messages.map(asChatMessage),
        this.#windowTokens - this.#maxAnswerTokens,
        (text) => this.#llm.countTokens(text),
      );
      this.metrics.startTtfb();
      const answer = this.#llm.generate(messages, { maxTokens: this.#maxAnswerTokens, signal });
      for await (const text of abortableIterable(answer, signal)) {
        this.metrics.stopTtfb();
        this.pushFrame(new LLMTextFrame(text));
      }
    } catch (error) {
      if (!signal.aborted) this.pushError(error);
    } finally {
      // Also when interrupted: whoever collects the answer must learn that no more comes.
      this.pushFrame(new LLMFullResponseEndFrame());
    }
  }
}

function asChatMessage({ role, content }: LLMContextMessage): ChatMessage {
  return { role: role === 'developer' ? 'system' : role, content };
}
