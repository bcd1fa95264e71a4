/**
 * Mu-law, the telephone's 8-bit companding (ITU-T G.711): sign, three bits of exponent, four of mantissa, all
 * inverted on the line.
 */
const bias = 0x84;
const clip = 32_767 - bias;

const decodeOne = (byte: number): number => {
  const bits = ~byte & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + bias) << ((bits >> 4) & 7)) - bias;
  return (bits & 0x80) === 0 ? magnitude : -magnitude;
};

const decoded = Int16Array.from({ length: 256 }, (_, byte) => decodeOne(byte));

const encodeOne = (sample: number): number => {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), clip) + bias;
  // The position of the highest bit, from that of the bias (7) on.
  const exponent = 31 - Math.clz32(magnitude) - 7;
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
};

/** One sample a byte. */
export const muLawToInt16 = (bytes: Uint8Array): Int16Array =>
  Int16Array.from(bytes, (byte) => decoded[byte] ?? 0);

/** One byte a sample. */
export const int16ToMuLaw = (samples: Int16Array): Uint8Array => Uint8Array.from(samples, encodeOne);
