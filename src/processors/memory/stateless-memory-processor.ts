import { SlowcatError } from '../../errors.js';
import { openMemory, type Memory, type Recall, type UserMemory } from '../../memory/memory.js';
import {
  BotStartedSpeakingFrame,
  CancelFrame,
  EndFrame,
  FrameProcessor,
  LLMContextFrame,
  type Frame,
  type FrameDirection,
  type LLMContextMessage,
} from '../../pipeline/index.js';
import { inject } from './inject.js';
import { LatencyWindow } from './latency-window.js';
import { MemoryRecalledFrame } from './memory-frames.js';
import {
  defaultStatelessMemoryOptions,
  type ResolvedMemoryOptions,
  type StatelessMemoryProcessorOptions,
} from './memory-options.js';
import { memoryStats, type StatelessMemoryStats } from './memory-stats.js';
import { summarise } from './memory-summary.js';
import { speakerOf } from './speaker.js';
import { asksToThinkBack } from './think-back.js';
import { historyMessages, historyOf } from './traditional-history.js';
import { TurnWriter } from './turn-writer.js';

/** A question that shares no word with its answer still finds what was said last. */
const minItems = 3;
/** Of what went in the prompt, what scores at least this part of the best counts as used. */
const usedFrom = 0.5;

/**
 * Gives the model what is remembered, and stores what was said.
 *
 * Recalled memory goes into a copy of the context, by default late: behind the stable history, before the user's last
 * message. The shared context never sees it, so that it is neither stored again nor in the way of the model's prefix
 * cache. Storing waits until the answer has begun; whatever goes wrong, the turn is answered.
 */
export class StatelessMemoryProcessor extends FrameProcessor {
  readonly #options: ResolvedMemoryOptions;
  readonly #writer: TurnWriter;
  readonly #injections = new LatencyWindow();
  readonly #histories = new Map<string, Promise<readonly LLMContextMessage[]>>();
  /** Whose memories were used, for the tiers that are reported. */
  readonly #users = new Map<string, UserMemory>();
  #source: UserMemory | Memory | undefined;
  #opened: Memory | undefined;
  #speaker: string;
  #late = 0;
  /** Of the turn that waits for its answer: what is used once the answer begins. */
  #inPrompt:
    | { readonly memory: UserMemory; readonly turnIds: readonly number[]; readonly inFull: boolean }
    | undefined;

