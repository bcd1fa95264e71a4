import { bytesToInt16, checkChannels, float32ToInt16, readWav } from '../../audio/index.js';
import { SlowcatError } from '../../errors.js';

/** Audio as a frame holds it. */
export interface WireAudio {
  /** Interleaved; whole sample frames; perhaps empty. */
  readonly samples: Int16Array;
  readonly sampleRateHz: number;
  readonly numChannels: number;
}

/** The telephone has 8 kHz and studio converters 192 kHz; outside of that a rate is a mistake. */
export const minWireSampleRateHz = 4000;
export const maxWireSampleRateHz = 192_000;

/** `RIFF`, four bytes of size, `WAVE`. */
const isWav = (bytes: Uint8Array): boolean =>
  bytes.length >= 12 &&
  bytes[0] === 0x52 &&
  bytes[1] === 0x49 &&
  bytes[2] === 0x46 &&
  bytes[3] === 0x46 &&
  bytes[8] === 0x57 &&
  bytes[9] === 0x41 &&
  bytes[10] === 0x56 &&
  bytes[11] === 0x45;

const checkWireRate = (sampleRateHz: number): number => {
  if (sampleRateHz < minWireSampleRateHz || sampleRateHz > maxWireSampleRateHz) {
    throw new SlowcatError(
      'SLOWCAT_AUDIO_INVALID',
      `The sample rate is ${sampleRateHz} Hz; send ${minWireSampleRateHz} to ${maxWireSampleRateHz} Hz (16000 is best).`,
    );
  }
  return sampleRateHz;
};

/**
 * Reads the payload of an audio message: bare PCM, or a whole WAV file. Pipecat's Python client wraps every message
 * into a WAV header of its own by default, whatever its size, and then the header's rate and channels count.
 *
 * Throws `SLOWCAT_WAV_INVALID` or `SLOWCAT_AUDIO_INVALID`.
 */
export const readWireAudio = (payload: Uint8Array, sampleRateHz: number, numChannels: number): WireAudio => {
  if (isWav(payload)) {
    const wav = readWav(payload);
    return {
      samples: float32ToInt16(wav.samples),
      sampleRateHz: checkWireRate(wav.sampleRateHz),
      numChannels: wav.channels,
    };
  }
  checkWireRate(sampleRateHz);
  checkChannels(numChannels);
  const samples = bytesToInt16(payload);
  if (samples.length % numChannels !== 0) {
    throw new SlowcatError(
      'SLOWCAT_AUDIO_INVALID',
      `${samples.length} samples do not divide into ${numChannels} channels; send whole sample frames.`,
    );
  }
  return { samples, sampleRateHz, numChannels };
};
