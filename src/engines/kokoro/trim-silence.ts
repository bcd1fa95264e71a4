export interface TrimOptions {
  readonly sampleRateHz: number;
  /** Silence kept before the speech, at most. */
  readonly leadMs: number;
  /** Silence kept behind the speech, at most. */
  readonly trailMs: number;
  /** Root mean square of 5 ms below which sound counts as silence. @defaultValue 0.0025 */
  readonly silenceRms?: number;
}

/** -52 dBFS: above Kokoro's noise floor, below its softest consonants. */
export const defaultSilenceRms = 0.0025;

const frameMs = 5;

/**
 * Cuts silence off both ends and fades the cut edges, so that they do not click. Silence that is shorter than
 * what may be kept stays as it is; nothing but silence gives an empty array. The input is not altered.
 */
export function trimSilence(pcm: Float32Array, options: TrimOptions): Float32Array {
  const { sampleRateHz, leadMs, trailMs, silenceRms = defaultSilenceRms } = options;
  const samples = (ms: number): number => Math.round((sampleRateHz * ms) / 1000);
  const frame = Math.max(1, samples(frameMs));
  const limit = silenceRms * silenceRms * frame;
  const loud = (start: number): boolean => {
    let energy = 0;
    for (let i = start; i < Math.min(start + frame, pcm.length); i++) energy += (pcm[i] ?? 0) ** 2;
    return energy > limit;
  };
  let first = 0;
  while (first < pcm.length && !loud(first)) first += frame;
  if (first >= pcm.length) return new Float32Array(0);
  let last = Math.floor((pcm.length - 1) / frame) * frame;
  while (last > first && !loud(last)) last -= frame;

  const begin = Math.max(0, first - samples(leadMs));
  const end = Math.min(pcm.length, last + frame + samples(trailMs));
  const out = pcm.slice(begin, end);
  const fade = Math.min(samples(frameMs), Math.floor(out.length / 2));
  for (let i = 0; i < fade; i++) {
    const gain = (i + 1) / (fade + 1);
    if (begin > 0) out[i] = (out[i] ?? 0) * gain;
    if (end < pcm.length) out[out.length - 1 - i] = (out[out.length - 1 - i] ?? 0) * gain;
  }
  return out;
}
