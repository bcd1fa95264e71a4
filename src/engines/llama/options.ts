import type { SlotSampling } from './runtime.js';

/** What one call cost. Carries figures only, never words. */
export interface LlamaCallStats {
  /** Tokens of the whole prompt. */
  readonly promptTokens: number;
  /** Tokens whose keys and values were already in the cache. */
  readonly cachedTokens: number;
  /** Tokens evaluated before the first answer token. */
  readonly evaluatedTokens: number;
  /** Tokens of the answer. */
  readonly generatedTokens: number;
  /** Wait for a free sequence. */
  readonly queuedMs: number;
  /** From the call to the first piece of text; `undefined` when none came. */
  readonly ttfbMs: number | undefined;
  /** From the call to its end. */
  readonly totalMs: number;
  readonly endedBy: 'end-of-turn' | 'max-tokens' | 'context-full' | 'abort' | 'error';
}

export interface LlamaOptions {
  /** Path of the GGUF model file. */
  readonly modelPath: string;
  /** Path of a GGUF LoRA adapter trained on that very model. @defaultValue none */
  readonly adapterPath?: string;
  /** Name for start-up lines and metrics. @defaultValue the file's name without `.gguf` */
  readonly modelId?: string;
  /** Where to compute: the best found, or the processor only. @defaultValue 'auto' */
  readonly gpu?: 'auto' | 'metal' | 'cuda' | 'vulkan' | false;
  /** Prompts that can be held in the cache, and answers that can be generated, at once. @defaultValue 4 */
  readonly sequences?: number;
  /** Largest prompt plus answer of one call, in tokens; clipped to what the model was trained on. @defaultValue 4096 */
  readonly contextTokens?: number;
  /** 0 takes the likeliest token every time, so an answer never varies. @defaultValue 0 */
  readonly temperature?: number;
  /** Nucleus sampling, 0..1; only with a temperature. @defaultValue 0.95 */
  readonly topP?: number;
  /** Seed of the sampler; only with a temperature. @defaultValue 1 */
  readonly seed?: number;
  /** 1 is none; divides the odds of tokens among the last 64 of the answer. @defaultValue 1 */
  readonly repeatPenalty?: number;
  /** Threads for prompts and for answers; `'measured'` tries them at warm-up. @defaultValue 'measured' */
  readonly threads?: 'measured' | { readonly prompt: number; readonly answer: number };
  /** JSON file that keeps the measured threads, so that the next start need not measure. @defaultValue none */
  readonly tuningFile?: string;
  /** Called once after every call of `generate`. @defaultValue none */
  readonly onStats?: (stats: LlamaCallStats) => void;
  /** Called with llama.cpp's own warnings and errors. @defaultValue they are dropped */
  readonly onLog?: (level: string, message: string) => void;
  /** Monotonic clock in milliseconds. @defaultValue performance.now */
  readonly now?: () => number;
}

export const defaultLlamaOptions = {
  gpu: 'auto',
  sequences: 4,
  contextTokens: 4096,
  temperature: 0,
  topP: 0.95,
  seed: 1,
  repeatPenalty: 1,
  threads: 'measured',
} as const satisfies Partial<LlamaOptions>;

/** The sampler's settings out of the engine's. */
export function samplingOf(options: LlamaOptions): SlotSampling {
  return {
    temperature: options.temperature ?? defaultLlamaOptions.temperature,
    topP: options.topP ?? defaultLlamaOptions.topP,
    seed: options.seed ?? defaultLlamaOptions.seed,
    repeatPenalty: options.repeatPenalty ?? defaultLlamaOptions.repeatPenalty,
  };
}
