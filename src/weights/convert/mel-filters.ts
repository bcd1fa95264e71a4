/**
 * The bank of triangular filters that turns a power spectrum into mel bands, as Whisper was trained with:
 * M. Slaney, "Auditory Toolbox", Interval Research Technical Report 1998-010. The scale is linear (3 mel per
 * 200 Hz) up to 1 kHz and logarithmic above (27 mel per factor of 6.4); each triangle has unit area, so that
 * wide bands are not louder than narrow ones.
 */
const hzPerMel = 200 / 3;
const breakHz = 1000;
const breakMel = breakHz / hzPerMel;
const logStep = Math.log(6.4) / 27;

/** Whisper's spectrum: 25 ms windows of 16 kHz audio. */
export const whisperFftSize = 400;
export const whisperSampleRateHz = 16_000;

/**
 * @param bands number of mel bands, 80 or 128 for Whisper
 * @param fftSize window length in samples; the spectrum has half of it plus one bins
 * @returns row-major [bands, fftSize / 2 + 1]
 */
export function melFilters(bands: number, fftSize: number, sampleRateHz: number): Float32Array {
  const bins = fftSize / 2 + 1;
  const topMel = hzToMel(sampleRateHz / 2);
  /** The corner between bands; band b rises from corner b to b+1 and falls to b+2. */
  const cornerHz = (index: number): number => melToHz((topMel * index) / (bands + 1));
  const filters = new Float32Array(bands * bins);
  for (let band = 0; band < bands; band++) {
    const [low, peak, high] = [cornerHz(band), cornerHz(band + 1), cornerHz(band + 2)];
    const height = 2 / (high - low);
    for (let bin = 0; bin < bins; bin++) {
      const hz = (bin * sampleRateHz) / fftSize;
      const rising = (hz - low) / (peak - low);
      const falling = (high - hz) / (high - peak);
      filters[band * bins + bin] = height * Math.max(0, Math.min(rising, falling));
    }
  }
  return filters;
}

function hzToMel(hz: number): number {
  return hz < breakHz ? hz / hzPerMel : breakMel + Math.log(hz / breakHz) / logStep;
}

function melToHz(mel: number): number {
  return mel < breakMel ? mel * hzPerMel : breakHz * Math.exp((mel - breakMel) * logStep);
}
