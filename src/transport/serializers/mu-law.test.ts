import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { int16ToMuLaw, muLawToInt16 } from './mu-law.js';

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

describe('mu-law', () => {
  it('decodes every byte as the ITU tables do', () => {
    const decoded = muLawToInt16(everyByte);
    expect([...decoded.slice(0, 3), decoded[0x7f], decoded[0x80], decoded[0xff]]).toEqual([
      -32_124, -31_100, -30_076, 0, 32_124, 0,
    ]);
    // Of the 256 samples as little-endian bytes, from CPython's audioop, an implementation of its own.
    const bytes = Buffer.alloc(512);
    decoded.forEach((sample, i) => bytes.writeInt16LE(sample, 2 * i));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(
      '3dab54339e520bb2c924826e3b72a917a2b612e9fd12fc867500f1d983a75827',
    );
  });

  it.each([
    [0, 0xff],
    [100, 0xf2],
    [-100, 0x72],
    [1000, 0xce],
    [-1000, 0x4e],
    [8158, 0x9f],
    [32_767, 0x80],
    [-32_768, 0x00],
  ])('encodes %i', (sample, byte) => {
    expect([...int16ToMuLaw(Int16Array.of(sample))]).toEqual([byte]);
  });

  it('gives back every byte, but for the second zero', () => {
    const again = int16ToMuLaw(muLawToInt16(everyByte));
    expect([...again]).toEqual([...everyByte].map((byte) => (byte === 0x7f ? 0xff : byte)));
  });

  it('is never further off than half a step', () => {
    fc.assert(
      fc.property(fc.integer({ min: -32_768, max: 32_767 }), (sample) => {
        const [back = 0] = muLawToInt16(int16ToMuLaw(Int16Array.of(sample)));
        expect(Math.abs(back - sample)).toBeLessThanOrEqual(4 + Math.abs(sample) / 32);
        expect(Math.sign(back) * Math.sign(sample)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
