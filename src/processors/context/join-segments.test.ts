import { describe, expect, it } from 'vitest';
import { joinSegments } from './join-segments.js';

describe('joinSegments', () => {
  it.each([
    [[], ''],
    [['I planted tomatoes.', 'in the garden.'], 'I planted tomatoes in the garden.'],
    [['I would like…', 'a pizza.'], 'I would like a pizza.'],
    [['It rained.', 'We stayed in.'], 'It rained. We stayed in.'],
    [['Really?', 'yes.'], 'Really? yes.'],
  ])('%j -> %j', (segments, text) => expect(joinSegments(segments)).toBe(text));
});
