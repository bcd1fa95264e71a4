import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VoiceActivity, VoiceActivityStream } from '../interfaces.js';

/** Samples of a window, as `VoiceActivityStream.push` wants them. */
export const vadWindowSamples = 512;

/** All whole windows of a recording. */
export function vadWindows(pcm16k: Float32Array): Float32Array[] {
  const count = Math.floor(pcm16k.length / vadWindowSamples);
  return Array.from({ length: count }, (_, i) =>
    pcm16k.slice(i * vadWindowSamples, (i + 1) * vadWindowSamples),
  );
}

/** Scores a recording window by window. */
export async function scoreAll(stream: VoiceActivityStream, pcm16k: Float32Array): Promise<number[]> {
  return Promise.all(vadWindows(pcm16k).map((window) => stream.push(window)));
}

/** What every {@link VoiceActivity} must do. @param speech 16 kHz, what this engine takes for speech */
export function voiceActivityConformance(
  name: string,
  make: () => VoiceActivity | Promise<VoiceActivity>,
  speech: () => Float32Array | Promise<Float32Array>,
): void {
  describe(`${name} as a VoiceActivity`, () => {
    let engine: VoiceActivity;
    let talk: Float32Array;
    beforeAll(async () => {
      engine = await make();
      talk = await speech();
      await engine.warmUp();
      await engine.warmUp();
    });
    afterAll(() => engine.close());

    it('says what it is', () => {
      expect(engine.info.engine).not.toBe('');
      expect(engine.info.model).not.toBe('');
    });

    it('gives probabilities, high in speech and low in silence', async () => {
      const spoken = await scoreAll(engine.createStream(), talk);
      const silent = await scoreAll(engine.createStream(), new Float32Array(vadWindowSamples * 20));
      for (const p of [...spoken, ...silent]) {
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
      }
      expect(Math.max(...spoken)).toBeGreaterThan(0.7);
      expect(Math.max(...silent)).toBeLessThan(0.3);
    });

    it('keeps streams apart and in order, also when their windows are pushed without waiting', async () => {
      const alone = await scoreAll(engine.createStream(), talk);
      const [one, two] = [engine.createStream(), engine.createStream()];
      const mixed = vadWindows(talk).map((window) => {
        const quiet = two.push(new Float32Array(vadWindowSamples));
        return Promise.all([one.push(window), quiet]);
      });
      expect((await Promise.all(mixed)).map(([spoken]) => spoken)).toEqual(alone);
    });

    it('forgets the stream on reset, but not what was pushed before', async () => {
      const fresh = await scoreAll(engine.createStream(), talk);
      const stream = engine.createStream();
      const before = scoreAll(stream, talk);
      stream.reset();
      const after = scoreAll(stream, talk);
      expect(await before).toEqual(fresh);
      expect(await after).toEqual(fresh);
    });

    it('lets the caller use its buffer again', async () => {
      const windows = vadWindows(talk);
      const fresh = await scoreAll(engine.createStream(), talk);
      const stream = engine.createStream();
      const buffer = new Float32Array(vadWindowSamples);
      const scores = windows.map((window) => {
        buffer.set(window);
        return stream.push(buffer);
      });
      expect(await Promise.all(scores)).toEqual(fresh);
    });

    it.each([0, 511, 513, 576])('refuses a window of %i samples and goes on', async (length) => {
      const stream = engine.createStream();
      await expect(stream.push(new Float32Array(length))).rejects.toMatchObject({
        code: 'SLOWCAT_AUDIO_INVALID',
      });
      expect(await stream.push(new Float32Array(vadWindowSamples))).toBeLessThan(0.3);
    });

    it('is closed for good, as often as one likes', async () => {
      const stream = engine.createStream();
      await Promise.all([engine.close(), engine.close()]);
      const closed = { code: 'SLOWCAT_ENGINE_CLOSED' };
      await expect(stream.push(new Float32Array(vadWindowSamples))).rejects.toMatchObject(closed);
    });
  });
}
