import type {
  AnswerPart,
  ChatMessage,
  EngineInfo,
  GenerateOptions,
  GenerateWithToolsOptions,
  LanguageModel,
  ToolCall,
} from '../engines/interfaces.js';
import { SlowcatError } from '../errors.js';

/** A call that the fake asks for. */
export interface FakeToolCall {
  readonly name: string;
  /** A value is written as JSON; a text stands as it is, also when it is none. @defaultValue '{}' */
  readonly arguments?: string | Readonly<Record<string, unknown>>;
  /** @defaultValue `call-1` and so on */
  readonly id?: string;
}

/** An answer that calls functions, behind a text if there is one. Without functions to call, the text is all. */
export interface FakeToolAnswer {
  readonly text?: string;
  readonly toolCalls: readonly FakeToolCall[];
}

export type FakeAnswer = string | Error | FakeToolAnswer;

export interface FakeLanguageModelOptions {
  /** The whole answer to a conversation, or an error that the call rejects with. */
  readonly answer: (messages: readonly ChatMessage[], options?: GenerateWithToolsOptions) => FakeAnswer;
  /** Waits before the given piece; a virtual clock's sleep, for instance. @defaultValue no wait */
  readonly beforePiece?: (piece: number) => Promise<void>;
  /** Largest prompt plus answer. @defaultValue 4096 */
  readonly contextTokens?: number;
}

export const defaultFakeLanguageModelOptions = {
  beforePiece: () => Promise.resolve(),
  contextTokens: 4096,
} as const satisfies Partial<FakeLanguageModelOptions>;

/** A word with the space before it: what the fake calls a token. */
const piecePattern = /\s*\S+\s*$|\s*\S+/gu;

const piecesOf = (text: string): string[] => text.match(piecePattern) ?? (text === '' ? [] : [text]);

/**
 * A language model that answers from a script, word by word, as fast as it is told to. Behaves like the real
 * ones in everything else: aborts, token limits, prompts that are too long, life after `close()`.
 */
export class FakeLanguageModel implements LanguageModel {
  readonly info: EngineInfo = { engine: 'fake', model: 'scripted', device: 'cpu' };
  readonly contextTokens: number;
  /** Every conversation it was asked with, oldest first. */
  readonly calls: (readonly ChatMessage[])[] = [];
  readonly usesToolsWell = true;
  readonly #options: FakeLanguageModelOptions;
  #calls = 0;
  readonly #closing = new AbortController();

  constructor(options: FakeLanguageModelOptions) {
    this.#options = options;
    this.contextTokens = options.contextTokens ?? defaultFakeLanguageModelOptions.contextTokens;
  }

  warmUp(): Promise<void> {
    return this.#closing.signal.aborted
      ? Promise.reject(this.#closing.signal.reason as Error)
      : Promise.resolve();
  }

  countTokens(text: string): number {
    this.#closing.signal.throwIfAborted();
    return piecesOf(text).length;
  }

  async *generate(
    messages: readonly ChatMessage[],
    options: GenerateOptions = {},
  ): AsyncGenerator<string, void> {
    yield* this.#speak(messages, options, this.#options.answer.bind(undefined, messages, undefined));
  }

  async *generateWithTools(
    messages: readonly ChatMessage[],
    options: GenerateWithToolsOptions,
  ): AsyncGenerator<AnswerPart, void> {
    let answer: FakeAnswer = '';
    const text = this.#speak(messages, options, () => (answer = this.#options.answer(messages, options)));
    for await (const piece of text) yield { type: 'text', text: piece };
    if (options.toolChoice === 'none') return;
    for (const call of callsOf(answer)) {
      this.#calls += 1;
      const { name, id = `call-${this.#calls}`, arguments: args = {} } = call;
      const written: ToolCall = {
        id,
        name,
        arguments: typeof args === 'string' ? args : JSON.stringify(args),
      };
      yield { type: 'tool-call', call: written };
      options.signal?.throwIfAborted();
    }
  }

  async *#speak(
    messages: readonly ChatMessage[],
    options: GenerateOptions,
    answerOf: () => FakeAnswer,
  ): AsyncGenerator<string, void> {
    const outer = options.signal === undefined ? [] : [options.signal];
    const signal = AbortSignal.any([this.#closing.signal, ...outer]);
    signal.throwIfAborted();
    const promptTokens = messages.reduce((sum, { content }) => sum + this.countTokens(content), 0);
    const room = this.contextTokens - promptTokens;
    if (room < 1) {
      throw new SlowcatError(
        'SLOWCAT_PROMPT_TOO_LONG',
        `It has ${promptTokens} words, which leaves no room.`,
      );
    }
    this.calls.push([...messages]);
    const answer = answerOf();
    if (answer instanceof Error) throw answer;
    const wait = this.#options.beforePiece ?? defaultFakeLanguageModelOptions.beforePiece;
    const pieces = piecesOf(textOf(answer)).slice(0, Math.min(options.maxTokens ?? 256, room));
    for (const [index, piece] of pieces.entries()) {
      await untilAborted(wait(index), signal);
      yield piece;
      signal.throwIfAborted();
    }
    options.onUsage?.({ promptTokens, completionTokens: pieces.length });
  }

  close(): Promise<void> {
    this.#closing.abort(new SlowcatError('SLOWCAT_ENGINE_CLOSED', 'Create a new language model.'));
    return Promise.resolve();
  }
}

function textOf(answer: string | FakeToolAnswer): string {
  return typeof answer === 'string' ? answer : (answer.text ?? '');
}

function callsOf(answer: FakeAnswer): readonly FakeToolCall[] {
  return typeof answer === 'object' && 'toolCalls' in answer ? answer.toolCalls : [];
}

/** Waits no longer than the signal allows. */
async function untilAborted(waiting: Promise<void>, signal: AbortSignal): Promise<void> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    signal.throwIfAborted();
    await Promise.race([waiting, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}
