import { SlowcatError } from '../errors.js';
import {
  bytesToInt16,
  downmix,
  float32ToInt16,
  int16ToFloat32,
  maxChannels,
  maxSampleRateHz,
} from './pcm.js';

/*
 * A strict RIFF reader for the two kinds of WAV that voice work meets, 16-bit PCM and 32-bit float. General
 * WAV libraries take impossible headers (a 1 MHz sample rate, an empty recording) as they stand; here every
 * size is checked against the bytes that are there before anything is allocated.
 */

/** What a WAV file holds. */
export interface WavAudio {
  /** 1 .. 384000. */
  readonly sampleRateHz: number;
  /** 1 .. 32. */
  readonly channels: number;
  /** One sample of each channel in turn, -1..1; never empty. */
  readonly samples: Float32Array;
}

export interface WriteWavOptions {
  readonly sampleRateHz: number;
  /** Channels in the interleaved samples. @defaultValue 1 */
  readonly channels?: number;
  /** @defaultValue 'pcm16' */
  readonly format?: WavFormat;
}

/** How samples are stored. */
export type WavFormat = 'pcm16' | 'float32';

/** Format tags of the `fmt ` chunk (RFC 2361). An extensible header repeats one of them in its sub-format. */
const tagPcm = 1;
const tagFloat = 3;
const tagExtensible = 0xfffe;

/** The size that programs write into a header when they stream to a pipe and cannot come back to it. */
const sizeUnknown = 0xffff_ffff;

const headerBytes = 44;

function invalid(detail: string): SlowcatError {
  return new SlowcatError('SLOWCAT_WAV_INVALID', `${detail} Convert it to 16-bit PCM WAV and try again.`);
}

interface WavFmt {
  readonly format: WavFormat;
  readonly channels: number;
  readonly sampleRateHz: number;
}

function parseFmt(view: DataView, offset: number, size: number): WavFmt {
  if (size < 16) throw invalid(`Its format chunk has ${size} bytes, at least 16 are needed.`);
  const outerTag = view.getUint16(offset, true);
  const channels = view.getUint16(offset + 2, true);
  const sampleRateHz = view.getUint32(offset + 4, true);
  const blockAlign = view.getUint16(offset + 12, true);
  const bits = view.getUint16(offset + 14, true);
  // The sub-format GUID of an extensible header begins with the plain tag, 24 bytes into the chunk.
  const tag = outerTag === tagExtensible && size >= 40 ? view.getUint16(offset + 24, true) : outerTag;
  const format: WavFormat | undefined =
    tag === tagPcm && bits === 16 ? 'pcm16' : tag === tagFloat && bits === 32 ? 'float32' : undefined;
  if (format === undefined) {
    throw invalid(
      `It has ${bits}-bit samples of format ${tag}; 16-bit PCM (1) and 32-bit float (3) can be read.`,
    );
  }
  if (channels < 1 || channels > maxChannels) {
    throw invalid(`Its header says ${channels} channels; 1 to ${maxChannels} can be read.`);
  }
  if (sampleRateHz < 1 || sampleRateHz > maxSampleRateHz) {
    throw invalid(`Its header says ${sampleRateHz} Hz; 1 to ${maxSampleRateHz} Hz can be read.`);
  }
  if (blockAlign !== (channels * bits) / 8) {
    throw invalid(
      `Its header says ${blockAlign} bytes a sample frame, ${channels} x ${bits} bits were expected.`,
    );
  }
  return { format, channels, sampleRateHz };
}

function decodeSamples(data: Uint8Array, format: WavFormat): Float32Array {
  switch (format) {
    case 'pcm16':
      return int16ToFloat32(bytesToInt16(data));
    case 'float32': {
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
      const out = new Float32Array(data.byteLength / 4);
      for (let i = 0; i < out.length; i++) {
        const sample = view.getFloat32(i * 4, true);
        // A float file may hold NaN or infinities; one of them would poison every filter behind.
        out[i] = Number.isFinite(sample) ? sample : 0;
      }
      return out;
    }
  }
}

/**
 * Reads a WAV file: 16-bit PCM or 32-bit float, plain or extensible header, any chunk order that puts the
 * format before the data, other chunks skipped.
 *
 * Throws `SLOWCAT_WAV_INVALID` on anything else: another format, a chunk longer than the file, no samples,
 * a rate outside 1..384000 Hz.
 */
