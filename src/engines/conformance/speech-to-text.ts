import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpeechToText } from '../interfaces.js';

/** Two different utterances in the engine's ears: 16 kHz audio and a word of each that must be heard. */
export interface SpokenSamples {
  readonly one: { readonly pcm16k: Float32Array; readonly word: string };
  readonly other: { readonly pcm16k: Float32Array; readonly word: string };
}

/**
 * What every {@link SpeechToText} must do, whatever it runs on.
 *
 * @param make a new engine, not warmed up; called several times
 * @param speech what this engine hears words in
 */
export function speechToTextConformance(
  name: string,
  make: () => SpeechToText | Promise<SpeechToText>,
  speech: () => SpokenSamples | Promise<SpokenSamples>,
): void {
  describe(`${name} as a SpeechToText`, () => {
    let engine: SpeechToText;
    let spoken: SpokenSamples;
    beforeAll(async () => {
      spoken = await speech();
      engine = await make();
      await engine.warmUp();
    });
    afterAll(() => engine.close());

    it('says what it is', () => {
      expect(engine.info.engine).not.toBe('');
      expect(engine.info.model).not.toBe('');
    });

    it('warms up twice without harm', async () => {
      await expect(engine.warmUp()).resolves.toBeUndefined();
    });

    it('hears nothing in nothing', async () => {
      expect(await engine.transcribe(new Float32Array(0))).toMatchObject({ text: '' });
    });

    it('gives trimmed text and a confidence between 0 and 1', async () => {
      const { text, confidence } = await engine.transcribe(spoken.one.pcm16k);
      expect(text.toLowerCase()).toContain(spoken.one.word);
      expect(text).toBe(text.trim());
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThanOrEqual(1);
    });

    it('takes a prompt', async () => {
      const { text } = await engine.transcribe(spoken.one.pcm16k, { prompt: 'Lisbon, Ghent.' });
      expect(text.toLowerCase()).toContain(spoken.one.word);
    });

    it('leaves the audio as it was', async () => {
      const before = spoken.one.pcm16k.slice();
      await engine.transcribe(spoken.one.pcm16k);
      expect(spoken.one.pcm16k).toEqual(before);
    });

    it('gives each of many calls at once its own answer', async () => {
      const { one, other } = spoken;
      const texts = await Promise.all([one, other, one].map(({ pcm16k }) => engine.transcribe(pcm16k)));
      expect(texts.map(({ text }) => text.toLowerCase())).toEqual([
        expect.stringContaining(one.word),
        expect.stringContaining(other.word),
        expect.stringContaining(one.word),
      ]);
    });

    it("rejects with the signal's reason when it is aborted before it begins", async () => {
      const reason = new Error('not wanted');
      const signal = AbortSignal.abort(reason);
      await expect(engine.transcribe(spoken.one.pcm16k, { signal })).rejects.toBe(reason);
    });

    it('rejects at once when aborted while running or waiting, and goes on with the others', async () => {
      const { one, other } = spoken;
      const running = new AbortController();
      const waiting = new AbortController();
      const reason = new Error('interrupted');
      const calls = [
        engine.transcribe(one.pcm16k, { signal: running.signal }),
        engine.transcribe(one.pcm16k, { signal: waiting.signal }),
        engine.transcribe(other.pcm16k),
      ];
      running.abort(reason);
      waiting.abort(reason);
      const [first, second, third] = await Promise.allSettled(calls);
      expect(first).toEqual({ status: 'rejected', reason });
      expect(second).toEqual({ status: 'rejected', reason });
      expect(third?.status === 'fulfilled' && third.value.text.toLowerCase()).toContain(other.word);
    });

    it('ends what was asked for before it closes, and nothing after', async () => {
      const own = await make();
      const asked = own.transcribe(spoken.one.pcm16k);
      await Promise.all([own.close(), own.close()]);
      expect((await asked).text.toLowerCase()).toContain(spoken.one.word);
      const closed = { code: 'SLOWCAT_ENGINE_CLOSED' };
      await expect(own.transcribe(spoken.one.pcm16k)).rejects.toMatchObject(closed);
      await expect(own.warmUp()).rejects.toMatchObject(closed);
      await expect(own.close()).resolves.toBeUndefined();
    });

    it('closes without ever having been used', async () => {
      const own = await make();
      await expect(own.close()).resolves.toBeUndefined();
    });
  });
}
