import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Embedder } from '../interfaces.js';

/** Similarity of unit vectors. */
export function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
}

/** What every {@link Embedder} must do. */
export function embedderConformance(name: string, make: () => Embedder | Promise<Embedder>): void {
  describe(`${name} as an Embedder`, () => {
    let engine: Embedder;
    beforeAll(async () => {
      engine = await make();
      await engine.warmUp();
      await engine.warmUp();
    });
    afterAll(() => engine.close());

    const one = async (text: string): Promise<Float32Array> => {
      const [vector] = await engine.embed([text]);
      return vector ?? new Float32Array(0);
    };

    it('says what it is', () => {
      expect(engine.info.engine).not.toBe('');
      expect(engine.info.model).not.toBe('');
      expect(engine.dimensions).toBeGreaterThan(0);
    });

    it('gives unit vectors of its size, also for odd texts', async () => {
      const texts = [
        'My dog is called Potola.',
        '',
        ' ',
        '🙂',
        'x'.repeat(5000),
        'word '.repeat(1000),
        '\u0000',
      ];
      const vectors = await engine.embed(texts);
      expect(vectors.length).toBe(texts.length);
      for (const vector of vectors) {
        expect(vector.length).toBe(engine.dimensions);
        expect(dot(vector, vector)).toBeCloseTo(1, 3);
      }
    });

    it('gives nothing for nothing', async () => {
      expect(await engine.embed([])).toEqual([]);
    });

    it('keeps the order of its texts, whatever their lengths and number', async () => {
      const texts = Array.from(
        { length: 40 },
        (_, i) => `${'very '.repeat((i * 7) % 11)}good dog number ${i}`,
      );
      const together = await engine.embed(texts);
      for (const i of [0, 13, 39]) {
        const alone = await one(texts[i] ?? '');
        // Quantized models scale by batch, so not the last digit is compared.
        expect(dot(together[i] ?? new Float32Array(0), alone)).toBeGreaterThan(0.97);
      }
    });

    it('finds what belongs together', async () => {
      const question = await one("What is my dog's name?");
      const [answer, other] = [
        await one("My dog's name is Potola."),
        await one('Trains leave at noon from Lisbon'),
      ];
      expect(dot(question, answer)).toBeGreaterThan(dot(question, other) + 0.2);
    });

    it('answers the same again, also to calls that overlap', async () => {
      const [a, b] = await Promise.all([one('The sea is blue.'), one('The sea is blue.')]);
      expect(dot(a, b)).toBeCloseTo(1, 4);
    });

    it('is closed for good, as often as one likes', async () => {
      await Promise.all([engine.close(), engine.close()]);
      await expect(engine.embed(['Hello.'])).rejects.toMatchObject({ code: 'SLOWCAT_ENGINE_CLOSED' });
      await expect(engine.warmUp()).rejects.toMatchObject({ code: 'SLOWCAT_ENGINE_CLOSED' });
    });
  });
}
