/** Pure sample arithmetic: formats, WAV files, sample rates, levels. */
export {
  bytesToInt16,
  checkChannels,
  checkSampleRate,
  concatFloat32,
  downmix,
  float32ToInt16,
  float32ToPcm16Bytes,
  int16ToBytes,
  int16ToFloat32,
  maxChannels,
  maxSampleRateHz,
  pcm16BytesToFloat32,
} from './pcm.js';
export { readWav, readWavMono, writeWav } from './wav.js';
export type { WavAudio, WavFormat, WriteWavOptions } from './wav.js';
export { defaultResamplerOptions, resample, Resampler } from './resample.js';
export type { ResampleQuality, ResamplerOptions } from './resample.js';
export { LoudnessMeter, loudnessToVolume, peak, rms, toDbfs } from './levels.js';
