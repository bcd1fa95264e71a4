import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ExtractedFact } from './fact.js';
import { decodeFacts, encodeFacts } from './fact-record.js';

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 });
const facts = fc
  .tuple(
    fc.nat(),
    fc.double({ noNaN: true }),
    fc.array(
      fc.record(
        {
          subject: fc.oneof(fc.constant('1'), text),
          relation: text,
          value: text,
          effect: fc.constantFrom('holds' as const, 'ends' as const),
          slot: fc.constantFrom(
            'name' as const,
            'allergy' as const,
            'instruction' as const,
            'preference' as const,
          ),
          replaces: text,
        },
        { requiredKeys: ['subject', 'relation', 'value', 'effect'] },
      ),
      { minLength: 1, maxLength: 6 },
    ),
  )
  .map(([sourceTurn, atMs, some]): ExtractedFact[] => some.map((fact) => ({ ...fact, sourceTurn, atMs })));

describe('encodeFacts', () => {
  it('gives back what it took', () => {
    fc.assert(
      fc.property(facts, (some) => {
        const bytes = encodeFacts(some);
        expect(decodeFacts(some[0]!.sourceTurn, bytes!)).toEqual(some);
      }),
    );
  });

  it('keeps half a surrogate pair', () => {
    const some: ExtractedFact[] = [
      { subject: '1', relation: 'dog', value: 'a\ud800', effect: 'holds', sourceTurn: 1, atMs: 2 },
    ];
    expect(decodeFacts(1, encodeFacts(some)!)).toEqual(some);
  });

  it('is small', () => {
    const some: ExtractedFact[] = [
      { subject: '1', relation: 'dog', value: 'Potola', effect: 'holds', sourceTurn: 1, atMs: 2 },
    ];
    expect(encodeFacts(some)).toHaveLength(22);
    expect(encodeFacts([])).toBeUndefined();
  });

  it('tells an unknown format and a record that was cut', () => {
    const bytes = encodeFacts([
      { subject: '1', relation: 'dog', value: 'Potola', effect: 'holds', sourceTurn: 1, atMs: 2 },
    ])!;
    expect(() => decodeFacts(1, Buffer.from([9, ...bytes.subarray(1)]))).toThrow(RangeError);
    expect(() => decodeFacts(1, bytes.subarray(0, bytes.length - 1))).toThrow(RangeError);
    expect(() => decodeFacts(1, new Uint8Array())).toThrow(RangeError);
  });
});
