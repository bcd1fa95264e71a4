/**
 * What Smart Turn v3 was trained on: the log-mel picture of Whisper over the last 8 s, the turn's end at the right
 * edge. Framing, window, mel scale and scaling are those of Hugging Face's WhisperFeatureExtractor; normalising the
 * samples and putting the padding in front are Smart Turn's own.
 */
import { melFilters, whisperFftSize, whisperSampleRateHz } from '../../weights/convert/mel-filters.js';
import { createPowerSpectrum } from './power-spectrum.js';

/** The model's input: 8 s at 16 kHz. */
export const turnSamples = 8 * whisperSampleRateHz;
/** One frame every 10 ms. */
const hopSamples = 160;
export const featureBands = 80;
export const featureFrames = turnSamples / hopSamples;

/** Frames stand centred on their hop, so half of the first lies before the audio. */
const edge = whisperFftSize / 2;
const bins = whisperFftSize / 2 + 1;

/** Keeps silence from being divided by nothing. */
const varianceFloor = 1e-7;
/** The smallest power whose logarithm counts. */
const powerFloor = 1e-10;
/** Powers of ten below the loudest point that count. */
const range = 8;

/** Row-major [{@link featureBands}, {@link featureFrames}]. @param pcm16k the turn, mono 16 kHz, any length */
export type ExtractFeatures = (pcm16k: Float32Array) => Float32Array;

/** A mel filter without the zeros around its triangle. */
interface Band {
  readonly firstBin: number;
  readonly weights: Float32Array;
}

/** Makes an extractor; it owns its buffers, so its calls go one after the other (they are synchronous). */
export async function createFeatureExtractor(): Promise<ExtractFeatures> {
  const spectrum = await createPowerSpectrum(whisperFftSize);
  const bands = sparseBands();
  const window = hann(whisperFftSize);
  const padded = new Float64Array(turnSamples + 2 * edge);

  return (pcm16k) => {
    const silentSamples = fillPadded(padded, pcm16k);
    const logs = new Float64Array(featureBands * featureFrames);
    // Frames wholly inside the padding before the turn are all the same; one is computed and, at the end, copied.
    const lastSame = Math.floor((silentSamples - edge) / hopSamples);
    const firstSame = Math.ceil(edge / hopSamples);
    let loudest = -Infinity;
    for (let frame = 0; frame < featureFrames; frame++) {
      if (frame > firstSame && frame <= lastSame) {
        frame = lastSame;
        continue;
      }
      const samples = spectrum.frame;
      const start = frame * hopSamples;
      for (let i = 0; i < whisperFftSize; i++) samples[i] = (padded[start + i] ?? 0) * (window[i] ?? 0);
      const power = spectrum.run();
      let band = 0;
      for (const { firstBin, weights } of bands) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) sum += (weights[i] ?? 0) * (power[firstBin + i] ?? 0);
        const log = Math.log10(Math.max(powerFloor, sum));
        if (log > loudest) loudest = log;
        logs[band++ * featureFrames + frame] = log;
      }
    }
    for (let band = 0; band < featureBands; band++) {
      const at = band * featureFrames + firstSame;
      if (lastSame > firstSame) logs.fill(logs[at] ?? 0, at + 1, at + 1 + lastSame - firstSame);
    }
    const floor = loudest - range;
    const features = new Float32Array(logs.length);
    for (let i = 0; i < logs.length; i++) features[i] = (Math.max(logs[i] ?? 0, floor) + 4) / 4;
    return features;
  };
}

/**
 * The last 8 s (zeros in front of a shorter turn) with mean 0 and variance 1, mirrored at both ends.
 *
 * @returns how many samples of padding are in front
 */
function fillPadded(padded: Float64Array, pcm16k: Float32Array): number {
  const kept = pcm16k.subarray(Math.max(0, pcm16k.length - turnSamples));
  const silentSamples = turnSamples - kept.length;
  let sum = 0;
  for (const x of kept) sum += x;
  const mean = sum / turnSamples;
  // The padding counts as audio: that is how the model was trained.
  let squares = silentSamples * mean * mean;
  for (const x of kept) squares += (x - mean) ** 2;
  const scale = 1 / Math.sqrt(squares / turnSamples + varianceFloor);

  padded.fill(-mean * scale, edge, edge + silentSamples);
  const start = edge + silentSamples;
  for (let i = 0; i < kept.length; i++) padded[start + i] = ((kept[i] ?? 0) - mean) * scale;
  const end = edge + turnSamples;
  for (let i = 1; i <= edge; i++) {
    padded[edge - i] = padded[edge + i] ?? 0;
    padded[end - 1 + i] = padded[end - 1 - i] ?? 0;
  }
  return silentSamples;
}

/** Hann's window as spectra want it: its period is the whole frame. */
function hann(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
}

function sparseBands(): Band[] {
  const filters = melFilters(featureBands, whisperFftSize, whisperSampleRateHz);
  return Array.from({ length: featureBands }, (_, band) => {
    const row = filters.subarray(band * bins, (band + 1) * bins);
    const firstBin = row.findIndex((weight) => weight > 0);
    const lastBin = row.findLastIndex((weight) => weight > 0);
    return { firstBin, weights: row.slice(firstBin, lastBin + 1) };
  });
}
