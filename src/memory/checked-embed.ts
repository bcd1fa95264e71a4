import { setTimeout } from 'node:timers/promises';

import type { Embed } from './options.js';
import { dimensions } from './vectors/kernel.js';

/** A model that has not answered by then has hung. What is asked next gets a new try. */
export const embedTimeoutMs = 30_000;
/** Rounding, and models that work with half the bits. */
const mostOffUnit = 0.05;

/**
 * An embedder whose promise is as good as its word: it rejects when the one it wraps throws, hangs, or gives other than
 * one unit vector of the right size for each text.
 *
 * @param after resolves when the time is up. @defaultValue a timer that keeps no process alive
 */
export function checkedEmbed(
  embed: Embed,
  after: (ms: number, signal: AbortSignal) => Promise<unknown> = (ms, signal) =>
    setTimeout(ms, undefined, { signal, ref: false }),
): Embed {
  return async (texts) => {
    const over = new AbortController();
    const hung = after(embedTimeoutMs, over.signal).then(() => {
      throw new Error('The embedder does not answer.');
    });
    // Aborted when there is an answer.
    hung.catch(() => undefined);
    try {
      const vectors = await Promise.race([embed(texts), hung]);
      if (vectors.length !== texts.length || !vectors.every(isUnit))
        throw new RangeError('The embedder does not give one unit vector for each text.');
      return vectors;
    } finally {
      over.abort();
    }
  };
}

function isUnit(vector: Float32Array): boolean {
  if (vector.length !== dimensions) return false;
  let square = 0;
  for (const value of vector) square += value * value;
  return Math.abs(square - 1) <= mostOffUnit;
}