export function readWav(bytes: Uint8Array): WavAudio {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nameAt = (offset: number): string => String.fromCharCode(...bytes.subarray(offset, offset + 4));
  if (bytes.byteLength < 12 || nameAt(0) !== 'RIFF' || nameAt(8) !== 'WAVE') {
    throw invalid('It does not begin with a RIFF/WAVE header.');
  }
  let fmt: WavFmt | undefined;
  let offset = 12;
  while (offset + 8 <= bytes.byteLength) {
    const name = nameAt(offset);
    const declared = view.getUint32(offset + 4, true);
    offset += 8;
    const rest = bytes.byteLength - offset;
    const size = name === 'data' && declared === sizeUnknown ? rest : declared;
    if (size > rest) {
      throw invalid(`A chunk says it has ${size} bytes, but ${rest} are left in the file.`);
    }
    if (name === 'fmt ') fmt = parseFmt(view, offset, size);
    if (name === 'data') {
      if (fmt === undefined) throw invalid('Its samples come before the chunk that says how to read them.');
      const frameBytes = fmt.channels * (fmt.format === 'pcm16' ? 2 : 4);
      if (size === 0) throw invalid('It holds no samples.');
      if (size % frameBytes !== 0) throw invalid('Its samples end in the middle of a sample frame.');
      const samples = decodeSamples(bytes.subarray(offset, offset + size), fmt.format);
      return { sampleRateHz: fmt.sampleRateHz, channels: fmt.channels, samples };
    }
    // Chunks begin at even offsets; an odd size is followed by one byte of padding.
    offset += size + (size % 2);
  }
  throw invalid('It has no data chunk.');
}

/** Reads a WAV file and mixes its channels to one. Throws as {@link readWav}. */
export function readWavMono(bytes: Uint8Array): {
  readonly sampleRateHz: number;
  readonly pcm: Float32Array;
} {
  const { sampleRateHz, channels, samples } = readWav(bytes);
  return { sampleRateHz, pcm: downmix(samples, channels) };
}

/**
 * A whole WAV file. Floats are clipped to 16 bits unless `format` says otherwise.
 *
 * Throws `SLOWCAT_AUDIO_INVALID` when the samples would not fit a WAV file (4 GiB).
 * @param samples interleaved; floats in -1..1, or 16-bit ones as frames carry them
 */
export function writeWav(samples: Float32Array | Int16Array, options: WriteWavOptions): Uint8Array {
  const { sampleRateHz, channels = 1, format = 'pcm16' } = options;
  const sampleBytes = format === 'pcm16' ? 2 : 4;
  const dataBytes = samples.length * sampleBytes;
  if (dataBytes > sizeUnknown - headerBytes) {
    throw new SlowcatError('SLOWCAT_AUDIO_INVALID', 'A WAV file holds 4 GiB at most; write it in parts.');
  }
  const bytes = new Uint8Array(headerBytes + dataBytes);
  const view = new DataView(bytes.buffer);
  const name = (offset: number, text: string): void => {
    for (let i = 0; i < 4; i++) bytes[offset + i] = text.charCodeAt(i);
  };
  name(0, 'RIFF');
  view.setUint32(4, headerBytes - 8 + dataBytes, true);
  name(8, 'WAVE');
  name(12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, format === 'pcm16' ? tagPcm : tagFloat, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * channels * sampleBytes, true);
  view.setUint16(32, channels * sampleBytes, true);
  view.setUint16(34, sampleBytes * 8, true);
  name(36, 'data');
  view.setUint32(40, dataBytes, true);
  if (format === 'pcm16') {
    const pcm16 = samples instanceof Int16Array ? samples : float32ToInt16(samples);
    for (let i = 0; i < pcm16.length; i++) view.setInt16(headerBytes + i * 2, pcm16[i] ?? 0, true);
  } else {
    const floats = samples instanceof Int16Array ? int16ToFloat32(samples) : samples;
    for (let i = 0; i < floats.length; i++) view.setFloat32(headerBytes + i * 4, floats[i] ?? 0, true);
  }
  return bytes;
}
