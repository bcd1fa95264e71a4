import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { userKey } from '../user-id.js';
import { decodeUses, encodeUses } from './use-file.js';

const { prefix } = userKey('anna');
const record = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const uses = fc.array(fc.tuple(fc.nat(0xffff_ffff), record), { maxLength: 30 });

describe('a file of uses', () => {
  it('gives back what was put in', () => {
    fc.assert(
      fc.property(uses, fc.nat(1e6), (entries, group) => {
        expect(decodeUses(encodeUses(prefix, group, entries), prefix, group)).toEqual(entries);
      }),
    );
  });

  it('is nothing when a bit differs, it was cut, or it belongs elsewhere', () => {
    fc.assert(
      fc.property(uses, fc.nat(), fc.nat(7), (entries, place, bit) => {
        const bytes = encodeUses(prefix, 3, entries);
        expect(decodeUses(bytes, prefix, 4)).toBeUndefined();
        expect(decodeUses(bytes, userKey('ben').prefix, 3)).toBeUndefined();
        expect(decodeUses(bytes.subarray(0, place % bytes.length), prefix, 3)).toBeUndefined();
        bytes[place % bytes.length]! ^= 1 << bit;
        expect(decodeUses(bytes, prefix, 3)).toBeUndefined();
      }),
    );
  });
});
