import type { KeypadEntry } from '../../pipeline/frames/index.js';

/** Row and column tone of each key, in hertz (ITU-T Q.23). */
const tonesHz: Readonly<Record<KeypadEntry, readonly [rowHz: number, columnHz: number]>> = {
  '1': [697, 1209],
  '2': [697, 1336],
  '3': [697, 1477],
  '4': [770, 1209],
  '5': [770, 1336],
  '6': [770, 1477],
  '7': [852, 1209],
  '8': [852, 1336],
  '9': [852, 1477],
  '*': [941, 1209],
  '0': [941, 1336],
  '#': [941, 1477],
};

/** Exchanges want 40 ms of each at the least (ITU-T Q.24); with these a key fills five messages of 40 ms. */
const toneMs = 120;
const pauseMs = 80;
/** Of each of the two tones; together they stay clear of full scale. */
const amplitude = 0.3 * 32_767;

/** A key as it sounds on the line: its two tones, then a pause. */
export const dtmfTone = (key: KeypadEntry, sampleRateHz: number): Int16Array => {
  const [rowHz, columnHz] = tonesHz[key];
  const toneSamples = Math.round((sampleRateHz * toneMs) / 1000);
  const samples = new Int16Array(toneSamples + Math.round((sampleRateHz * pauseMs) / 1000));
  for (let i = 0; i < toneSamples; i++) {
    const angle = (2 * Math.PI * i) / sampleRateHz;
    samples[i] = Math.round(amplitude * (Math.sin(rowHz * angle) + Math.sin(columnHz * angle)));
  }
  return samples;
};
