import { basename } from 'node:path';
import { SlowcatError } from '../../errors.js';
import type {
  AnswerPart,
  ChatMessage,
  EngineInfo,
  GenerateOptions,
  GenerateWithToolsOptions,
  LanguageModel,
  ToolChoice,
  ToolDefinition,
} from '../interfaces.js';
import { callTag, plainMessages } from '../tool-text.js';
import { abortable } from './abortable.js';
import { CallScanner } from './call-scanner.js';
import { callSchema } from './call-schema.js';
import { callOf, isWholeCall } from './call-text.js';
import { defaultLlamaOptions, samplingOf, type LlamaCallStats, type LlamaOptions } from './options.js';
import { chunkEnds, chunksFrom } from './prompt-chunks.js';
import type { AnswerGrammar, LlamaRuntime } from './runtime.js';
import { Seats } from './seats.js';
import { stableTokens } from './slot-choice.js';
import { TokenText } from './token-text.js';

/** As in `GenerateOptions.maxTokens`. */
const defaultMaxTokens = 256;
/** What stands before the JSON of a call. */
const callOpening = `${callTag.open}\n`;
/** Tokens for that, in any vocabulary. */
const callRoomTokens = 16;
/** A billion parameters at 4 bits and a bit. */
const toolModelBytes = 700_000_000;
/** So many lists of functions keep their grammar. */
const maxGrammars = 16;

interface Opened {
  readonly runtime: LlamaRuntime;
  readonly seats: Seats;
}

/**
 * A language model in this process. Stateless for its callers: each call carries its whole conversation, and
 * what earlier calls left in the cache makes it faster, never different.
 *
 * Errors: `SLOWCAT_MODEL_MISSING` and `SLOWCAT_MODEL_FORMAT` from loading, `SLOWCAT_PROMPT_TOO_LONG` when a
 * prompt leaves no room for an answer, `SLOWCAT_ENGINE_FAILED` when llama.cpp fails, `SLOWCAT_ENGINE_CLOSED`.
 */
export class Llama implements LanguageModel {
  readonly #options: LlamaOptions;
  readonly #openRuntime: () => Promise<LlamaRuntime>;
  readonly #now: () => number;
  readonly #closing = new AbortController();
  #opening: Promise<Opened> | undefined;
  #opened: Opened | undefined;
  #closed: Promise<void> | undefined;
  readonly #grammars = new Map<string, Promise<AnswerGrammar>>();
  #calls = 0;

  /** @internal Use `createLlama`; tests pass a runtime of their own. */
  constructor(options: LlamaOptions, openRuntime: () => Promise<LlamaRuntime>) {
    this.#options = options;
    this.#openRuntime = openRuntime;
    this.#now = options.now ?? (() => performance.now());
  }

  /** The device is known after {@link warmUp}; it reads `cpu` before. */
  get info(): EngineInfo {
    return {
      engine: 'llama',
      model: this.#options.modelId ?? basename(this.#options.modelPath, '.gguf'),
      device: this.#opened?.runtime.device ?? 'cpu',
    };
  }

  /** The asked-for size before {@link warmUp}, the real one after. */
  get contextTokens(): number {
    const asked = this.#options.contextTokens ?? defaultLlamaOptions.contextTokens;
    return this.#opened?.runtime.contextTokens ?? asked;
  }

  async warmUp(): Promise<void> {
    await this.#open();
  }

  /** @throws `SLOWCAT_NOT_READY` before {@link warmUp}, because the model's tokenizer is not loaded yet */
  countTokens(text: string): number {
    this.#assertOpen();
    if (this.#opened === undefined) {
      throw new SlowcatError(
        'SLOWCAT_NOT_READY',
        'Await warmUp() of the language model before counting tokens.',
      );
    }
    return this.#opened.runtime.countTokens(text);
  }

