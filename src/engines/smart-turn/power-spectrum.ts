import createKissFft from '@echogarden/kissfft-wasm';

/** Power of each frequency of one frame. */
export interface PowerSpectrum {
  /** Where the frame's samples are put before `run()`. Asked for anew each time: the memory behind it may move. */
  readonly frame: Float32Array;
  /** Squared magnitudes of the frame's spectrum, `size / 2 + 1` numbers; overwritten by the next run. */
  run(): Float64Array;
}

const bytesPerFloat = 4;

/** @param size samples of a frame, even */
export async function createPowerSpectrum(size: number): Promise<PowerSpectrum> {
  const kiss = await createKissFft();
  const bins = size / 2 + 1;
  const plan = kiss._kiss_fftr_alloc(size, 0, 0, 0);
  const input = kiss._malloc(size * bytesPerFloat);
  const output = kiss._malloc(bins * 2 * bytesPerFloat);
  const power = new Float64Array(bins);
  return {
    get frame() {
      return kiss.HEAPF32.subarray(input / bytesPerFloat, input / bytesPerFloat + size);
    },
    run() {
      kiss._kiss_fftr(plan, input, output);
      const heap = kiss.HEAPF32;
      let at = output / bytesPerFloat;
      for (let bin = 0; bin < bins; bin++) {
        const real = heap[at++] ?? 0;
        const imaginary = heap[at++] ?? 0;
        power[bin] = real * real + imaginary * imaginary;
      }
      return power;
    },
  };
}
