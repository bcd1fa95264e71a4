import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasRawText, isLegacy, negotiateVersion } from './version.js';

describe('negotiateVersion', () => {
  it.each([
    ['2.0.0', '2.2.0', [2, 0, 0]],
    ['2.1.0', '2.2.0', [2, 1, 0]],
    ['2.2.0', '2.2.0', [2, 2, 0]],
    ['2.9.7', '2.2.0', [2, 9, 7]],
    ['1.2.0', '1.2.0', [1, 2, 0]],
    ['1.0.3', '1.0.3', [1, 0, 3]],
  ])('serves %s as %s', (version, announced, client) => {
    expect(negotiateVersion(version)).toEqual({ client, announced, warning: null });
  });

  it.each([
    ['3.0.0', /^RTVI version 3\.0\.0 is not compatible with server protocol 2\.2\.0\. Compat/, [3, 0, 0]],
    ['0.3.0', /^RTVI version 0\.3\.0 is not compatible/, [0, 3, 0]],
    ['two', /^Invalid client version format \(two\)\. Compat/, [0, 0, 0]],
    ['2.1', /^Invalid client version format/, [0, 0, 0]],
    ['', /^Client version unknown\. Compat/, [0, 0, 0]],
    [null, /^Client version unknown\./, [0, 0, 0]],
  ])('warns %s and serves it all the same', (version, warning, client) => {
    const result = negotiateVersion(version);
    expect(result).toMatchObject({ client, announced: '2.2.0' });
    expect(result.warning).toMatch(warning);
  });

  it('never throws, and never repeats more than a little of what it was given', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 500 }), (version) => {
        expect((negotiateVersion(version).warning ?? '').length).toBeLessThan(120);
      }),
    );
  });
});

it('tells what a client of each version can take', () => {
  const of = (version: string) => negotiateVersion(version).client;
  expect(['1.2.0', '2.0.0', '2.1.9', '2.2.0', '2.10.0', '3.0.0'].filter((v) => hasRawText(of(v)))).toEqual([
    '2.2.0',
    '2.10.0',
    '3.0.0',
  ]);
  expect(['1.2.0', '2.0.0', 'x'].filter((v) => isLegacy(of(v)))).toEqual(['1.2.0']);
});
