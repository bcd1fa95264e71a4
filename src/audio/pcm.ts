import { endianness } from 'node:os';
import { SlowcatError } from '../errors.js';

/** Highest sample rate that any part of Slowcat accepts; the fastest converters on the market stop here. */
export const maxSampleRateHz = 384_000;

/** Most channels that audio may have; 7.1.4 surround has 12, and nothing that listens to a person needs more. */
export const maxChannels = 32;

/** Full scale of 16-bit samples. Dividing by 2^15 maps -32768 to exactly -1, as Pipecat and Silero do. */
const int16FullScale = 32_768;

/** True where typed arrays and the wire (always little endian) agree, so that views need no copy. */
const littleEndianHost = endianness() === 'LE';

/**
 * Throws `SLOWCAT_AUDIO_INVALID` unless the rate is a whole number of Hz from 1 to {@link maxSampleRateHz}.
 * @returns the same rate
 */
export function checkSampleRate(sampleRateHz: number): number {
  if (!Number.isInteger(sampleRateHz) || sampleRateHz < 1 || sampleRateHz > maxSampleRateHz) {
    throw new SlowcatError(
      'SLOWCAT_AUDIO_INVALID',
      `The sample rate is ${sampleRateHz} Hz; send a whole number from 1 to ${maxSampleRateHz}.`,
    );
  }
  return sampleRateHz;
}

/** Throws `SLOWCAT_AUDIO_INVALID` unless the count is from 1 to {@link maxChannels}. @returns the same count */
export function checkChannels(channels: number): number {
  if (!Number.isInteger(channels) || channels < 1 || channels > maxChannels) {
    throw new SlowcatError(
      'SLOWCAT_AUDIO_INVALID',
      `The audio has ${channels} channels; send 1 to ${maxChannels} (1 is best).`,
    );
  }
  return channels;
}

/** 16-bit samples as floats in -1..1. */
export function int16ToFloat32(samples: Int16Array): Float32Array {
  const out = new Float32Array(samples.length);
  for (let i = 0; i < samples.length; i++) out[i] = (samples[i] ?? 0) / int16FullScale;
  return out;
}

/** Floats as 16-bit samples: rounded, clipped to full scale, NaN as silence. Undoes {@link int16ToFloat32} exactly. */
export function float32ToInt16(samples: Float32Array): Int16Array {
  const out = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    const scaled = Math.round((samples[i] ?? 0) * int16FullScale);
    // A typed array stores NaN as 0, and would wrap what is beyond the range.
    out[i] = scaled > 32_767 ? 32_767 : scaled < -32_768 ? -32_768 : scaled;
  }
  return out;
}

/**
 * Little-endian 16-bit PCM bytes, as they come off the wire, as samples. A view without a copy where
 * alignment and byte order allow it, so the bytes must not be reused while the samples are.
 * Throws `SLOWCAT_AUDIO_INVALID` on an odd number of bytes.
 */
export function bytesToInt16(bytes: Uint8Array): Int16Array {
  if (bytes.byteLength % 2 !== 0) {
    throw new SlowcatError(
      'SLOWCAT_AUDIO_INVALID',
      `The audio has ${bytes.byteLength} bytes, an odd number; 16-bit samples have two bytes each.`,
    );
  }
  if (littleEndianHost) {
    // Half of what comes off the wire begins at an odd place; copying it whole is faster than sample by sample.
    const even = bytes.byteOffset % 2 === 0 ? bytes : Uint8Array.from(bytes);
    return new Int16Array(even.buffer, even.byteOffset, even.byteLength / 2);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Int16Array(bytes.byteLength / 2);
  for (let i = 0; i < out.length; i++) out[i] = view.getInt16(i * 2, true);
  return out;
}

/** Samples as little-endian bytes; a view without a copy on little-endian hosts. */
export function int16ToBytes(samples: Int16Array): Uint8Array {
  if (littleEndianHost) return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const out = new Uint8Array(samples.byteLength);
  const view = new DataView(out.buffer);
  for (let i = 0; i < samples.length; i++) view.setInt16(i * 2, samples[i] ?? 0, true);
  return out;
}

/** Little-endian 16-bit PCM bytes as floats in -1..1. Throws as {@link bytesToInt16}. */
export function pcm16BytesToFloat32(bytes: Uint8Array): Float32Array {
  return int16ToFloat32(bytesToInt16(bytes));
}

/** Floats as little-endian 16-bit PCM bytes in a buffer of their own. */
export function float32ToPcm16Bytes(samples: Float32Array): Uint8Array {
  return int16ToBytes(float32ToInt16(samples));
}

/**
 * The mean of all channels.
 * @param interleaved one sample of each channel in turn; a mono array comes back as it is
 */
export function downmix(interleaved: Float32Array, channels: number): Float32Array {
  checkChannels(channels);
  if (channels === 1) return interleaved;
  if (interleaved.length % channels !== 0) {
    throw new SlowcatError(
      'SLOWCAT_AUDIO_INVALID',
      `${interleaved.length} samples do not divide into ${channels} channels; send whole sample frames.`,
    );
  }
  const out = new Float32Array(interleaved.length / channels);
  for (let frame = 0; frame < out.length; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += interleaved[frame * channels + channel] ?? 0;
    out[frame] = sum / channels;
  }
  return out;
}

/** All pieces, one after the other. */
export function concatFloat32(pieces: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(pieces.reduce((total, piece) => total + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    out.set(piece, offset);
    offset += piece.length;
  }
  return out;
}
