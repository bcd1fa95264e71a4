import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWavMono } from '../../src/audio/index.js';
import type { SpeechToText } from '../../src/engines/interfaces.js';
import { FakeSpeechToText } from '../../src/testing/index.js';

const folder = join(import.meta.dirname, '..', 'audio', 'synthetic');

/** A recording that clients speak. */
export interface Recording {
  readonly file: string;
  readonly text: string;
}

export const recording = (name: string): Recording => ({
  file: join(folder, `${name}.wav`),
  text: readFileSync(join(folder, `${name}.txt`), 'utf8').trim(),
});

/** 20 ms at 16 kHz. */
const frameSamples = 320;
/** Likeness from which on a segment is the recording; others of the set stay below 0.7. */
const minLikeness = 0.9;

/**
 * Hears which of the recordings was spoken, by its loudness over time: only audio that arrived at the right rate, in
 * order and whole is heard at all.
 */
export function recogniserOf(recordings: readonly Recording[]): SpeechToText {
  const known = recordings.map(({ file, text }) => ({
    text,
    shape: shapeOf(readWavMono(readFileSync(file)).pcm),
  }));
  return new FakeSpeechToText({
    hears: (pcm16k) => {
      const heard = shapeOf(pcm16k);
      const [best] = known
        .map(({ text, shape }) => ({ text, likeness: likeness(heard, shape) }))
        .sort((a, b) => b.likeness - a.likeness);
      return best !== undefined && best.likeness >= minLikeness ? best.text : '';
    },
  });
}

/** Root mean square of each 20 ms, without the silence at both ends. */
function shapeOf(pcm: Float32Array): Float32Array {
  const shape = Float32Array.from({ length: Math.floor(pcm.length / frameSamples) }, (_, frame) => {
    let sum = 0;
    for (let i = 0; i < frameSamples; i++) sum += pcm[frame * frameSamples + i]! ** 2;
    return Math.sqrt(sum / frameSamples);
  });
  const loud = 0.05 * shape.reduce((a, b) => Math.max(a, b), 0);
  const first = shape.findIndex((x) => x > loud);
  const last = shape.findLastIndex((x) => x > loud);
  return shape.slice(first, last + 1);
}

/** Cosine of both at the lag where they fit best; 0 for lengths that differ by more than 200 ms. */
function likeness(a: Float32Array, b: Float32Array): number {
  if (Math.abs(a.length - b.length) > 10) return 0;
  const norm = Math.hypot(...a) * Math.hypot(...b);
  let best = 0;
  for (let lag = -10; lag <= 10; lag++) {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += a[i]! * (b[i + lag] ?? 0);
    best = Math.max(best, sum / norm);
  }
  return best;
}
