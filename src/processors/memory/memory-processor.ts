import type { Turn, UserMemory } from '../../memory/memory.js';
import {
  BotStartedSpeakingFrame,
  CancelFrame,
  EndFrame,
  FrameProcessor,
  LLMContext,
  LLMContextFrame,
  type Frame,
  type FrameDirection,
  type LLMContextMessage,
} from '../../pipeline/index.js';
import { MemoryRecalledFrame } from './memory-frames.js';

export interface MemoryProcessorOptions {
  readonly memory: UserMemory;
  /** Which session the stored turns belong to. */
  readonly sessionId: string;
  /** @defaultValue 1024 */
  readonly budgetTokens?: number;
  /** @defaultValue 15 */
  readonly deadlineMs?: number;
  /** @defaultValue 8 */
  readonly maxItems?: number;
}

/** A question that shares no word with its answer still finds what was said last. */
const minItems = 3;

/**
 * Gives the model what is remembered, and stores what was said.
 *
 * Recalled memory goes late into a copy of the context: behind the stable history, before the user's last message.
 * The shared context never sees it, so that it is neither stored again nor in the way of the model's prefix cache.
 * Storing waits until the answer has begun; whatever goes wrong, the turn is answered.
 */
export class MemoryProcessor extends FrameProcessor {
  readonly #options: MemoryProcessorOptions;
  /** What the user said and is not stored yet. */
  #unstored: string | null = null;
  #storing: Promise<void> = Promise.resolve();

  constructor(options: MemoryProcessorOptions) {
    super();
    this.#options = options;
  }

  override setup(): void {
    // Beside the start of the session, so that the first question already finds an index.
    void this.#options.memory.warmUp().catch((error: unknown) => this.pushError(error));
  }

  override async processFrame(frame: Frame, direction: FrameDirection): Promise<void> {
    if (frame instanceof LLMContextFrame && direction === 'downstream') {
      await this.#recall(frame);
      return;
    }
    const answered = frame instanceof BotStartedSpeakingFrame && direction === 'upstream';
    const over = frame instanceof EndFrame || frame instanceof CancelFrame;
    if (answered || over) this.#storeUserTurn();
    if (frame instanceof EndFrame) await this.#storing;
    this.pushFrame(frame, direction);
  }

  override async cleanup(): Promise<void> {
    this.#storeUserTurn();
    await this.#storing;
  }

  /**
   * Stores what the bot said, as heard. A call rather than a frame: of a session that is cut, the last words come when
   * no frame travels upstream any more.
   */
  assistantSaid(text: string, interrupted: boolean): void {
    this.#storeUserTurn();
    this.#store({ role: 'assistant', text, ...(interrupted ? { interrupted } : {}) });
  }

  async #recall(frame: LLMContextFrame): Promise<void> {
    const last = frame.context.messages.at(-1);
    if (last?.role !== 'user') {
      this.pushFrame(frame);
      return;
    }
    // A turn that went on before it was answered comes again with all that was said: that is one turn, not two.
    if (!goesOn(this.#unstored, last.content)) this.#storeUserTurn();
    this.#unstored = last.content;
    const { memory, budgetTokens = 1024, deadlineMs = 15, maxItems = 8 } = this.#options;
    try {
      const recalled = await memory.recall(last.content, { budgetTokens, deadlineMs, maxItems, minItems });
      this.pushFrame(new MemoryRecalledFrame(recalled.items, recalled.tookMs, recalled.late));
      if (recalled.block !== '') {
        this.pushFrame(withMemory(frame, recalled.block));
        return;
      }
    } catch (error) {
      this.pushError(error);
    }
    this.pushFrame(frame);
  }

  #storeUserTurn(): void {
    const text = this.#unstored;
    this.#unstored = null;
    if (text !== null) this.#store({ role: 'user', text });
  }

  #store(turn: Turn): void {
    const { memory, sessionId } = this.#options;
    this.#storing = this.#storing.then(async () => {
      try {
        await memory.remember({ ...turn, session: sessionId });
      } catch (error) {
        this.pushError(error);
      }
    });
  }
}

function withMemory(frame: LLMContextFrame, block: string): LLMContextFrame {
  const messages = frame.context.messages;
  const memory: LLMContextMessage = { role: 'system', content: block };
  const copy = new LLMContext([...messages.slice(0, -1), memory, ...messages.slice(-1)]);
  const enriched = new LLMContextFrame(copy, frame.speculation);
  enriched.metadata['memory'] = true;
  return enriched;
}

/** Whether `text` begins with what was said before, leaving aside the full stop that a pause gave it. */
function goesOn(before: string | null, text: string): boolean {
  return before !== null && text.startsWith(before.replace(/[.…]+$/u, ''));
}
