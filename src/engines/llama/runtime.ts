import type { ChatMessage, EngineInfo } from '../interfaces.js';
import type { GrammarSchema } from './call-schema.js';

/** A token id of the model's vocabulary. */
export type TokenId = number;

export interface SlotSampling {
  readonly temperature: number;
  readonly topP: number;
  readonly seed: number;
  readonly repeatPenalty: number;
}

/** Form that an answer is held to, made by the runtime that it is used with. */
export type AnswerGrammar = object;

/** One sequence of the key-value cache. Calls on one slot never overlap. */
export interface LlamaSlot {
  /** Cuts the cache down to its first `tokens` tokens. */
  keep(tokens: number): Promise<void>;
  /** Evaluates tokens as one batch of their own, behind what the cache holds. */
  evaluate(tokens: readonly TokenId[]): Promise<void>;
  /**
   * Evaluates tokens as one batch and goes on with the answer, token by token, until its consumer stops. With a
   * grammar, no token is chosen that it does not allow.
   */
  answer(
    tokens: readonly TokenId[],
    sampling: SlotSampling,
    grammar?: AnswerGrammar,
  ): AsyncGenerator<TokenId, void>;
}

/** Threads for the two phases of a call. Only speed depends on them. */
export interface LlamaThreads {
  readonly prompt: number;
  readonly answer: number;
}

/**
 * What the engine needs of llama.cpp: the seam between queueing, caching and streaming, which are ours, and
 * the native library.
 */
export interface LlamaRuntime {
  readonly device: EngineInfo['device'];
  readonly contextTokens: number;
  /** False where threads hardly matter because everything runs on an accelerator. */
  readonly threadsMatter: boolean;
  readonly slots: readonly LlamaSlot[];
  threads: LlamaThreads;
  /** Tokens of a conversation, up to where the assistant speaks next when `open`. */
  encode(messages: readonly ChatMessage[], open: boolean): Promise<TokenId[]>;
  countTokens(text: string): number;
  /** Tokens of a text in which nothing stands for more than its characters. */
  encodeText(text: string): TokenId[];
  /** A grammar that lets an answer be JSON of this form, and nothing else. */
  grammar(schema: GrammarSchema): Promise<AnswerGrammar>;
  /** Size of the model's weights. */
  readonly modelBytes: number;
  /** Text of tokens that follow `before`; incomplete characters come out as U+FFFD. */
  decode(tokens: readonly TokenId[], before: readonly TokenId[]): string;
  /** True for the tokens that end a turn, in prompts and in answers. */
  endsTurn(token: TokenId): boolean;
  /** True for the tokens that end an answer: those that end a turn, and those that open another. */
  endsAnswer(token: TokenId): boolean;
  close(): Promise<void>;
}
