import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rms } from '../../audio/index.js';
import type { SpeechChunk, SynthesizeOptions, TextToSpeech } from '../interfaces.js';

/** Everything that an engine says to a text. */
export async function speakAll(
  engine: TextToSpeech,
  text: string,
  options?: SynthesizeOptions,
): Promise<SpeechChunk[]> {
  const chunks: SpeechChunk[] = [];
  for await (const chunk of engine.synthesize(text, options)) chunks.push(chunk);
  return chunks;
}

/** Length of speech. */
export function speechMs(chunks: readonly SpeechChunk[]): number {
  return chunks.reduce((total, { pcm, sampleRateHz }) => total + (pcm.length / sampleRateHz) * 1000, 0);
}

const twoSentences = 'I know the name of your dog. It is the lovely name Potola, I think.';

/** What every {@link TextToSpeech} must do. */
export function textToSpeechConformance(
  name: string,
  make: () => TextToSpeech | Promise<TextToSpeech>,
): void {
  describe(`${name} as a TextToSpeech`, () => {
    let engine: TextToSpeech;
    beforeAll(async () => {
      engine = await make();
      await engine.warmUp();
      await engine.warmUp();
    });
    afterAll(() => engine.close());

    it('says what it is', () => {
      expect(engine.info.engine).not.toBe('');
      expect(engine.info.model).not.toBe('');
      expect(engine.sampleRateHz).toBeGreaterThanOrEqual(8000);
      expect(engine.voices.length).toBeGreaterThan(0);
      expect(new Set(engine.voices).size).toBe(engine.voices.length);
    });

    it('speaks a text in order, in audible chunks that say what they speak', async () => {
      const chunks = await speakAll(engine, twoSentences);
      expect(chunks.length).toBeGreaterThan(1);
      for (const { pcm, sampleRateHz } of chunks) {
        expect(sampleRateHz).toBe(engine.sampleRateHz);
        expect(rms(pcm)).toBeGreaterThan(0.001);
        expect(pcm.every((sample) => sample >= -1.5 && sample <= 1.5)).toBe(true);
      }
      const joined = chunks.map(({ text }) => text.trim()).join(' ');
      expect(joined).toBe(twoSentences);
      expect(speechMs(chunks)).toBeGreaterThan(1000);
      expect(speechMs(chunks)).toBeLessThan(15_000);
    });

    it.each(['', '  \n', '🙂', '**', 'https://example.org/x'])('has nothing to say to %j', async (text) => {
      expect(await speakAll(engine, text)).toEqual([]);
    });

    it('speaks faster when told so', async () => {
      const [slow, fast] = [
        await speakAll(engine, 'Good morning.'),
        await speakAll(engine, 'Good morning.', { speed: 2 }),
      ];
      expect(speechMs(fast)).toBeLessThan(speechMs(slow) * 0.9);
    });

    it('knows its voices, and refuses others', async () => {
      const voice = engine.voices.at(-1) ?? '';
      expect((await speakAll(engine, 'Hello.', { voice })).length).toBe(1);
      await expect(speakAll(engine, 'Hello.', { voice: 'nobody' })).rejects.toMatchObject({
        code: 'SLOWCAT_CONFIG_INVALID',
      });
    });

    it.each([0, 0.49, 2.01, -1, NaN, Infinity])('refuses a speed of %d', async (speed) => {
      await expect(speakAll(engine, 'Hello.', { speed })).rejects.toMatchObject({
        code: 'SLOWCAT_CONFIG_INVALID',
      });
    });

    it('serves calls that overlap', async () => {
      const texts = ['One.', 'Two and three.', 'Four.'];
      const spoken = await Promise.all(texts.map((text) => speakAll(engine, text)));
      expect(spoken.map((chunks) => chunks.map(({ text }) => text).join(' '))).toEqual(texts);
    });

    it('throws the reason of an abort, before and while it speaks', async () => {
      const before = AbortSignal.abort(new Error('barge-in'));
      await expect(speakAll(engine, 'Hello.', { signal: before })).rejects.toThrow('barge-in');

      const abort = new AbortController();
      const heard: SpeechChunk[] = [];
      const speaking = (async () => {
        for await (const chunk of engine.synthesize(twoSentences, { signal: abort.signal })) {
          heard.push(chunk);
          abort.abort(new Error('barge-in'));
        }
      })();
      await expect(speaking).rejects.toThrow('barge-in');
      expect(heard.length).toBe(1);
    });

    it('can be left half-way and speaks on for others', async () => {
      for await (const chunk of engine.synthesize(twoSentences)) {
        expect(chunk.pcm.length).toBeGreaterThan(0);
        break;
      }
      expect((await speakAll(engine, 'Hello.')).length).toBe(1);
    });

    it('is closed for good, as often as one likes', async () => {
      await Promise.all([engine.close(), engine.close()]);
      await expect(speakAll(engine, 'Hello.')).rejects.toMatchObject({ code: 'SLOWCAT_ENGINE_CLOSED' });
      await expect(engine.warmUp()).rejects.toMatchObject({ code: 'SLOWCAT_ENGINE_CLOSED' });
    });
  });
}
