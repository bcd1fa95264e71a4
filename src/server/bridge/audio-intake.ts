import { setImmediate } from 'node:timers/promises';

import { Resampler, concatFloat32, pcm16BytesToFloat32 } from '../../audio/index.js';

/** What speech-to-text engines hear. */
export const engineRateHz = 16_000;

/** Audio converted in one go, about a quarter of a millisecond's work, before sockets and timers get their turn. */
const sliceSamples = 4800;

/** The audio of one transcription, as it comes in. */
export class AudioIntake {
  readonly #rateHz: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** @param rateHz samples a second of what comes in */
  constructor(rateHz: number) {
    this.#rateHz = rateHz;
  }

  /** Bytes that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes PCM16, little-endian, mono, an even number of bytes. The bytes are copied. */
  add(pcm16: Uint8Array): void {
    this.#parts.push(pcm16.slice());
    this.#bytes += pcm16.length;
  }

  /** Everything as the engines want it, -1..1 at 16 kHz, in slices so that nothing else waits. The intake is empty then. */
  async take(signal: AbortSignal): Promise<Float32Array> {
    const parts = this.#parts;
    this.#parts = [];
    this.#bytes = 0;
    const resampler = await Resampler.create(this.#rateHz, engineRateHz);
    try {
      const converted: Float32Array[] = [];
      for (const part of parts) {
        for (let from = 0; from < part.length; from += 2 * sliceSamples) {
          converted.push(
            resampler.process(pcm16BytesToFloat32(part.subarray(from, from + 2 * sliceSamples))),
          );
          await setImmediate();
          signal.throwIfAborted();
        }
      }
      converted.push(resampler.flush());
      return concatFloat32(converted);
    } finally {
      resampler.close();
    }
  }
}
