import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { StoredTurn } from '../../memory/memory.js';
import { BadLine, timeFrom, turnFromJson, turnToJson } from './turn-json.js';

const turn = fc.record(
  {
    turnId: fc.integer({ min: 1, max: 1e9 }),
    id: fc.string({ unit: 'binary' }),
    role: fc.constantFrom('user' as const, 'assistant' as const),
    // Half characters, NUL and line separators included.
    text: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\0', '\ud800', 'a\udc00b', '\u2028\u2029\ufeff', '🐈'),
    ),
    atMs: fc.oneof(
      fc.integer({ min: -8.64e15, max: 8.64e15 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
    speaker: fc.string({ unit: 'binary' }),
    session: fc.string({ unit: 'binary' }),
    interrupted: fc.constant(true as const),
    importance: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  { requiredKeys: ['turnId', 'role', 'text', 'atMs'], noNullPrototype: true },
);

describe('a turn as a line of JSON', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(turn, (stored: StoredTurn) => {
        const line = turnToJson(stored);
        expect(line).not.toContain('\n');
        // Through bytes and back, as a file does it.
        const { turnId, atMs, ...rest } = stored;
        const back = turnFromJson(Buffer.from(line, 'utf8').toString('utf8'));
        // JSON knows no -0.
        expect(back).toStrictEqual({ id: String(turnId), atMs: atMs + 0, ...rest });
      }),
    );
  });

  it('is what the format says', () => {
    expect(turnToJson({ turnId: 7, role: 'user', text: 'hi', atMs: Date.UTC(2026, 10, 21) + 5 })).toBe(
      '{"id":"7","at":"2026-11-21T00:00:00.005Z","speaker":null,"role":"user","text":"hi"}',
    );
  });

  it.each([
    ['{"role":"user","text":"hi","at":5}', { role: 'user', text: 'hi', atMs: 5 }],
    [
      '{"id":7,"role":"user","text":"hi","at":"2026-11-21T10:00:00+01:00","other":[]}',
      { id: '7', atMs: Date.UTC(2026, 10, 21, 9) },
    ],
    [
      '{"id":null,"speaker":null,"interrupted":false,"role":"assistant","text":"","at":0}',
      { role: 'assistant', text: '', atMs: 0 },
    ],
  ])('takes %s', (line, expected) => {
    expect(turnFromJson(line)).toMatchObject(expected);
  });

  it.each([
    ['', 'not JSON'],
    ['{"text": "secret', 'not JSON'],
    ['[]', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['{"role":"secret","text":"secret","at":1}', '`role`'],
    ['{"role":"user","text":["secret"],"at":1}', '`text`'],
    ['{"role":"user","text":"secret"}', '`at`'],
    ['{"role":"user","text":"secret","at":"secret"}', '`at`'],
    ['{"role":"user","text":"secret","at":"2026-99-99"}', '`at`'],
    ['{"role":"user","text":"secret","at":1,"id":{}}', '`id`'],
    ['{"role":"user","text":"secret","at":1,"speaker":7}', '`speaker`'],
    ['{"role":"user","text":"secret","at":1,"session":7}', '`session`'],
    ['{"role":"user","text":"secret","at":1,"interrupted":"secret"}', '`interrupted`'],
    ['{"role":"user","text":"secret","at":1,"importance":2}', '`importance`'],
  ])('refuses %s and tells nothing of it', (line, named) => {
    expect(() => turnFromJson(line)).toThrow(BadLine);
    expect(() => turnFromJson(line)).toThrow(named);
    expect(() => turnFromJson(line)).not.toThrow('secret');
  });
});

describe('timeFrom', () => {
  it.each(['soon', '1', '2026', 'Nov 21 2026', '2026-11-21T25:00:00Z', '', null, true, Number.NaN, Infinity])(
    'refuses %j',
    (at) => {
      expect(() => timeFrom(at)).toThrow(BadLine);
    },
  );
});