  async *generate(
    messages: readonly ChatMessage[],
    options: GenerateOptions = {},
  ): AsyncGenerator<string, void> {
    for await (const part of this.#answer(messages, options)) if (part.type === 'text') yield part.text;
  }

  /**
   * One call at most in an answer, behind its text if there is any; the next may come when its result is known. From
   * its first sign on, a grammar holds the model to a call of one of the functions, with arguments of their form.
   */
  async *generateWithTools(
    messages: readonly ChatMessage[],
    options: GenerateWithToolsOptions,
  ): AsyncGenerator<AnswerPart, void> {
    const { tools, toolChoice = 'auto' } = options;
    yield* this.#answer(plainMessages(messages, tools), options, { tools, choice: toolChoice });
  }

  /** Known after {@link warmUp}: models of a billion parameters and more (at 4 bits) call when they should, mostly. */
  get usesToolsWell(): boolean {
    return (this.#opened?.runtime.modelBytes ?? 0) >= toolModelBytes;
  }

  async *#answer(
    messages: readonly ChatMessage[],
    options: GenerateOptions,
    calling?: { readonly tools: readonly ToolDefinition[]; readonly choice: ToolChoice },
  ): AsyncGenerator<AnswerPart, void> {
    const startedAt = this.#now();
    const signal = this.#signalOf(options.signal);
    const { runtime, seats } = await abortable(this.#open(), signal);
    const prompt = await abortable(runtime.encode(messages, true), signal);
    const room = runtime.contextTokens - prompt.length - (calling === undefined ? 0 : callRoomTokens);
    if (room < 1) throw tooLong(prompt.length, runtime.contextTokens);
    const limit = Math.min(options.maxTokens ?? defaultMaxTokens, room);
    const grammar =
      calling === undefined || calling.choice === 'none'
        ? undefined
        : await abortable(this.#grammarOf(runtime, calling.tools, calling.choice), signal);
    const isForced = grammar !== undefined && calling?.choice !== 'auto';

    const ends = chunkEnds(prompt, (token) => runtime.endsTurn(token));
    const stable = stableTokens(prompt, (token) => runtime.endsTurn(token));
    const lease = await seats.take(prompt, ends, signal);
    const queuedMs = this.#now() - startedAt;
    const sampling = samplingOf(this.#options);
    let heldTokens = lease.cachedTokens;
    let generatedTokens = 0;
    let ttfbMs: number | undefined;
    let endedBy: LlamaCallStats['endedBy'] = 'abort';
    const answer = { close: (): Promise<unknown> => Promise.resolve() };
    const textPart = (text: string): AnswerPart => {
      ttfbMs ??= this.#now() - startedAt;
      return { type: 'text', text };
    };
    const pieces = async function* (tokens: AsyncGenerator<number, void>): AsyncGenerator<string, void> {
      answer.close = () => tokens.return();
      const text = new TokenText((some, before) => runtime.decode(some, before));
      while (generatedTokens < limit) {
        const next = await lease.run(() => tokens.next(), signal);
        heldTokens = prompt.length;
        if (next.done === true || runtime.endsAnswer(next.value)) {
          endedBy = 'end-of-turn';
          break;
        }
        generatedTokens += 1;
        const piece = text.push(next.value);
        if (piece !== '') yield piece;
        signal.throwIfAborted();
      }
      const rest = text.end();
      if (rest !== '') yield rest;
      if (endedBy !== 'end-of-turn') endedBy = limit === room ? 'context-full' : 'max-tokens';
    };

    try {
      await lease.run(() => lease.slot.keep(lease.cachedTokens), signal);
      const chunks = chunksFrom(prompt, lease.cachedTokens, ends);
      for (const chunk of chunks.slice(0, -1)) {
        await lease.run(() => lease.slot.evaluate(chunk), signal);
        heldTokens += chunk.length;
      }
      let opening = chunks.at(-1) ?? [];
      let calls = isForced;
      if (isForced) opening = [...opening, ...runtime.encodeText(callOpening)];
      else {
        const scanner = calling && new CallScanner();
        for await (const piece of pieces(lease.slot.answer(opening, sampling))) {
          const text = scanner?.push(piece) ?? piece;
          if (text !== '') yield textPart(text);
          if (scanner?.called === true) break;
        }
        const rest = scanner?.end() ?? '';
        if (rest !== '') yield textPart(rest);
        calls = scanner?.called === true && grammar !== undefined;
        if (calls) {
          // Once more from the end of the prompt, with the beginning of the call cut into tokens as always.
          await lease.run(() => answer.close(), signal);
          await lease.run(() => lease.slot.keep(prompt.length), signal);
          opening = runtime.encodeText(`${scanner?.shown ?? ''}${callOpening}`);
        }
      }
      if (calls) {
        let text = '';
        for await (const piece of pieces(lease.slot.answer(opening, sampling, grammar))) {
          text += piece;
          if (isWholeCall(text)) break;
        }
        if (isWholeCall(text)) endedBy = 'end-of-turn';
        this.#calls += 1;
        const call = callOf(text, `call-${this.#calls}`);
        ttfbMs ??= this.#now() - startedAt;
        if (call !== undefined) yield { type: 'tool-call', call };
      }
      options.onUsage?.({
        promptTokens: prompt.length,
        completionTokens: generatedTokens,
        cachedPromptTokens: lease.cachedTokens,
      });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      endedBy = 'error';
      // What the cache holds after a failure is not known.
      heldTokens = 0;
      throw failed(error);
    } finally {
      void lease.run(() => answer.close(), new AbortController().signal).catch(() => undefined);
      lease.release(prompt.slice(0, heldTokens), Math.min(stable, heldTokens));
      this.#options.onStats?.({
        promptTokens: prompt.length,
        cachedTokens: lease.cachedTokens,
        evaluatedTokens: prompt.length - lease.cachedTokens,
        generatedTokens,
        queuedMs,
        ttfbMs,
        totalMs: this.#now() - startedAt,
        endedBy,
      });
    }
  }

  /**
   * Evaluates the head of a conversation before its next question is known, for instance while the user still
   * speaks, so that less is left to do when it is. Only speed depends on it. Does nothing when every sequence
   * is at work.
   */
  async prefill(
    messages: readonly ChatMessage[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const signal = this.#signalOf(options.signal);
    const { runtime, seats } = await abortable(this.#open(), signal);
    const tokens = await abortable(runtime.encode(messages, false), signal);
    const ends = chunkEnds(tokens, (token) => runtime.endsTurn(token));
    const head = tokens.slice(0, ends.at(-1) ?? 0);
    if (head.length === 0 || head.length >= runtime.contextTokens || !seats.free) return;

    // A token that stands for the question to come, so that all of the head may be taken from the cache.
    const prompt = [...head, -1];
    const lease = await seats.take(prompt, ends, signal);
    let heldTokens = lease.cachedTokens;
    try {
      if (heldTokens === head.length) return;
      await lease.run(() => lease.slot.keep(lease.cachedTokens), signal);
      for (const chunk of chunksFrom(head, lease.cachedTokens, ends)) {
        await lease.run(() => lease.slot.evaluate(chunk), signal);
        heldTokens += chunk.length;
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      heldTokens = 0;
      throw failed(error);
    } finally {
      lease.release(head.slice(0, heldTokens), heldTokens);
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  async #shutDown(): Promise<void> {
    const reason = closedError();
    this.#closing.abort(reason);
    const opened = await this.#opening?.catch(() => undefined);
    await opened?.seats.close(reason);
    await opened?.runtime.close();
  }

  #open(): Promise<Opened> {
    this.#assertOpen();
    this.#opening ??= this.#openRuntime().then(
      (runtime) => {
        this.#opened = { runtime, seats: new Seats(runtime.slots) };
        return this.#opened;
      },
      (error: unknown) => {
        // The next call may find the missing file in place.
        this.#opening = undefined;
        throw error;
      },
    );
    return this.#opening;
  }

  #grammarOf(
    runtime: LlamaRuntime,
    tools: readonly ToolDefinition[],
    choice: ToolChoice,
  ): Promise<AnswerGrammar> {
    const schema = callSchema(tools, choice);
    const key = JSON.stringify(schema);
    let grammar = this.#grammars.get(key);
    if (grammar === undefined) {
      if (this.#grammars.size >= maxGrammars) this.#grammars.clear();
      grammar = runtime.grammar(schema).catch((error: unknown) => {
        this.#grammars.delete(key);
        throw failed(error);
      });
      this.#grammars.set(key, grammar);
    }
    return grammar;
  }

  #signalOf(signal: AbortSignal | undefined): AbortSignal {
    this.#assertOpen();
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw closedError();
  }
}

function closedError(): SlowcatError {
  return new SlowcatError('SLOWCAT_ENGINE_CLOSED', 'Create a new language model.');
}

function tooLong(promptTokens: number, contextTokens: number): SlowcatError {
  return new SlowcatError(
    'SLOWCAT_PROMPT_TOO_LONG',
    `It has ${promptTokens} tokens and the context holds ${contextTokens}, answer included. ` +
      'Send less history, or set a larger contextTokens.',
  );
}

function failed(error: unknown): SlowcatError {
  if (SlowcatError.isInstance(error)) return error;
  return new SlowcatError('SLOWCAT_ENGINE_FAILED', 'llama.cpp could not evaluate the prompt.', {
    cause: error,
  });
}
