import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { rootOfComplete } from '../proof/mountain-range.js';
import { userKey } from '../user-id.js';
import { decodeSegment, encodeSegment, readDirectory, segmentTurns } from './segment.js';
import { leafOf, type LogEntry } from './tail-record.js';

const { prefix } = userKey('anna');
const bytes = (what: string, length: number): Buffer =>
  createHash('sha256').update(what).digest().subarray(0, length);
const turn = (text: string): LogEntry => ({ kind: 'turn', salt: bytes(text, 16), record: Buffer.from(text) });

const anyEntry = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 4000 }).map(turn) },
  {
    weight: 1,
    arbitrary: fc.string().map((text): LogEntry => ({ kind: 'gone', leaf: bytes(text, 32) })),
  },
);

describe('a segment', () => {
  it('gives back its entries, forgotten ones too, over several blocks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyEntry, { minLength: 1, maxLength: 60 }),
        fc.nat(1e9),
        async (entries, first) => {
          const { directory, entries: read } = decodeSegment(await encodeSegment(prefix, first, entries));
          expect(directory).toMatchObject({ first, count: entries.length });
          expect(directory.prefix).toEqual(prefix);
          expect(read).toEqual(entries);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('names the root over its leaves when it is full', async () => {
    const entries = Array.from({ length: segmentTurns }, (_, i) => turn(`turn ${i}`));
    const { root } = readDirectory(await encodeSegment(prefix, 1, entries));
    expect(Buffer.from(root)).toEqual(Buffer.from(rootOfComplete(entries.map(leafOf))));
  });

  it('shrinks talk to less than two thirds, salts included', async () => {
    const entries = Array.from({ length: segmentTurns }, (_, i) =>
      turn(
        `I went to see number ${i} of the houses that my sister had told me about, and it was far too small.`,
      ),
    );
    const raw = entries.reduce((sum, entry) => sum + (entry.kind === 'turn' ? entry.record.length : 0), 0);
    expect((await encodeSegment(prefix, 1, entries)).length).toBeLessThan((raw * 2) / 3);
  });

  it('is refused when any bit of it differs', async () => {
    const entries = [...Array.from({ length: 300 / 10 }, (_, i) => turn('word '.repeat(i * 40)))];
    entries[3] = { kind: 'gone', leaf: bytes('gone', 32) };
    const whole = await encodeSegment(prefix, 1, entries);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(7), (at, bit) => {
        const damaged = Buffer.from(whole);
        damaged[at]! ^= 1 << bit;
        expect(() => decodeSegment(damaged)).toThrow(RangeError);
      }),
    );
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        expect(() => decodeSegment(whole.subarray(0, length))).toThrow(RangeError);
      }),
    );
  });
});