  constructor(options: StatelessMemoryProcessorOptions) {
    super();
    this.#options = { ...defaultStatelessMemoryOptions, ...withoutUndefined(options) };
    this.#speaker = this.#options.speakerId;
    this.#writer = new TurnWriter({
      sessionId: options.sessionId,
      onError: (error) => this.pushError(error),
    });
    if ('memory' in options) this.#source = options.memory;
  }

  override canGenerateMetrics(): boolean {
    return true;
  }

  override async setup(): Promise<void> {
    if ('dbPath' in this.#options) {
      const { dbPath: dataDir, cacheSize: exchanges, hotSize: hotTurns, warmSize: warmTurns } = this.#options;
      this.#opened = await openMemory({ dataDir, exchanges, hotTurns, warmTurns });
      this.#source = this.#opened;
    }
    const memory = this.#memoryOf(this.#speaker);
    this.#writer.answersGoTo(memory);
    // Beside the start of the session, so that the first question already finds an index, or its history.
    const ready = this.#options.useStatelessMemory ? memory.warmUp() : this.#historyOf(memory);
    void ready.catch((error: unknown) => this.pushError(error));
  }

  /** What asks for no memory, audio above all, passes without a promise; only the end waits for what is being stored. */
  override processFrame(
    frame: Frame,
    direction: FrameDirection,
    signal: AbortSignal,
  ): Promise<void> | undefined {
    this.#speaker = speakerOf(frame) ?? this.#speaker;
    if (frame instanceof LLMContextFrame && direction === 'downstream') return this.#enrich(frame, signal);
    const answered = frame instanceof BotStartedSpeakingFrame && direction === 'upstream';
    const over = frame instanceof EndFrame || frame instanceof CancelFrame;
    if (answered) this.#reinforce();
    if (answered || over) this.#writer.storeUserTurn();
    if (frame instanceof EndFrame) {
      return this.#writer.settled().then(() => {
        this.pushFrame(frame, direction);
      });
    }
    this.pushFrame(frame, direction);
    return undefined;
  }

  override async cleanup(): Promise<void> {
    this.#writer.storeUserTurn();
    await this.#writer.settled();
    await this.#opened?.close();
  }

  /**
   * Stores what the bot said, as heard. A call rather than a frame: of a session that is cut, the last words come when
   * no frame travels upstream any more.
   */
  assistantSaid(text: string, interrupted: boolean): void {
    this.#writer.assistantSaid(text, interrupted);
  }

  /** How the memory does: counts since this processor was made, tiers as they are now. */
  getStats(): Promise<StatelessMemoryStats> {
    return memoryStats({
      users: [...this.#users.values()],
      totalConversations: this.#writer.exchanges,
      injections: this.#injections,
      lateInjections: this.#late,
    });
  }

  async #enrich(frame: LLMContextFrame, signal: AbortSignal): Promise<void> {
    const last = frame.context.messages.at(-1);
    if (last?.role !== 'user') {
      this.pushFrame(frame);
      return;
    }
    const startMs = this.session.clock.nowMs();
    this.metrics.startProcessing();
    let enriched = frame;
    try {
      const memory = this.#memoryOf(this.#speaker);
      const history = this.#options.useStatelessMemory ? undefined : await this.#historyOf(memory);
      this.#writer.userSaid(last.content, memory, this.#nameIn(memory));
      if (history) {
        if (history.length > 0) enriched = inject(frame, history, 'afterSystem');
      } else {
        const block = await this.#recall(memory, last.content, signal);
        if (block !== '')
          enriched = inject(frame, [{ role: 'system', content: block }], this.#options.position);
      }
    } catch (error) {
      this.pushError(error);
    }
    this.metrics.stopProcessing();
    this.#injections.add(this.session.clock.nowMs() - startMs);
    this.pushFrame(enriched);
  }

  /** @returns the block for the prompt, empty when nothing is remembered */
  async #recall(memory: UserMemory, question: string, signal: AbortSignal): Promise<string> {
    const { maxContextTokens, deadlineMs, deepDeadlineMs, maxItems, form } = this.#options;
    this.#inPrompt = undefined;
    const recalled = await memory.recall(question, {
      budgetTokens: maxContextTokens,
      maxItems,
      minItems,
      form,
      ...(asksToThinkBack(question) ? { depth: 'deep', deadlineMs: deepDeadlineMs } : { deadlineMs }),
    });
    if (recalled.late) this.#late++;
    this.#inPrompt = { memory, turnIds: usedTurns(recalled), inFull: recalled.depth === 'deep' };
    this.pushFrame(new MemoryRecalledFrame(recalled.items, recalled.tookMs, recalled.late));
    return (await this.#summary(question, recalled, signal)) ?? recalled.block;
  }

  /** What the memory model makes of it, unless there is none, or it is late, or it fails. */
  async #summary(question: string, recalled: Recall, signal: AbortSignal): Promise<string | undefined> {
    const { memoryModel, memoryModelDeadlineMs, memoryModelContextTokens, maxContextTokens } = this.#options;
    if (memoryModel === undefined || recalled.block === '') return undefined;
    const late = new AbortController();
    const cancel = this.session.clock.schedule(memoryModelDeadlineMs, () => late.abort());
    try {
      const notes = recalled.items.map(({ line }) => line);
      const either = AbortSignal.any([signal, late.signal]);
      const block = await summarise(memoryModel, question, notes, memoryModelContextTokens, either);
      return block !== undefined && memoryModel.countTokens(block) <= maxContextTokens ? block : undefined;
    } catch (error) {
      if (late.signal.aborted) this.#late++;
      else if (!signal.aborted) this.pushError(error);
      return undefined;
    } finally {
      cancel();
    }
  }

  /** What the user had said before this session. Read once, so that the prompt's beginning stays the same. */
  #historyOf(memory: UserMemory): Promise<readonly LLMContextMessage[]> {
    let history = this.#histories.get(memory.id);
    if (!history) {
      const { historyTokens, countTokens } = this.#options;
      history = historyOf(memory).then((turns) => historyMessages(turns, historyTokens, countTokens));
      this.#histories.set(memory.id, history);
    }
    return history;
  }

  #reinforce(): void {
    const used = this.#inPrompt;
    this.#inPrompt = undefined;
    if (!used || used.turnIds.length === 0) return;
    const done = used.memory.reinforce?.(used.turnIds, this.#options.nowMs(), used.inFull);
    void done?.catch((error: unknown) => this.pushError(error));
  }

  #memoryOf(speaker: string): UserMemory {
    const source = this.#source;
    if (source === undefined) throw new SlowcatError('SLOWCAT_MEMORY_CLOSED', 'It could not be opened.');
    const memory = 'user' in source ? source.user(speaker) : source;
    this.#users.set(memory.id, memory);
    return memory;
  }

  /** The speaker's name for the log, where several share one memory. */
  #nameIn(memory: UserMemory): string | undefined {
    const isKnown = this.#speaker !== this.#options.speakerId && this.#speaker !== memory.id;
    return isKnown ? this.#speaker : undefined;
  }
}

/** The turns that an answer with this recall makes use of. */
function usedTurns({ items }: Recall): number[] {
  const best = Math.max(0, ...items.map(({ score }) => score));
  return items.filter(({ score }) => score > 0 && score >= best * usedFrom).map(({ turnId }) => turnId);
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
