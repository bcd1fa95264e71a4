import { describe, expect, it } from 'vitest';

import { isOriginAllowed } from './origin.js';

const open = { allowedOrigins: [], hasToken: false };

describe('isOriginAllowed', () => {
  it('lets programs without an origin pass', () => {
    expect(isOriginAllowed(undefined, 'localhost:8000', open)).toBe(true);
  });

  it.each([
    ['http://localhost:5173', 'localhost:8000'],
    ['http://127.0.0.1:8000', '127.0.0.1:8000'],
    ['http://[::1]:8000', '[::1]:8000'],
    ['http://192.168.0.7:8000', '192.168.0.7:8000'],
  ])('lets %s talk to %s', (origin, host) => {
    expect(isOriginAllowed(origin, host, open)).toBe(true);
  });

  it.each([
    ['https://evil.example', 'localhost:8000'],
    ['http://evil.example:8000', 'evil.example:8000'], // a rebound name
    ['http://192.168.0.8:8000', '192.168.0.7:8000'],
    ['http://localhost.evil.example', 'localhost:8000'],
    ['null', 'localhost:8000'],
    ['file://', 'localhost:8000'],
    ['', 'localhost:8000'],
  ])('keeps %s from %s', (origin, host) => {
    expect(isOriginAllowed(origin, host, open)).toBe(false);
  });

  it('trusts its own host name where a token guards it', () => {
    const guarded = { allowedOrigins: [], hasToken: true };
    expect(isOriginAllowed('https://voice.example.org', 'voice.example.org', guarded)).toBe(true);
    expect(isOriginAllowed('https://evil.example', 'voice.example.org', guarded)).toBe(false);
  });

  it('lets listed origins pass', () => {
    const listed = { allowedOrigins: ['https://app.example.org'], hasToken: false };
    expect(isOriginAllowed('https://app.example.org', 'localhost:8000', listed)).toBe(true);
    expect(isOriginAllowed('https://app.example.org.evil', 'localhost:8000', listed)).toBe(false);
    expect(isOriginAllowed('https://any.example', 'x', { allowedOrigins: ['*'], hasToken: false })).toBe(
      true,
    );
  });
});
