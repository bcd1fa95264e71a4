import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rms, toDbfs } from '../../audio/index.js';
import { loadCatalog, openStore } from '../../weights/index.js';
import { speakAll, speechMs, textToSpeechConformance } from '../conformance/text-to-speech.js';
import type { TextToSpeech } from '../interfaces.js';
import { createKokoro } from './kokoro.js';
import { kokoroVoices } from './voices.js';

const model = loadCatalog().models.find(({ id }) => id === 'kokoro-82m-int8');
const file = model?.files.find(({ role }) => role === 'model');
const modelPath = model !== undefined && file !== undefined ? openStore().pathOf(model, file) : '';
const absent = !existsSync(modelPath);
const title = absent ? ' (skipped: fetch kokoro-82m-int8 with `slowcat models fetch`)' : '';

// Two threads without a measurement: what is tested is speech, not speed.
const make = () => createKokoro({ modelPath, threads: 2 });

describe.skipIf(absent)(`Kokoro${title}`, () => {
  textToSpeechConformance('Kokoro', make);

  describe('on real text', () => {
    let engine: TextToSpeech;
    beforeAll(async () => {
      engine = make();
      await engine.warmUp();
    });
    afterAll(() => engine.close());

    it('begins to speak at once and ends with a pause', async () => {
      const [chunk] = await speakAll(engine, 'Hello.');
      const { pcm, sampleRateHz } = chunk!;
      const at = (fromMs: number, toMs: number): number =>
        toDbfs(rms(pcm.subarray((fromMs * sampleRateHz) / 1000, (toMs * sampleRateHz) / 1000)));
      expect(at(0, 15)).toBeLessThan(-45);
      expect(at(20, 120)).toBeGreaterThan(-45);
      const endMs = (pcm.length / sampleRateHz) * 1000;
      expect(at(endMs - 200, endMs)).toBeLessThan(-45);
    });

    it('speaks numbers and abbreviations as words', async () => {
      const short = speechMs(await speakAll(engine, 'It costs a lot.'));
      expect(speechMs(await speakAll(engine, 'It costs $29.95 at 3 p.m.'))).toBeGreaterThan(short * 2);
    });

    it('speaks what has more phonemes than the model takes', async () => {
      const digits = '9999999999 '.repeat(8).trim();
      const chunks = await speakAll(engine, digits, { speed: 2 });
      expect(chunks.map(({ text }) => text).join(' ')).toBe(digits);
      expect(speechMs(chunks)).toBeGreaterThan(10_000);
    });

    it('speaks markdown without its marks', async () => {
      const plain = speechMs(await speakAll(engine, 'Potola is your dog.'));
      const [chunk] = await speakAll(engine, '**Potola** is your dog 🐶.');
      expect(chunk?.text).toBe('**Potola** is your dog 🐶.');
      expect(speechMs([chunk!])).toBeGreaterThan(plain * 0.9);
      expect(speechMs([chunk!])).toBeLessThan(plain * 1.1);
    });

    it('drops what waits when it is aborted', async () => {
      const long = speakAll(engine, 'This sentence is being spoken while the others are waiting for it.');
      const abort = new AbortController();
      const waiting = speakAll(engine, 'This must never be made.', { signal: abort.signal });
      abort.abort(new Error('barge-in'));
      await expect(waiting).rejects.toThrow('barge-in');
      expect((await long).length).toBeGreaterThan(0);
    });

    it('has British and male voices', async () => {
      expect(kokoroVoices).toContain('bm_george');
      expect((await speakAll(engine, 'Hello.', { voice: 'bm_george' })).length).toBe(1);
    });
  });

  it('refuses a file that is no Kokoro', async () => {
    const other = fileURLToPath(new URL('../../../models/silero/silero_vad_v5.onnx', import.meta.url));
    for (const path of [other, fileURLToPath(import.meta.url)]) {
      const engine = createKokoro({ modelPath: path, threads: 1 });
      await expect(engine.warmUp()).rejects.toMatchObject({ code: 'SLOWCAT_MODEL_FORMAT' });
      await engine.close();
    }
  });
});
