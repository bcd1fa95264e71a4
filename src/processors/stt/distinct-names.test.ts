import { describe, expect, it } from 'vitest';
import { distinctNames } from './distinct-names.js';

describe('distinctNames', () => {
  it.each([
    [
      ['Zimuko', 'Zumuko', 'Anna'],
      ['Zimuko', 'Anna'],
    ],
    [['Potola', 'Patola', 'Petola'], ['Potola']],
    [
      ['Anna', 'Hanna', 'Max', 'May'],
      ['Anna', 'Hanna', 'Max', 'May'],
    ],
    [[], []],
  ])('%j -> %j', (names, distinct) => expect(distinctNames(names)).toEqual(distinct));
});
