import { describe, expect, it } from 'vitest';

import { isUserId } from './user-id.js';

describe('isUserId', () => {
  it.each(['a', 'Ada_Lovelace', 'ada@example.org', 'team:ada+1', 'a.b-c', 'x'.repeat(128)])(
    'accepts %s',
    (id) => {
      expect(isUserId(id)).toBe(true);
    },
  );

  it.each(['', 'x'.repeat(129), 'a b', 'a/b', '../etc', '.', '..', 'a\n', 'ü', 'a\0'])('refuses %j', (id) => {
    expect(isUserId(id)).toBe(false);
  });
});
