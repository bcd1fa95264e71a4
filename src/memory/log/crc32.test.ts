import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { crc32, crc32ByTable } from './crc32.js';

describe('crc32', () => {
  it('gives the check value of the standard', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  });

  it('is the same by table', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (data) => {
        expect(crc32ByTable(data)).toBe(crc32(data));
      }),
    );
  });
});
