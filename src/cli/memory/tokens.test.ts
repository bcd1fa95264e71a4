import { describe, expect, it } from 'vitest';

import { tokenCounter } from './tokens.js';

describe('tokenCounter', () => {
  it('counts as o200k does, special tokens being text', async () => {
    const count = await tokenCounter('o200k');
    expect(count('hello world')).toBe(2);
    expect(count('')).toBe(0);
    expect(count('<|endoftext|>')).toBeGreaterThan(1);
  });

  it('counts bytes', async () => {
    expect((await tokenCounter('bytes'))('é🐈')).toBe(6);
  });
});
