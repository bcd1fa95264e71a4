/**
 * Widens little-endian IEEE 754 half floats to single floats; every half has an exact single.
 *
 * @param bytes two bytes per value
 * @returns four bytes per value, little endian
 */
export function widenHalfFloats(bytes: Buffer): Buffer {
  const widened = Buffer.allocUnsafe(bytes.length * 2);
  for (let offset = 0; offset < bytes.length; offset += 2) {
    widened.writeFloatLE(halfToNumber(bytes.readUInt16LE(offset)), offset * 2);
  }
  return widened;
}

/** @param bits 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
