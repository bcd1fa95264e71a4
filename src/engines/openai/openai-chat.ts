import { APIError, OpenAI } from 'openai';
import type { CompletionUsage } from 'openai/resources/completions';
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import { SlowcatError } from '../../errors.js';
import type {
  AnswerPart,
  ChatMessage,
  EngineInfo,
  GenerateOptions,
  GenerateWithToolsOptions,
  LanguageModel,
  TokenUsage,
} from '../interfaces.js';
import { plainMessages } from '../tool-text.js';
import { messageParam, toolChoiceParam, toolParam } from './chat-request.js';
import { chatFailure } from './failures.js';
import { defaultOpenAiChatOptions, type OpenAiChatOptions } from './options.js';
import { PatienceTimer } from './patience-timer.js';
import { ToolCallDeltas } from './tool-call-deltas.js';

/** As in `GenerateOptions.maxTokens`. */
const defaultMaxTokens = 256;
/** Characters of one token in English text; stands in until the tokenizer is loaded. */
const charactersPerToken = 4;

/** With these, servers say that they, or the model, know no functions: Ollama 400, llama-server without Jinja 500. */
const refusals: ReadonlySet<number | undefined> = new Set([400, 422, 500, 501]);

type CountTokens = (text: string) => number;

/**
 * A language model behind any server that speaks OpenAI's chat completions: Ollama, LM Studio, llama-server,
 * vLLM and others.
 *
 * Errors: `SLOWCAT_LLM_UNREACHABLE` when nothing answers, not in time, or the key is refused;
 * `SLOWCAT_MODEL_UNKNOWN` when the server lacks the model; `SLOWCAT_ENGINE_FAILED` when an answer fails or
 * breaks off; `SLOWCAT_ENGINE_CLOSED`. A failed request is not repeated: by then the moment to speak is gone.
 */
export class OpenAiChat implements LanguageModel {
  readonly info: EngineInfo;
  readonly contextTokens: number;
  readonly #options: Required<Omit<OpenAiChatOptions, 'apiKey'>> & { readonly apiKey: string | undefined };
  readonly #address: string;
  readonly #closing = new AbortController();
  readonly #client: OpenAI;
  #count: CountTokens = (text) => Math.ceil(text.length / charactersPerToken);
  #warming: Promise<void> | undefined;
  /** Models behind servers are mostly large; one that knows no functions says so. */
  readonly usesToolsWell = true;
  #refusesTools = false;

