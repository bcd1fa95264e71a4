import type { ChatMessage, LanguageModel, TokenUsage } from '../../engines/interfaces.js';
import {
  ContextWindow,
  presetTokens,
  windowShares,
  type ContextPreset,
  type FittedPrompt,
  type WindowMessage,
} from '../../memory/memory.js';
import {
  FrameProcessor,
  LLMConfigureOutputFrame,
  LLMContextFrame,
  LLMFullResponseEndFrame,
  LLMFullResponseStartFrame,
  LLMTextFrame,
  abortableIterable,
  type Frame,
  type FrameDirection,
} from '../../pipeline/index.js';
import { llmTokenUsage } from './llm-token-usage.js';

export interface LLMServiceOptions {
  readonly llm: LanguageModel;
  /** Longest answer. @defaultValue 256 */
  readonly maxAnswerTokens?: number;
  /** How large prompt and answer may be together; no larger than the model's own window. @defaultValue '4k' */
  readonly preset?: ContextPreset;
  /** The same as a number of tokens, which then counts. @defaultValue the preset's */
  readonly windowTokens?: number;
  /**
   * False leaves the history as it is up to the hard limit, instead of folding its older turns from about half of the
   * window on. @defaultValue true
   */
  readonly foldHistory?: boolean;
  /** Told how each prompt was fitted, for figures. Its messages are a user's words: they belong in no log. */
  readonly onPrompt?: (prompt: FittedPrompt) => void;
}

/**
 * Answers every LLMContextFrame. Each answer is computed from the messages alone, so that no state can go wrong
 * between turns; what the engine keeps is only a cache.
 */
export class LLMService extends FrameProcessor {
  readonly #llm: LanguageModel;
  readonly #maxAnswerTokens: number;
  readonly #window: ContextWindow;
  readonly #onPrompt: LLMServiceOptions['onPrompt'];
  /** True while answers are to be read, not heard. */
  #skipTts = false;

  constructor(options: LLMServiceOptions) {
    super();
    this.#llm = options.llm;
    this.metrics.model = options.llm.info.model;
    this.#maxAnswerTokens = options.maxAnswerTokens ?? 256;
    const asked = options.windowTokens ?? presetTokens[options.preset ?? '4k'];
    const shares = windowShares(Math.min(asked, options.llm.contextTokens), this.#maxAnswerTokens);
    this.#window = new ContextWindow({
      shares:
        options.foldHistory === false ? { ...shares, compressFromTokens: shares.hardLimitTokens } : shares,
      countTokens: (text) => options.llm.countTokens(text),
    });
    this.#onPrompt = options.onPrompt;
  }

  override canGenerateMetrics(): boolean {
    return true;
  }

  /** What asks for no answer, audio above all, passes without a promise. */
  override processFrame(
    frame: Frame,
    direction: FrameDirection,
    signal: AbortSignal,
  ): Promise<void> | undefined {
    if (frame instanceof LLMContextFrame && direction === 'downstream') return this.#answer(frame, signal);
    if (frame instanceof LLMConfigureOutputFrame) this.#skipTts = frame.skipTts;
    this.pushFrame(frame, direction);
    return undefined;
  }

  async #answer(frame: LLMContextFrame, signal: AbortSignal): Promise<void> {
    const skipTts = this.#skipTts;
    const pushMarked = (part: LLMFullResponseStartFrame | LLMTextFrame | LLMFullResponseEndFrame) => {
      if (skipTts) part.skipTts = true;
      this.pushFrame(part);
    };
    pushMarked(new LLMFullResponseStartFrame());
    try {
      const prompt = this.#window.fit(frame.context.messages);
      this.#onPrompt?.(prompt);
      const messages = prompt.messages.map(asChatMessage);
      this.metrics.startTtfb();
      this.metrics.startProcessing();
      const onUsage = (usage: TokenUsage) => this.metrics.reportLlmUsage(llmTokenUsage(usage));
      const answer = this.#llm.generate(messages, { maxTokens: this.#maxAnswerTokens, signal, onUsage });
      for await (const text of abortableIterable(answer, signal)) {
        this.metrics.stopTtfb();
        pushMarked(new LLMTextFrame(text));
      }
    } catch (error) {
      if (!signal.aborted) this.pushError(error);
    } finally {
      this.metrics.stopProcessing();
      // Also when interrupted: whoever collects the answer must learn that no more comes.
      pushMarked(new LLMFullResponseEndFrame());
    }
  }
}

function asChatMessage({ role, content }: WindowMessage): ChatMessage {
  return { role: role === 'developer' ? 'system' : role, content };
}
