import type {
  AnswerPart,
  LanguageModel,
  TokenUsage,
  ToolCall,
  ToolChoice,
} from '../../engines/interfaces.js';
import {
  ContextWindow,
  presetTokens,
  windowShares,
  type ContextPreset,
  type FittedPrompt,
} from '../../memory/memory.js';
import {
  CancelFrame,
  EndFrame,
  FrameProcessor,
  FunctionCallResultFrame,
  InterruptionFrame,
  LLMConfigureOutputFrame,
  LLMContextFrame,
  LLMFullResponseEndFrame,
  LLMFullResponseStartFrame,
  LLMTextFrame,
  TypedEvents,
  abortableIterable,
  type EventHandler,
  type Frame,
  type FrameDirection,
  type FrameProcessorEvents,
  type FunctionCallFromLLM,
  type LLMContext,
  type LLMContextMessage,
  type LLMContextToolChoice,
} from '../../pipeline/index.js';
import { asyncToolInstructions } from '../tools/async-tool-messages.js';
import { FunctionCalls, type FunctionCallsOptions } from '../tools/function-calls.js';
import {
  FunctionSchema,
  type FunctionCallHandler,
  type FunctionCallOptions,
} from '../tools/function-schema.js';
import { llmTokenUsage } from './llm-token-usage.js';
import { WindowView, asChatMessages, clipCalls, goOn, turnOf } from './prompt-messages.js';
import { requestedCall } from './requested-call.js';

export interface LLMServiceOptions extends FunctionCallsOptions {
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
  /** Whose session it is, for the functions that are called. @defaultValue '' */
  readonly userId?: string;
  /**
   * How often the model may call functions, learn their results and call again for one message of the user; then it
   * has to answer without. @defaultValue 5
   */
  readonly maxFunctionCallRounds?: number;
}

/** What can be listened to at the service, see {@link FrameProcessor.on}. */
export interface LLMServiceEvents extends FrameProcessorEvents {
  /** The model has asked for calls, which begin now. */
  readonly functionCallsStarted: readonly FunctionCallFromLLM[];
  /** Calls were given up: by an interruption, by their deadline, or on request. */
  readonly functionCallsCancelled: readonly FunctionCallFromLLM[];
}

/** Of the window, what calls and results of the current turn may have. */
const callsPart = 1 / 8;

/**
 * Answers every LLMContextFrame, from whichever side it comes. Each answer is computed from the messages alone, so that
 * no state can go wrong between turns; what the engine keeps is only a cache.
 *
 * Functions that the context advertises, or that are registered here, are called when the model asks for them. Their
 * results go to the assistant aggregator, which writes them to the context and asks the model to go on.
 */
export class LLMService extends FrameProcessor {
  readonly #llm: LanguageModel;
  readonly #maxAnswerTokens: number;
  readonly #maxRounds: number;
  readonly #windowTokens: number;
  readonly #foldHistory: boolean;
  readonly #onPrompt: LLMServiceOptions['onPrompt'];
  readonly #functions: FunctionCalls;
  readonly #callEvents: TypedEvents<
    Pick<LLMServiceEvents, 'functionCallsStarted' | 'functionCallsCancelled'>
  >;
  readonly #view = new WindowView();
  #window: { readonly reserved: number; readonly fit: ContextWindow };
  /** What the tokens of the advertised functions were when they were last counted. */
  #toolTokens: { readonly tools: LLMContext['tools']; readonly tokens: number } = { tools: [], tokens: 0 };
  /** The prompt of the user's last message, with what was recalled for it. */
  #asked: readonly LLMContextMessage[] = [];
  #rounds = 0;
  /** True while answers are to be read, not heard. */
  #skipTts = false;

