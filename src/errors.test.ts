import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SlowcatError, errorTable } from './errors.js';

const page = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8');

describe('the error table', () => {
  it('is the same in docs/errors.md', () => {
    const documented = [...page.matchAll(/^\| `(SLOWCAT_\w+)` +\| ([^|]+?) +\|/gm)].map(([, code, text]) => [
      code,
      text,
    ]);
    expect(Object.fromEntries(documented)).toEqual(errorTable);
  });
});

describe('SlowcatError', () => {
  it('keeps code, cause and next step', () => {
    const cause = new Error('underneath');
    const error = new SlowcatError('SLOWCAT_PORT_IN_USE', 'Choose another.', { cause });
    expect(error).toMatchObject({ code: 'SLOWCAT_PORT_IN_USE', cause, name: 'SlowcatError' });
    expect(error.message).toBe('The port is taken by another program. Choose another.');
  });

  it('knows its own kind, also from another copy of the package', () => {
    expect(SlowcatError.isInstance(new SlowcatError('SLOWCAT_PORT_IN_USE'))).toBe(true);
    expect(SlowcatError.isInstance({ [Symbol.for('slowcat.error')]: true })).toBe(true);
    expect(SlowcatError.isInstance(new Error('other'))).toBe(false);
    expect(SlowcatError.isInstance(null)).toBe(false);
  });
});
