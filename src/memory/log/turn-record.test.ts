import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeTurn, encodeTurn } from './turn-record.js';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
);

describe('turn records', () => {
  it('give back every turn exactly, also with lone surrogates', () => {
    const turns = fc.record(
      {
        role: fc.constantFrom('user' as const, 'assistant' as const),
        text: anyText,
        atMs: fc.double({ noNaN: true }),
        speaker: anyText,
        session: anyText,
        interrupted: fc.constant(true as const),
        id: anyText,
        importance: fc.double({ noNaN: true, min: 0, max: 1 }),
      },
      { requiredKeys: ['role', 'text', 'atMs'], noNullPrototype: true },
    );
    fc.assert(
      fc.property(turns, fc.nat(), (turn, turnId) => {
        expect(decodeTurn(turnId, encodeTurn(turn))).toStrictEqual({ ...turn, turnId });
      }),
      { examples: [[{ role: 'user', text: '\ud83d', atMs: 0 }, 1]] },
    );
  });

  it('takes 10 bytes beside the text', () => {
    expect(encodeTurn({ role: 'user', text: 'hello', atMs: 1 })).toHaveLength(15);
  });

  it('reads records of format 1', () => {
    const record = encodeTurn({ role: 'assistant', text: 'hello', speaker: 'Anna', atMs: 1 });
    record[0] = 1;
    expect(decodeTurn(7, record)).toEqual({
      turnId: 7,
      role: 'assistant',
      text: 'hello',
      speaker: 'Anna',
      atMs: 1,
    });
  });

  it('refuses records of another format and truncated ones', () => {
    const record = encodeTurn({ role: 'user', text: '', speaker: 'Anna', atMs: 1 });
    expect(() => decodeTurn(1, record.subarray(0, 12))).toThrow(RangeError);
    expect(() => decodeTurn(1, Buffer.concat([Buffer.from([9]), record.subarray(1)]))).toThrow(RangeError);
  });
});
