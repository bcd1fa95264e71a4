/**
 * What processors know of engines. Processors import these types and never an engine, so that any engine
 * (local, remote or scripted) fits, and all of them pass the same conformance tests.
 */

/** What an engine is made of, for start-up lines, `/health` and metrics. */
export interface EngineInfo {
  /** Engine name, e.g. `whisper`, `llama`, `kokoro`, `silero`, `smart-turn`, `minilm`, `openai`, `fake`. */
  readonly engine: string;
  /** Model id as in `models/catalog.json`, or the remote model's name. */
  readonly model: string;
  /** Where it computes. */
  readonly device: 'cpu' | 'metal' | 'cuda' | 'vulkan' | 'remote';
}

/** Common life cycle. An engine is shared by every session; it owns native memory and must be closed. */
export interface Engine {
  readonly info: EngineInfo;
  /** Loads weights and runs once, so that the first real call is as fast as the next. Idempotent. */
  warmUp(): Promise<void>;
  /** Releases everything. Idempotent; later calls reject with `SLOWCAT_ENGINE_CLOSED`. */
  close(): Promise<void>;
}

export interface TranscribeOptions {
  /** Words likely to be heard (names the user has said, text just before), at most about 200 characters. */
  readonly prompt?: string;
  /** Aborting rejects with the signal's reason; what is computed by then is thrown away. */
  readonly signal?: AbortSignal;
}

export interface Transcript {
  /** What was said, trimmed. Empty when nothing was (silence, noise, music, known hallucinations). */
  readonly text: string;
  /** Mean token probability, 0..1. */
  readonly confidence: number;
}

/** Turns one segment of speech into text. Calls may overlap; the engine queues them. */
export interface SpeechToText extends Engine {
  /** @param pcm16k mono, 16 kHz, -1..1, any length (empty gives empty text) */
  transcribe(pcm16k: Float32Array, options?: TranscribeOptions): Promise<Transcript>;
}

/** A call of a function, as a model asks for it. */
export interface ToolCall {
  /** Unique within a conversation. */
  readonly id: string;
  readonly name: string;
  /** JSON text as the model wrote it: it may be invalid, and fit no schema. */
  readonly arguments: string;
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
  /** Calls that a message of the assistant asks for; each is answered by a message of the role `tool`. */
  readonly toolCalls?: readonly ToolCall[];
  /** Which call a message of the role `tool` answers. */
  readonly toolCallId?: string;
}

/** A function that a model may call. */
export interface ToolDefinition {
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  /** When to call it, for the model. */
  readonly description: string;
  /** JSON schema of the arguments, an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Whether the model calls: as it likes, never, something in any case, or this one in any case. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

/** A piece of an answer that may call functions. */
export type AnswerPart =
  { readonly type: 'text'; readonly text: string } | { readonly type: 'tool-call'; readonly call: ToolCall };

/** What one answer took, in tokens of the model's own. */
export interface TokenUsage {
  /** The whole prompt, with what a cache saved. */
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of the prompt, what a cache saved from being computed; absent where that is not known. */
  readonly cachedPromptTokens?: number;
}

export interface GenerateOptions {
  /** Most tokens to produce. @defaultValue 256 */
  readonly maxTokens?: number;
  /** Told once, before the stream ends, what the answer took; not told by engines that do not know. */
  readonly onUsage?: (usage: TokenUsage) => void;
  /** Aborting ends the stream by throwing the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface GenerateWithToolsOptions extends GenerateOptions {
  /** Told to the model at the front of the prompt, so the same list in the same order keeps its caches. */
  readonly tools: readonly ToolDefinition[];
  /** @defaultValue 'auto' */
  readonly toolChoice?: ToolChoice;
}

/** Stateless: an answer depends only on the messages. Caches may make it faster, never different. */
export interface LanguageModel extends Engine {
  /** The largest prompt plus answer, in tokens. */
  readonly contextTokens: number;
  /** Streams the answer piece by piece, spaces included. Calls may overlap. */
  generate(messages: readonly ChatMessage[], options?: GenerateOptions): AsyncIterable<string>;
  /**
   * The same for an answer that may call functions: text as it comes, and each call when it is whole. The names
   * of calls are those of `tools` where the engine can hold the model to it; callers check. Absent on models
   * that cannot.
   */
  generateWithTools?(
    messages: readonly ChatMessage[],
    options: GenerateWithToolsOptions,
  ): AsyncIterable<AnswerPart>;
  /** True when the model is large enough to be told of functions without being asked to. @defaultValue false */
  readonly usesToolsWell?: boolean;
  /** Tokens of a text by the model's own tokenizer (an estimate for remote models). */
  countTokens(text: string): number;
}

export interface SynthesizeOptions {
  /** A name out of `voices`. @defaultValue the engine's first voice */
  readonly voice?: string;
  /** 0.5 .. 2. @defaultValue 1 */
  readonly speed?: number;
  readonly signal?: AbortSignal;
}

export interface SpeechChunk {
  /** Mono, -1..1. */
  readonly pcm: Float32Array;
  readonly sampleRateHz: number;
  /** The part of the text that this chunk speaks. */
  readonly text: string;
}

/** Speaks text. Calls may overlap; the engine queues them. */
export interface TextToSpeech extends Engine {
  readonly sampleRateHz: number;
  readonly voices: readonly string[];
  synthesize(text: string, options?: SynthesizeOptions): AsyncIterable<SpeechChunk>;
}

/** The state of one audio stream; many share one model. */
export interface VoiceActivityStream {
  /** @param window exactly 512 samples, 16 kHz, -1..1. @returns speech probability 0..1 */
  push(window: Float32Array): Promise<number>;
  /** Forgets the stream so far. */
  reset(): void;
}

export interface VoiceActivity extends Engine {
  createStream(): VoiceActivityStream;
}

export interface PredictTurnEndOptions {
  /** Aborting rejects with the signal's reason; what is computed by then is thrown away. */
  readonly signal?: AbortSignal;
}

/** Hears whether a speaker who is silent has finished, or only thinks. Calls may overlap; the engine queues them. */
export interface TurnEnd extends Engine {
  /**
   * @param pcm16k the turn so far with the silence behind it, mono, 16 kHz, -1..1, any length; the last 8 s count
   * @returns probability 0..1 that the speaker has finished
   */
  predict(pcm16k: Float32Array, options?: PredictTurnEndOptions): Promise<number>;
}

/** Turns texts into unit vectors whose dot product is their similarity. */
export interface Embedder extends Engine {
  readonly dimensions: number;
  embed(texts: readonly string[]): Promise<Float32Array[]>;
}
