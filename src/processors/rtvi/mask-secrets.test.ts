import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskSecrets } from './mask-secrets.js';

describe('maskSecrets', () => {
  it.each([
    ['api_key=abc123 is refused', 'api_key=[REDACTED] is refused'],
    ['https://h/v1?token=abc&x=1', 'https://h/v1?token=[REDACTED]&x=1'],
    ['Authorization: Bearer abcdefghij', 'Authorization: Bearer [REDACTED]'],
    ['it sent Bearer abcdefghij to us', 'it sent Bearer [REDACTED] to us'],
    ['http://me:pass@host/', 'http://me:[REDACTED]@host/'],
    ['wrong key sk-abcdefghijklmnopqrst', 'wrong key [REDACTED]'],
    ["{'X-Api-Key': 'abc'}", "{'X-Api-Key': '[REDACTED]'}"],
  ])('%s', (text, shown) => {
    expect(maskSecrets(text)).toBe(shown);
  });

  it.each(['max_tokens: 256', 'The prompt has 300 tokens.', 'LLMService#0 failed at a LLMContextFrame.'])(
    'leaves alone: %s',
    (text) => {
      expect(maskSecrets(text)).toBe(text);
    },
  );

  it('masks what is masked already no further', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const once = maskSecrets(`token=abc ${text}`);
        expect(maskSecrets(once)).toBe(once);
      }),
    );
  });
});