  constructor(options: LLMServiceOptions) {
    super();
    this.#llm = options.llm;
    this.metrics.model = options.llm.info.model;
    this.#maxAnswerTokens = options.maxAnswerTokens ?? 256;
    this.#maxRounds = options.maxFunctionCallRounds ?? 5;
    const asked = options.windowTokens ?? presetTokens[options.preset ?? '4k'];
    this.#windowTokens = Math.min(asked, options.llm.contextTokens);
    this.#foldHistory = options.foldHistory ?? true;
    this.#window = this.#makeWindow(0);
    this.#onPrompt = options.onPrompt;
    this.#callEvents = new TypedEvents((error, event) => {
      this.session.logger.error({ processor: this.name, event, err: error }, 'An event handler failed');
    });
    this.#functions = new FunctionCalls(
      {
        llm: this,
        userId: options.userId ?? '',
        broadcast: (factory) => this.broadcastFrame(factory),
        schedule: (ms, fn) => this.session.clock.schedule(ms, fn),
        failed: (error) => this.pushError(error, { category: 'application' }),
        started: (calls) => this.#callEvents.emit('functionCallsStarted', calls),
        cancelled: (calls) => this.#callEvents.emit('functionCallsCancelled', calls),
      },
      definedOnly(options),
    );
  }

  override canGenerateMetrics(): boolean {
    return true;
  }

  /**
   * Makes a function known by its name, `null` for all names that nothing else is registered for. A function that is
   * advertised with its handler registers itself.
   */
  registerFunction(name: string | null, handler: FunctionCallHandler, options?: FunctionCallOptions): void {
    this.#functions.register(name, handler, options);
  }

  unregisterFunction(name: string | null): void {
    this.#functions.unregister(name);
  }

  hasFunction(name: string): boolean {
    return this.#functions.has(name);
  }

  /** Calls that are not settled. */
  get functionCallsInProgress(): number {
    return this.#functions.running;
  }

  /** Gives up all calls, also those that survive interruptions. The model is not asked to go on. */
  cancelFunctionCalls(): readonly FunctionCallFromLLM[] {
    return this.#functions.cancelAll();
  }

  override on<K extends keyof LLMServiceEvents>(
    event: K,
    handler: EventHandler<LLMServiceEvents[K]>,
  ): () => void {
    if (event === 'functionCallsStarted' || event === 'functionCallsCancelled') {
      return this.#callEvents.on(event, handler as EventHandler<readonly FunctionCallFromLLM[]>);
    }
    return super.on(event, handler as EventHandler<FrameProcessorEvents[keyof FrameProcessorEvents]>);
  }

  /** What asks for no answer, audio above all, passes without a promise. */
  override processFrame(
    frame: Frame,
    direction: FrameDirection,
    signal: AbortSignal,
  ): Promise<void> | undefined {
    if (frame instanceof LLMContextFrame) return this.#answer(frame, direction, signal);
    if (frame instanceof LLMConfigureOutputFrame) this.#skipTts = frame.skipTts;
    else if (frame instanceof InterruptionFrame) this.#functions.interrupt();
    else if (frame instanceof FunctionCallResultFrame) {
      if (frame.options.properties?.isFinal !== false) this.#functions.answeredElsewhere(frame.toolCallId);
    } else if (frame instanceof EndFrame || frame instanceof CancelFrame) this.#functions.close();
    this.pushFrame(frame, direction);
    return undefined;
  }

  override cleanup(): void {
    this.#functions.close();
  }

  async #answer(frame: LLMContextFrame, direction: FrameDirection, signal: AbortSignal): Promise<void> {
    const skipTts = this.#skipTts;
    const pushMarked = (part: LLMFullResponseStartFrame | LLMTextFrame | LLMFullResponseEndFrame) => {
      if (skipTts) part.skipTts = true;
      // An answer to what may not be interrupted may not be either.
      part.interruptible = frame.interruptible;
      this.pushFrame(part);
    };
    const { context } = frame;
    const calls: ToolCall[] = [];
    let begin = (): void => undefined;
    pushMarked(new LLMFullResponseStartFrame());
    try {
      const messages = this.#messagesOf(context, direction);
      this.metrics.startTtfb();
      this.metrics.startProcessing();
      for await (const part of abortableIterable(this.#generate(context, messages, signal), signal)) {
        this.metrics.stopTtfb();
        if (part.type === 'text') pushMarked(new LLMTextFrame(part.text));
        else calls.push(part.call);
      }
      // A turn that may still go on must not have done anything.
      if (calls.length > 0 && !frame.speculation) begin = this.#announce(calls, context);
    } catch (error) {
      if (!signal.aborted) this.pushError(error);
    } finally {
      this.metrics.stopProcessing();
      // Also when interrupted: whoever collects the answer must learn that no more comes.
      pushMarked(new LLMFullResponseEndFrame());
      begin();
    }
  }

  #messagesOf(context: LLMContext, direction: FrameDirection): readonly LLMContextMessage[] {
    const tools = this.#llm.generateWithTools === undefined ? [] : context.tools;
    this.#functions.advertise(tools.filter((tool) => tool instanceof FunctionSchema));
    if (direction === 'downstream') {
      this.#asked = [...context.messages];
      this.#rounds = 0;
    } else {
      this.#rounds += 1;
    }
    const all = direction === 'downstream' ? context.messages : goOn(this.#asked, context.messages);
    const { head, calls } = turnOf(all);
    const callsTokens = Math.floor(this.#windowTokens * callsPart);
    const reserved = tools.length > 0 || calls.length > 0 ? callsTokens + this.#tokensOf(tools) : 0;
    if (reserved !== this.#window.reserved) this.#window = this.#makeWindow(reserved);
    const prompt = this.#window.fit.fit(this.#view.show(head));
    this.#onPrompt?.(prompt);
    const shown = prompt.messages.map((message) => this.#view.source(message));
    const clipped = clipCalls(calls, callsTokens, (text) => this.#llm.countTokens(text));
    const isAsync = tools.some(({ name }) => this.#functions.isAsync(name));
    const front = isAsync && shown[0]?.role === 'system' ? 1 : 0;
    return [...shown.slice(0, front), ...(isAsync ? [asyncNote] : []), ...shown.slice(front), ...clipped];
  }

  async *#generate(
    context: LLMContext,
    messages: readonly LLMContextMessage[],
    signal: AbortSignal,
  ): AsyncGenerator<AnswerPart, void> {
    const onUsage = (usage: TokenUsage): void => this.metrics.reportLlmUsage(llmTokenUsage(usage));
    const options = { maxTokens: this.#maxAnswerTokens, signal, onUsage };
    const { tools } = context;
    const canCall = this.#llm.generateWithTools !== undefined;
    const chat = asChatMessages(messages, canCall);
    if (tools.length > 0 && this.#llm.generateWithTools !== undefined) {
      const toolChoice = this.#choice(context.toolChoice);
      yield* this.#llm.generateWithTools(chat, { ...options, tools, toolChoice });
      return;
    }
    for await (const text of this.#llm.generate(chat, options)) yield { type: 'text', text };
  }

  /** A choice that forces a call holds for the answer to the user; with the result the model may answer. */
  #choice(choice: LLMContextToolChoice): ToolChoice {
    if (this.#rounds >= this.#maxRounds) return 'none';
    if (choice === 'none' || choice === 'auto') return choice;
    if (this.#rounds > 0) return 'auto';
    if (choice === 'required') return choice;
    const named = choice['function'];
    const name: unknown =
      typeof named === 'object' && named !== null && 'name' in named ? named.name : undefined;
    return typeof name === 'string' ? { name } : 'auto';
  }

  #announce(calls: readonly ToolCall[], context: LLMContext): () => void {
    const taken = new Set(context.messages.flatMap(({ tool_call_id: id }) => (id === undefined ? [] : [id])));
    const requested = calls.map((call) => {
      const made = requestedCall(call, taken);
      taken.add(made.toolCallId);
      return made;
    });
    return this.#functions.announce(requested, context);
  }

  #tokensOf(tools: LLMContext['tools']): number {
    if (this.#toolTokens.tools !== tools) {
      const told = tools.map(({ name, description, parameters }) => ({ name, description, parameters }));
      const tokens = tools.length === 0 ? 0 : this.#llm.countTokens(JSON.stringify(told));
      this.#toolTokens = { tools, tokens };
    }
    return this.#toolTokens.tokens;
  }

  #makeWindow(reserved: number): { readonly reserved: number; readonly fit: ContextWindow } {
    // However many functions there are, half of the window stays for the conversation.
    const tokens = Math.max(this.#windowTokens - reserved, Math.floor(this.#windowTokens / 2));
    const shares = windowShares(tokens, this.#maxAnswerTokens);
    return {
      reserved,
      fit: new ContextWindow({
        shares: this.#foldHistory ? shares : { ...shares, compressFromTokens: shares.hardLimitTokens },
        countTokens: (text) => this.#llm.countTokens(text),
      }),
    };
  }
}

const asyncNote: LLMContextMessage = { role: 'system', content: asyncToolInstructions };

/** An option that is given as undefined is not given. */
function definedOnly<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
