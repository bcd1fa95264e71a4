import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { userKey } from './user-id.js';

describe('userKey', () => {
  it.each(['a', 'default', 'anna.b_c-d@example.org:8+1', 'x'.repeat(128)])('accepts %s', (id) => {
    expect(userKey(id).prefix).toHaveLength(16);
  });

  it.each(['', 'x'.repeat(129), 'a b', 'a/b', '../a', 'a\0b', 'a\n', 'ä', '😀', 'a\ud800'])(
    'refuses %j',
    (id) => {
      expect(() => userKey(id)).toThrow(expect.objectContaining({ code: 'SLOWCAT_MEMORY_USER' }));
    },
  );

  it('does not repeat the id in its error', () => {
    expect(() => userKey('geheim geheim')).toThrow(/^(?!.*geheim)/);
  });

  it('gives ids that begin alike prefixes that do not', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,20}$/), fc.stringMatching(/^[a-z0-9]{1,5}$/), (id, more) => {
        expect(userKey(id).prefix.equals(userKey(id + more).prefix)).toBe(false);
      }),
    );
  });
});
