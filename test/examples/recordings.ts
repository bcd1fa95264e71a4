import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { float32ToInt16, readWavMono, resample } from '../../src/audio/index.js';

/** A recording of `test/audio/synthetic`, as a microphone delivers it: mono, 16 kHz. */
export async function recording(name: string): Promise<Int16Array> {
  const file = join(import.meta.dirname, '..', 'audio', 'synthetic', `${name}.wav`);
  const { pcm, sampleRateHz } = readWavMono(readFileSync(file));
  return float32ToInt16(await resample(pcm, sampleRateHz, 16_000));
}