  /** @throws `SLOWCAT_CONFIG_INVALID` when `baseUrl` is no http address */
  constructor(options: OpenAiChatOptions) {
    this.#options = { ...defaultOpenAiChatOptions, apiKey: undefined, ...options };
    this.#address = addressOf(options.baseUrl);
    this.contextTokens = this.#options.contextTokens;
    this.#client = new OpenAI({
      baseURL: options.baseUrl,
      // The client insists on one; local servers do not look at it.
      apiKey: options.apiKey ?? 'none',
      timeout: this.#options.timeoutMs,
      maxRetries: 0,
      logLevel: 'off',
      organization: null,
      project: null,
    });
    this.info = { engine: 'openai', model: options.model, device: 'remote' };
  }

  /** Loads the tokenizer, and asks the server whether it is there and has the model. */
  async warmUp(): Promise<void> {
    this.#assertOpen();
    this.#warming ??= this.#warm().catch((error: unknown) => {
      // The server may be started in the meantime.
      this.#warming = undefined;
      throw error;
    });
    await this.#warming;
  }

  /**
   * An estimate, because the server's tokenizer is not known: OpenAI's o200k vocabulary after
   * {@link warmUp}, a quarter of the characters before.
   */
  countTokens(text: string): number {
    this.#assertOpen();
    return this.#count(text);
  }

  async *generate(
    messages: readonly ChatMessage[],
    options: GenerateOptions = {},
  ): AsyncGenerator<string, void> {
    for await (const part of this.#answer(messages, options)) if (part.type === 'text') yield part.text;
  }

  /**
   * A server that refuses the functions, as those do whose model knows none, is asked again without them, and from then
   * on only without; unless a call is to be forced.
   */
  async *generateWithTools(
    messages: readonly ChatMessage[],
    options: GenerateWithToolsOptions,
  ): AsyncGenerator<AnswerPart, void> {
    const { tools, toolChoice = 'auto' } = options;
    const isForced = toolChoice !== 'auto' && toolChoice !== 'none';
    if (this.#refusesTools && !isForced) {
      yield* this.#answer(plainMessages(messages), options);
      return;
    }
    const told = { refused: false };
    const request = { tools: tools.map(toolParam), tool_choice: toolChoiceParam(toolChoice) };
    try {
      yield* this.#answer(messages, options, request, () => (told.refused = true));
    } catch (error) {
      if (isForced || !told.refused) throw error;
      yield* this.#answer(plainMessages(messages), options);
      this.#refusesTools = true;
    }
  }

  async *#answer(
    messages: readonly ChatMessage[],
    options: GenerateOptions,
    withTools: Pick<ChatCompletionCreateParamsStreaming, 'tools' | 'tool_choice'> = {},
    onRefusal?: () => void,
  ): AsyncGenerator<AnswerPart, void> {
    this.#assertOpen();
    const patience = new PatienceTimer(this.#options.timeoutMs);
    const outer = [this.#closing.signal, ...(options.signal === undefined ? [] : [options.signal])];
    const signal = AbortSignal.any([...outer, patience.signal]);
    try {
      signal.throwIfAborted();
      const request: ChatCompletionCreateParamsStreaming = {
        model: this.#options.model,
        messages: messages.map(messageParam),
        temperature: this.#options.temperature,
        stream: true,
        ...(options.onUsage === undefined ? {} : { stream_options: { include_usage: true } }),
        ...withTools,
      };
      // OpenAI has renamed this one; the servers that run on one's own machine know the first name.
      Object.assign(request, { max_tokens: options.maxTokens ?? defaultMaxTokens });
      const stream = await this.#client.chat.completions.create(request, { signal });
      const deltas = new ToolCallDeltas();
      let finished = false;
      for await (const chunk of stream) {
        signal.throwIfAborted();
        // The last chunk of a server that counts; it has no choices.
        if (chunk.usage != null) options.onUsage?.(usageOf(chunk.usage));
        const choice = chunk.choices[0];
        finished ||= choice?.finish_reason != null;
        const called = choice?.delta.tool_calls ?? [];
        if (called.length > 0) {
          deltas.add(called);
          patience.stop();
          patience.start();
        }
        const piece = choice?.delta.content ?? '';
        if (piece === '') continue;
        patience.stop();
        yield { type: 'text', text: piece };
        signal.throwIfAborted();
        patience.start();
      }
      // The client takes the end of a connection, and its own abort, for the end of the answer.
      signal.throwIfAborted();
      if (!finished) throw new Error('the stream ended before the answer did');
      patience.stop();
      for (const call of deltas.calls()) {
        yield { type: 'tool-call', call };
        signal.throwIfAborted();
      }
    } catch (error) {
      for (const { aborted, reason } of outer) if (aborted) throw reason;
      if (patience.signal.aborted) throw this.#late();
      if (error instanceof APIError && refusals.has(error.status as number | undefined)) onRefusal?.();
      throw chatFailure(error, this.#address, this.#options.model);
    } finally {
      patience.stop();
    }
  }

  /** Cancels running requests. */
  close(): Promise<void> {
    this.#closing.abort(new SlowcatError('SLOWCAT_ENGINE_CLOSED', 'Create a new language model.'));
    return Promise.resolve();
  }

  async #warm(): Promise<void> {
    // 2 MB of vocabulary: loaded here, off the path of an answer.
    const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
    this.#count = (text) => countTokens(text);
    const listed = await this.#listModels();
    if (listed !== undefined && !listed.some((name) => sameModel(name, this.#options.model))) {
      throw new SlowcatError(
        'SLOWCAT_MODEL_UNKNOWN',
        `${this.#address} does not have the model ${this.#options.model}. It has: ` +
          `${listed.length === 0 ? 'none' : listed.join(', ')}. Load it there, or name one of these.`,
      );
    }
  }

  /** Model names, or `undefined` where the server keeps no list. */
  async #listModels(): Promise<string[] | undefined> {
    try {
      const page = await this.#client.models.list({ signal: this.#closing.signal });
      return page.data.map(({ id }) => id);
    } catch (error) {
      this.#assertOpen();
      const failure = chatFailure(error, this.#address, this.#options.model);
      if (failure.code === 'SLOWCAT_MODEL_UNKNOWN') return undefined;
      throw failure;
    }
  }

  #late(): SlowcatError {
    return new SlowcatError(
      'SLOWCAT_LLM_UNREACHABLE',
      `${this.#address} sent nothing for ${this.#options.timeoutMs} ms. Use a faster model, or set a longer timeoutMs.`,
    );
  }

  #assertOpen(): void {
    this.#closing.signal.throwIfAborted();
  }
}

function usageOf(usage: CompletionUsage): TokenUsage {
  const cached = usage.prompt_tokens_details?.cached_tokens;
  return {
    promptTokens: usage.prompt_tokens,
    completionTokens: usage.completion_tokens,
    ...(cached === undefined ? {} : { cachedPromptTokens: cached }),
  };
}

/** Ollama lists `name:latest` and takes `name`. */
function sameModel(listed: string, asked: string): boolean {
  return listed === asked || listed === `${asked}:latest`;
}

/** The address as a message may show it: without user name, password and query. */
function addressOf(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new SlowcatError(
      'SLOWCAT_CONFIG_INVALID',
      'The language model server needs an address such as http://127.0.0.1:11434/v1.',
    );
  }
  return `${url.origin}${url.pathname.replace(/\/$/, '')}`;
}
