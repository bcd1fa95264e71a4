import {
  AggregatedTextFrame,
  CancelFrame,
  EndFrame,
  FrameProcessor,
  InterruptionFrame,
  LLMAssistantPushAggregationFrame,
  LLMContextAssistantTurnFrame,
  LLMFullResponseEndFrame,
  LLMFullResponseStartFrame,
  TTSTextFrame,
  type Frame,
  type FrameDirection,
  type LLMContext,
} from '../../pipeline/index.js';

export interface LLMAssistantAggregatorOptions {
  /** The conversation, shared with the user aggregator. */
  readonly context: LLMContext;
  /**
   * Told of every turn that is written, also of the last one of a session that is cut, when no frame travels any more.
   * `interrupted` when the turn was cut short.
   */
  readonly onTurn?: (text: string, interrupted: boolean) => void;
}

/**
 * Writes what the bot said to the context.
 *
 * It sits behind the output transport, where text arrives after the audio that speaks it, and therefore knows what
 * went out, not what was merely generated. An interruption commits what was said until then.
 */
export class LLMAssistantAggregator extends FrameProcessor {
  readonly #context: LLMContext;
  readonly #onTurn: LLMAssistantAggregatorOptions['onTurn'];
  #said: string[] = [];

  constructor(options: LLMAssistantAggregatorOptions) {
    super();
    this.#context = options.context;
    this.#onTurn = options.onTurn;
  }

  override processFrame(frame: Frame, direction: FrameDirection): void {
    // Text that is not spoken was said when it passed here; what is spoken comes again, behind its audio.
    const isSaid = frame instanceof TTSTextFrame || (frame instanceof AggregatedTextFrame && frame.skipTts);
    if (isSaid && direction === 'downstream') {
      if (frame.appendToContext) this.#said.push(frame.text.trim());
      this.pushFrame(frame, direction);
      return;
    }
    const ends =
      frame instanceof LLMFullResponseEndFrame ||
      frame instanceof LLMFullResponseStartFrame ||
      frame instanceof LLMAssistantPushAggregationFrame ||
      frame instanceof InterruptionFrame ||
      frame instanceof EndFrame ||
      frame instanceof CancelFrame;
    const cut = frame instanceof InterruptionFrame || frame instanceof CancelFrame;
    if (ends && direction === 'downstream') this.#commit(cut);
    this.pushFrame(frame, direction);
  }

  #commit(interrupted: boolean): void {
    const text = this.#said.filter(Boolean).join(' ');
    this.#said = [];
    if (text === '') return;
    this.#context.add({ role: 'assistant', content: text });
    this.#onTurn?.(text, interrupted);
    const timestamp = new Date().toISOString();
    this.broadcastFrame(() => new LLMContextAssistantTurnFrame(text, timestamp));
  }
}
