import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atRung, compressedWords, rungOf, type Rung } from './rungs.js';

const rungs: readonly Rung[] = ['full', 'most', 'half', 'first', 'forgotten'];
const down = (memory: Parameters<typeof atRung>[0]): string[] => rungs.map((rung) => atRung(memory, rung));

describe('rungOf', () => {
  it('steps down at .9, .7, .4 and .1, which are the lower rung themselves', () => {
    const seen = [1, 0.9001, 0.9, 0.7001, 0.7, 0.4001, 0.4, 0.1001, 0.1, 0].map(rungOf);
    expect(seen).toEqual([
      'full',
      'full',
      'most',
      'most',
      'half',
      'half',
      'first',
      'first',
      'forgotten',
      'forgotten',
    ]);
  });
});

describe('atRung', () => {
  it('takes a triple apart from its value to its subject', () => {
    expect(down({ subject: '1', relation: 'dog', value: 'Potola' })).toEqual([
      '1 dog Potola',
      '1 dog P',
      '1 dog',
      '1',
      '',
    ]);
  });

  it('keeps the whole text, then the 80 % and 50 % of its words that tell most, and the first of these', () => {
    expect(down('We are at the park every single morning with Potola and the squirrels')).toEqual([
      'We are at the park every single morning with Potola and the squirrels',
      'We park every single morning Potola squirrels',
      'single morning Potola squirrels',
      'single',
      '',
    ]);
    expect(down('I do not eat meat.').slice(1)).toEqual(['I not eat meat.', 'not meat.', 'not', '']);
    expect(atRung('I also went climbing.', 'half')).toBe('went climbing.');
  });

  it('leaves no half of a character behind', () => {
    expect(atRung({ subject: '1', relation: 'flag', value: '🇮🇹 flag' }, 'most')).toBe('1 flag 🇮🇹');
    expect(atRung({ subject: '1', relation: 'name', value: 'é́tienne' }, 'most')).toBe('1 name é́');
    expect(atRung({ subject: '1', relation: 'name', value: '' }, 'most')).toBe('1 name');
  });

  it('never grows on the way down, and says nothing that was not said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const steps = down(text);
        const said = new Set(text.split(/\s+/u));
        steps.slice(1).forEach((step, i) => {
          expect(step.length).toBeLessThanOrEqual(steps[i]?.length ?? 0);
          expect(step.split(' ').every((word) => word === '' || said.has(word))).toBe(true);
        });
      }),
    );
  });
});

describe('compressedWords', () => {
  it('keeps fillers when there is nothing else, and 20 words at most', () => {
    expect(compressedWords('is the an')).toEqual(['is', 'the', 'an']);
    expect(compressedWords('word '.repeat(1_000_000))).toHaveLength(20);
    expect(compressedWords(' \n ')).toEqual([]);
  });
});
