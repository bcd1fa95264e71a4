/**
 * Makes the recordings that hold no words: `npx tsx test/recorded/make-sounds.ts`. Always the same bytes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWav } from '../../src/audio/index.js';

const sampleRateHz = 16_000;
const folder = join(import.meta.dirname, 'sounds-make-no-turn');

/** Mulberry32, a small seeded generator; 0..1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function sound(seconds: number, sample: (second: number) => number): Float32Array {
  return Float32Array.from({ length: seconds * sampleRateHz }, (_, i) => sample(i / sampleRateHz));
}

const random = seeded(1);
const white = () => random() * 2 - 1;

/** Noise through a resonance, as a throat gives it. */
function resonant(frequencyHz: number, width: number): () => number {
  const angle = (2 * Math.PI * frequencyHz) / sampleRateHz;
  let one = 0;
  let two = 0;
  return () => {
    const next = white() * (1 - width) + 2 * width * Math.cos(angle) * one - width * width * two;
    two = one;
    one = next;
    return next;
  };
}

const throat = resonant(700, 0.97);
/** A cough: a hard burst that fades in 150 ms, then a softer breath. */
function cough(second: number): number {
  const sinceBurst = [0.5, 0.95, 2]
    .map((start) => second - start)
    .filter((since) => since >= 0 && since < 0.4)
    .at(-1);
  if (sinceBurst === undefined) return 0;
  const burst = sinceBurst < 0.005 ? sinceBurst / 0.005 : Math.exp(-(sinceBurst - 0.005) / 0.06);
  return 3 * throat() * burst + 0.02 * white() * Math.exp(-sinceBurst / 0.2);
}

const melodyHz = [262, 330, 392, 523, 392, 330, 294, 349];
function music(second: number): number {
  const frequencyHz = melodyHz[Math.floor(second / 0.25) % melodyHz.length] ?? 262;
  const decay = Math.exp(-(second % 0.25) / 0.15);
  const harmonics = [1, 0.5, 0.33, 0.2, 0.1];
  return (
    0.15 *
    decay *
    harmonics.reduce(
      (sum, level, n) => sum + level * Math.sin(2 * Math.PI * frequencyHz * (n + 1) * second),
      0,
    )
  );
}

const sounds: Readonly<Record<string, Float32Array>> = {
  silence: sound(2, () => 0),
  'room-noise': sound(3, () => 0.003 * white()),
  'loud-noise': sound(3, () => 0.1 * white()),
  music: sound(4, music),
  cough: sound(3, cough),
};

for (const [name, pcm] of Object.entries(sounds)) {
  writeFileSync(join(folder, `${name}.wav`), writeWav(pcm, { sampleRateHz }));
}
