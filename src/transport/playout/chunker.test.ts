import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Chunker } from './chunker.js';

describe('Chunker', () => {
  it('gives exact chunks whatever the sizes it gets, in order and whole, the last one padded', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.int16Array({ maxLength: 30 })),
        (size, pieces) => {
          const chunker = new Chunker(size);
          const chunks = pieces.flatMap((piece) => chunker.push(piece));
          const last = chunker.flush();
          if (last) chunks.push(last);
          const all = pieces.flatMap((piece) => [...piece]);
          expect(chunks.every((chunk) => chunk.length === size)).toBe(true);
          expect(chunks.length).toBe(Math.ceil(all.length / size));
          const out = chunks.flatMap((chunk) => [...chunk]);
          expect(out.slice(0, all.length)).toEqual(all);
          expect(out.slice(all.length).every((sample) => sample === 0)).toBe(true);
          expect(chunker.flush()).toBeUndefined();
        },
      ),
    );
  });

  it('does not touch a chunk that it has given away', () => {
    const chunker = new Chunker(2);
    const [first] = chunker.push(Int16Array.of(1, 2, 3));
    chunker.push(Int16Array.of(4));
    expect([...first!]).toEqual([1, 2]);
  });

  it('forgets the rest when cleared, so that it cannot sound in the next answer', () => {
    const chunker = new Chunker(4);
    chunker.push(Int16Array.of(7, 7));
    expect(chunker.pendingSamples).toBe(2);
    chunker.clear();
    chunker.push(Int16Array.of(1));
    expect([...chunker.flush()!]).toEqual([1, 0, 0, 0]);
  });
});
