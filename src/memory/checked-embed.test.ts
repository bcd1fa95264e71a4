import { describe, expect, it } from 'vitest';

import { checkedEmbed, type Schedule } from './checked-embed.js';
import type { Embed } from './options.js';

const unit = new Float32Array(384).fill(384 ** -0.5);
const never: Schedule = () => () => undefined;

describe('an embedder that is checked', () => {
  it('gives what it gets', async () => {
    const vectors = [unit, unit];
    expect(await checkedEmbed(() => Promise.resolve(vectors))(['a', 'b'])).toBe(vectors);
  });

  it.each<[string, Embed]>([
    [
      'throws at once',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['gives too few', () => Promise.resolve([])],
    ['gives short ones', () => Promise.resolve([new Float32Array([1])])],
    ['gives NaN', () => Promise.resolve([new Float32Array(384).fill(NaN)])],
    ['gives zeros', () => Promise.resolve([new Float32Array(384)])],
    ['gives long ones', () => Promise.resolve([unit.map((value) => 2 * value)])],
  ])('rejects when it %s', async (_what, embed) => {
    await expect(checkedEmbed(embed, never)(['a'])).rejects.toThrow(/broken|unit vector/);
  });

  it('rejects when it hangs, and stops the timer when it does not', async () => {
    const hung = checkedEmbed(
      () => new Promise(() => undefined),
      (_ms, onOver) => {
        queueMicrotask(onOver);
        return () => undefined;
      },
    );
    await expect(hung(['a'])).rejects.toThrow('does not answer');
    let stopped = 0;
    const quick = checkedEmbed(
      () => Promise.resolve([unit]),
      () => () => {
        stopped++;
      },
    );
    await quick(['a']);
    await Promise.resolve();
    expect(stopped).toBe(1);
  });
});
