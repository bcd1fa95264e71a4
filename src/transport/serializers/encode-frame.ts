import { Buffer } from 'node:buffer';

/**
 * The two kinds of frame that make up nearly all that is sent, written without reflection over the schema: fifty
 * clients hear thousands of them a second. Byte for byte what the schema gives, of which a test holds it.
 *
 * A tag is `field number << 3 | wire type`: 0 for a varint, 2 for what has a length.
 */
const audioTag = (2 << 3) | 2;
const messageTag = (4 << 3) | 2;
const pcmTag = (3 << 3) | 2;
const rateTag = 4 << 3;
const channelsTag = 5 << 3;
const jsonTag = (1 << 3) | 2;

const encoder = new TextEncoder();

const varintBytes = (value: number): number => {
  let bytes = 1;
  for (let left = value; left > 0x7f; left = Math.floor(left / 128)) bytes += 1;
  return bytes;
};

/** @returns where what follows begins */
const writeVarint = (out: Uint8Array, at: number, value: number): number => {
  let end = at;
  let left = value;
  for (; left > 0x7f; left = Math.floor(left / 128)) out[end++] = (left % 128) | 0x80;
  out[end++] = left;
  return end;
};

/** @returns where what follows begins */
const writeTagged = (out: Uint8Array, at: number, tag: number, value: number): number => {
  out[at] = tag;
  return writeVarint(out, at + 1, value);
};

/** Memory out of the pool, as plain bytes: `slice` of a Buffer is no copy. */
const allocate = (size: number): Uint8Array => {
  const { buffer, byteOffset, length } = Buffer.allocUnsafe(size);
  return new Uint8Array(buffer, byteOffset, length);
};

/**
 * A `pipecat.Frame` with audio and no time.
 *
 * @param pcm at least one byte
 * @param sampleRateHz at least 1
 * @param numChannels at least 1
 */
export const encodeAudioFrame = (pcm: Uint8Array, sampleRateHz: number, numChannels: number): Uint8Array => {
  const size =
    3 + varintBytes(pcm.length) + pcm.length + varintBytes(sampleRateHz) + varintBytes(numChannels);
  const out = allocate(1 + varintBytes(size) + size);
  let at = writeTagged(out, 0, audioTag, size);
  at = writeTagged(out, at, pcmTag, pcm.length);
  out.set(pcm, at);
  at = writeTagged(out, at + pcm.length, rateTag, sampleRateHz);
  writeTagged(out, at, channelsTag, numChannels);
  return out;
};

/** A `pipecat.Frame` with an application's message. @param json not empty */
export const encodeMessageFrame = (json: string): Uint8Array => {
  const length = Buffer.byteLength(json);
  const size = 1 + varintBytes(length) + length;
  const out = allocate(1 + varintBytes(size) + size);
  const at = writeTagged(out, writeTagged(out, 0, messageTag, size), jsonTag, length);
  encoder.encodeInto(json, out.subarray(at));
  return out;
};
