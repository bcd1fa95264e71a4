import { Llama } from './llama.js';
import { openNodeRuntime } from './node-runtime.js';
import type { LlamaOptions } from './options.js';

export type { Llama } from './llama.js';
export { defaultLlamaOptions, type LlamaCallStats, type LlamaOptions } from './options.js';

/** A language model in this process. Loads on {@link Llama.warmUp} or on the first call. */
export function createLlama(options: LlamaOptions): Llama {
  return new Llama(options, () => openNodeRuntime(options));
}
