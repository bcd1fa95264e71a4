import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWavMono } from '../../audio/index.js';
import { scoreAll, voiceActivityConformance } from '../conformance/voice-activity.js';
import type { VoiceActivity } from '../interfaces.js';
import { createSilero } from './silero.js';

async function recording(name: string): Promise<Float32Array> {
  const { pcm, sampleRateHz } = readWavMono(
    await readFile(new URL(`../../../test/audio/${name}`, import.meta.url)),
  );
  expect(sampleRateHz).toBe(16_000);
  return pcm;
}

voiceActivityConformance(
  'Silero',
  () => createSilero(),
  async () => (await recording('jfk.wav')).slice(0, 32_000),
);

describe('Silero v5 on sound', () => {
  let engine: VoiceActivity;
  beforeAll(() => {
    engine = createSilero();
  });
  afterAll(() => engine.close());

  const shareAbove = (scores: number[], limit: number): number =>
    scores.filter((p) => p > limit).length / scores.length;

  it.each(['jfk.wav', 'librivox-0870.wav', 'cards-001.wav'])('hears the speech in %s', async (name) => {
    const scores = await scoreAll(engine.createStream(), await recording(name));
    expect(shareAbove(scores, 0.7)).toBeGreaterThan(0.4);
  });

  it('hears the pauses of a speech, too', async () => {
    const scores = await scoreAll(engine.createStream(), await recording('jfk.wav'));
    expect(shareAbove(scores, 0.3)).toBeLessThan(0.95);
  });

  const seconds = 5;
  let seed = 1;
  const noise = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
    return seed / 2 ** 31;
  };
  it.each<[string, (i: number) => number]>([
    ['silence', () => 0],
    ['white noise', () => 0.05 * noise()],
    ['a 440 Hz tone', (i) => 0.3 * Math.sin((2 * Math.PI * 440 * i) / 16_000)],
    ['mains hum', (i) => 0.1 * Math.sin((2 * Math.PI * 50 * i) / 16_000)],
  ])('takes %s for no speech', async (_name, sample) => {
    const pcm = Float32Array.from({ length: 16_000 * seconds }, (_, i) => sample(i));
    const scores = await scoreAll(engine.createStream(), pcm);
    expect(shareAbove(scores, 0.7)).toBe(0);
  });

  it('costs little enough to stay on the main thread', async () => {
    const pcm = await recording('jfk.wav');
    const loop = monitorEventLoopDelay({ resolution: 1 });
    loop.enable();
    const start = performance.now();
    const scores = await scoreAll(engine.createStream(), pcm);
    const perWindowMs = (performance.now() - start) / scores.length;
    loop.disable();
    // A window comes every 32 ms. The usual cost is 0.1 ms; the limit leaves room for a busy test machine.
    expect(perWindowMs).toBeLessThan(2);
    expect(loop.percentile(50) / 1e6).toBeLessThan(5);
  });
});

it('names what is missing or broken', async () => {
  await expect(createSilero({ modelPath: '/nowhere.onnx' }).warmUp()).rejects.toMatchObject({
    code: 'SLOWCAT_MODEL_MISSING',
  });
  const notAModel = fileURLToPath(import.meta.url);
  await expect(createSilero({ modelPath: notAModel }).warmUp()).rejects.toMatchObject({
    code: 'SLOWCAT_MODEL_FORMAT',
  });
});
