/** Whisper tiny.en on real recordings; skipped aloud when its weights are not on this machine. */
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWavMono } from '../../audio/index.js';
import { wordErrors } from '../../audio/word-error-rate.js';
import { locateModels } from '../../weights/index.js';
import { speechToTextConformance } from '../conformance/speech-to-text.js';
import type { SpeechToText } from '../interfaces.js';
import { createWhisper } from './whisper.js';

const recordings = new URL('../../../test/audio/', import.meta.url);
const modelPath = await locateModels(['whisper-tiny.en']).then(
  (models) => models.get('stt')?.files['model'],
  () => undefined,
);

interface Clip {
  readonly name: string;
  readonly words: string;
  readonly pcm16k: Float32Array;
}

async function readClip(name: string): Promise<Clip> {
  const words = await readFile(new URL(`${name}.txt`, recordings), 'utf8');
  return {
    name,
    words: words.trim(),
    pcm16k: readWavMono(await readFile(new URL(`${name}.wav`, recordings))).pcm,
  };
}

async function readClips(folder: string): Promise<Clip[]> {
  const files = (await readdir(new URL(folder, recordings))).filter((file) => file.endsWith('.wav')).sort();
  return Promise.all(files.map((file) => readClip(`${folder}${file.slice(0, -'.wav'.length)}`)));
}

describe.skipIf(modelPath === undefined)('Whisper tiny.en (needs its weights: slowcat models fetch)', () => {
  const make = (): SpeechToText =>
    createWhisper({ modelPath: modelPath ?? '', model: 'whisper-tiny.en', threads: 1 });

  speechToTextConformance('Whisper', make, async () => ({
    one: { pcm16k: (await readClip('jfk')).pcm16k, word: 'country' },
    other: { pcm16k: (await readClip('librivox-0880')).pcm16k, word: 'young man' },
  }));

  describe('on recordings', () => {
    let whisper: SpeechToText;
    beforeAll(async () => {
      whisper = make();
      await whisper.warmUp();
    });
    afterAll(() => whisper.close());
    const hear = async (clip: Clip, prompt?: string): Promise<string> =>
      (await whisper.transcribe(clip.pcm16k, prompt === undefined ? {} : { prompt })).text;

    it('hears the inaugural address word for word, so the weights are converted right', async () => {
      const clip = await readClip('jfk');
      expect(wordErrors(clip.words, await hear(clip))).toMatchObject({ errors: 0, words: 22 });
    });

    it('mishears at most 5 % of what people said, and repeats nothing', async () => {
      let errors = 0;
      let words = 0;
      for (const clip of await readClips('')) {
        const heard = await hear(clip);
        const one = wordErrors(clip.words, heard);
        errors += one.errors;
        words += one.words;
        expect(one.errors, `${clip.name} has a repeated sentence`).toBeLessThan(one.words);
      }
      expect(words).toBe(73);
      expect(errors / words).toBeLessThanOrEqual(0.05);
    });

    it('mishears at most 8 % of short synthetic sentences, names that it cannot know among them', async () => {
      let errors = 0;
      let words = 0;
      for (const clip of await readClips('synthetic/')) {
        const one = wordErrors(clip.words, await hear(clip));
        errors += one.errors;
        words += one.words;
      }
      expect(errors / words).toBeLessThanOrEqual(0.08);
    });

    it.each(['no-no-no', 'bye-bye', 'very-very-good', 'i-dont-know-i-dont-know', 'thank-you'])(
      'keeps %s as it was said',
      async (name) => {
        const clip = await readClip(`synthetic/${name}`);
        expect(wordErrors(clip.words, await hear(clip)).errors).toBe(0);
      },
    );

    it('keeps a sentence that is said twice', async () => {
      const clip = await readClip('synthetic/turn-it-off-please');
      const pcm16k = new Float32Array(clip.pcm16k.length * 2);
      pcm16k.set(clip.pcm16k);
      pcm16k.set(clip.pcm16k, clip.pcm16k.length);
      const words = `${clip.words} ${clip.words}`;
      expect(wordErrors(words, await hear({ ...clip, pcm16k })).errors).toBe(0);
    });

    it('writes a name as the prompt does, and nothing else of the prompt', async () => {
      const clip = await readClip('synthetic/my-dogs-name-is-potola');
      const prompt = 'My dog is called Potola. My sister Ilse lives in Ghent.';
      expect(await hear(clip)).not.toContain('Potola');
      expect(wordErrors(clip.words, await hear(clip, prompt)).errors).toBe(0);
      const other = await readClip('synthetic/what-is-my-dogs-name');
      expect(await hear(other, prompt)).toBe(await hear(other));
    });

    it.each(nonSpeech())('hears no words in %s', async (name, pcm16k) => {
      expect(await hear({ name, words: '', pcm16k })).toBe('');
      expect(await hear({ name, words: '', pcm16k }, 'Potola, Ilse, Ghent.')).toBe('');
    });
  });
});

/** Sounds without words, the same each time. */
function nonSpeech(): [string, Float32Array][] {
  let seed = 7;
  const noise = (): number => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0) / 2 ** 31;
  const sound = (seconds: number, sample: (time: number) => number): Float32Array =>
    Float32Array.from({ length: seconds * 16_000 }, (_, index) => sample(index / 16_000));
  const sine = (hz: number, time: number): number => Math.sin(2 * Math.PI * hz * time);
  const burst = (time: number, at: number): number => (time < at ? 0 : Math.exp((at - time) / 0.07));
  return [
    ['silence', sound(2, () => 0)],
    ['faint hiss', sound(2, () => 0.003 * noise())],
    ['loud hiss', sound(2, () => 0.1 * noise())],
    ['a tone', sound(1.5, (time) => 0.2 * sine(440, time))],
    ['mains hum', sound(2, (time) => 0.1 * sine(120, time) + 0.05 * sine(240, time))],
    ['a telephone', sound(2, (time) => (time % 1 < 0.5 ? 0.2 * (sine(440, time) + sine(480, time)) : 0))],
    [
      'a chord',
      sound(
        3,
        (time) => 0.1 * (sine(262, time) + sine(330, time) + sine(392, time)) * Math.exp(-(time % 0.75) * 3),
      ),
    ],
    ['coughing', sound(2, (time) => 0.5 * noise() * (burst(time, 0.3) + burst(time, 0.9)))],
    ['typing', sound(3, (time) => (time % 0.18 < 0.015 ? 0.3 * noise() : 0))],
  ];
}
