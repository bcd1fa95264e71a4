import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TurnEnd } from '../interfaces.js';

/** A rising tone, so that every cut of it is another turn. */
function sweep(samples: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, n) => 0.3 * Math.sin(0.05 * n + n * n * 1e-6));
}

/** What every {@link TurnEnd} must do. */
export function turnEndConformance(name: string, make: () => TurnEnd | Promise<TurnEnd>): void {
  describe(`${name} as a TurnEnd`, () => {
    let engine: TurnEnd;
    beforeAll(async () => {
      engine = await make();
      await engine.warmUp();
      await engine.warmUp();
    });
    afterAll(() => engine.close());

    it('says what it is', () => {
      expect(engine.info.engine).not.toBe('');
      expect(engine.info.model).not.toBe('');
    });

    it.each([0, 1, 160, 16_000, 128_000, 200_000])('gives a probability for %i samples', async (samples) => {
      for (const turn of [sweep(samples), new Float32Array(samples)]) {
        const probability = await engine.predict(turn);
        expect(probability).toBeGreaterThanOrEqual(0);
        expect(probability).toBeLessThanOrEqual(1);
      }
    });

    it('looks at the last 8 s only', async () => {
      const long = sweep(200_000);
      expect(await engine.predict(long)).toBe(await engine.predict(long.slice(-128_000)));
    });

    it('answers calls that overlap as it answers them alone', async () => {
      const turns = [8_000, 40_000, 90_000].map(sweep);
      const alone: number[] = [];
      for (const turn of turns) alone.push(await engine.predict(turn));
      expect(await Promise.all(turns.map((turn) => engine.predict(turn)))).toEqual(alone);
    });

    it('lets the caller use its buffer again', async () => {
      const turn = sweep(32_000);
      const expected = await engine.predict(turn);
      const busy = engine.predict(sweep(128_000));
      const buffer = turn.slice();
      const predicted = engine.predict(buffer);
      buffer.fill(0);
      await busy;
      expect(await predicted).toBe(expected);
    });

    it('stops with the reason of the signal and goes on', async () => {
      const reason = new Error('the speaker goes on');
      await expect(engine.predict(sweep(16_000), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);

      const abort = new AbortController();
      const waiting = [0, 1].map(() => engine.predict(sweep(16_000), { signal: abort.signal }));
      const other = engine.predict(sweep(16_000));
      abort.abort(reason);
      for (const call of waiting) await expect(call).rejects.toBe(reason);
      expect(await other).toBe(await engine.predict(sweep(16_000)));
    });

    it('is closed for good, as often as one likes', async () => {
      await Promise.all([engine.close(), engine.close()]);
      const closed = { code: 'SLOWCAT_ENGINE_CLOSED' };
      await expect(engine.predict(sweep(16_000))).rejects.toMatchObject(closed);
      await expect(engine.warmUp()).rejects.toMatchObject(closed);
    });
  });
}
