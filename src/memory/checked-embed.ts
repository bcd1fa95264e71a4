import type { Embed } from './options.js';
import { dimensions } from './vectors/kernel.js';

/** A model that has not answered by then has hung. What is asked next gets a new try. */
export const embedTimeoutMs = 30_000;
/** Rounding, and models that work with half the bits. */
const mostOffUnit = 0.05;

/** Calls back when the time is up, unless what it returns is called before. */
export type Schedule = (ms: number, onOver: () => void) => () => void;

/** A timer that keeps no process alive. */
const timer: Schedule = (ms, onOver) => {
  const handle = setTimeout(onOver, ms).unref();
  return () => clearTimeout(handle);
};

/**
 * An embedder whose promise is as good as its word: it rejects when the one it wraps throws, hangs, or gives other than
 * one unit vector of the right size for each text.
 */
export function checkedEmbed(embed: Embed, schedule: Schedule = timer): Embed {
  return (texts) =>
    new Promise((resolve, reject) => {
      const cancel = schedule(embedTimeoutMs, () => reject(new Error('The embedder does not answer.')));
      const answered = async (): Promise<readonly Float32Array[]> => {
        const vectors = await embed(texts);
        if (vectors.length !== texts.length || !vectors.every(isUnit))
          throw new RangeError('The embedder does not give one unit vector for each text.');
        return vectors;
      };
      void answered().then(resolve, reject).finally(cancel);
    });
}

function isUnit(vector: Float32Array): boolean {
  if (vector.length !== dimensions) return false;
  let square = 0;
  for (const value of vector) square += value * value;
  return Math.abs(square - 1) <= mostOffUnit;
}
