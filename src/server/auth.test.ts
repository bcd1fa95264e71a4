import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isAuthorized, isLoopbackHost, presentedToken, secretsEqual } from './auth.js';

describe('auth', () => {
  it('secretsEqual agrees with ===', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(secretsEqual(a, b)).toBe(a === b);
        expect(secretsEqual(a, a)).toBe(true);
      }),
    );
  });

  it('finds the token in the header before the query', () => {
    expect(presentedToken('Bearer abc', { token: 'q' })).toBe('abc');
    expect(presentedToken('bearer  abc', {})).toBe('abc');
    expect(presentedToken(undefined, { token: 'q' })).toBe('q');
    expect(presentedToken('Basic abc', {})).toBeUndefined();
  });

  it('lets everybody in only where no token is wanted', () => {
    expect(isAuthorized(undefined, undefined)).toBe(true);
    expect(isAuthorized('s', undefined)).toBe(false);
    expect(isAuthorized('s', '')).toBe(false);
    expect(isAuthorized('s', 'S')).toBe(false);
    expect(isAuthorized('s', 's')).toBe(true);
  });

  it.each(['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]', 'LOCALHOST', 'a.localhost'])(
    '%s is loopback',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );

  it.each([
    '0.0.0.0',
    '::',
    '192.168.0.2',
    'example.org',
    '127.0.0.1.example.org',
    'localhost.example.org',
    '',
  ])('%s is not loopback', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});
