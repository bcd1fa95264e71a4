import { SlowcatError } from '../errors.js';
import type { Embedder } from '../engines/interfaces.js';

export interface FakeEmbedderOptions {
  /** @defaultValue 64 */
  readonly dimensions?: number;
  /** Awaited before each answer: a scripted delay, or a failure. @defaultValue at once */
  readonly beforeEmbed?: (texts: readonly string[]) => Promise<void>;
}

export const defaultFakeEmbedderOptions = {
  dimensions: 64,
  beforeEmbed: () => Promise.resolve(),
} as const satisfies FakeEmbedderOptions;

/** FNV-1a, 32 bits: spreads words evenly over the vector. */
function hash(word: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) value = Math.imul(value ^ word.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** An {@link Embedder} for which texts are alike as far as they share words. */
export function createFakeEmbedder(options: FakeEmbedderOptions = {}): Embedder {
  const { dimensions, beforeEmbed } = { ...defaultFakeEmbedderOptions, ...options };
  let closed = false;
  const checkOpen = (): void => {
    if (closed) throw new SlowcatError('SLOWCAT_ENGINE_CLOSED', 'Create another fake embedder.');
  };
  const embedOne = (text: string): Float32Array => {
    const vector = new Float32Array(dimensions);
    // A text without words needs a direction, too.
    const words = text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [''];
    for (const word of words) {
      const at = hash(word) % dimensions;
      vector[at] = (vector[at] ?? 0) + 1;
    }
    const length = Math.hypot(...vector);
    return vector.map((x) => x / length);
  };
  return {
    info: { engine: 'fake', model: 'shared-words', device: 'cpu' },
    dimensions,
    warmUp: () => Promise.resolve().then(checkOpen),
    embed: async (texts) => {
      checkOpen();
      await beforeEmbed(texts);
      checkOpen();
      return texts.map(embedOne);
    },
    close: () => {
      closed = true;
      return Promise.resolve();
    },
  };
}
