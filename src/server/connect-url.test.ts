import { describe, expect, it } from 'vitest';

import { connectUrl } from './connect-url.js';

describe('connectUrl', () => {
  it('names the host that the client used', () => {
    expect(connectUrl({ host: 'localhost:8000', protocol: 'http', query: {} }, undefined)).toBe(
      'ws://localhost:8000/ws',
    );
    expect(connectUrl({ host: 'voice.example.org', protocol: 'https', query: {} }, undefined)).toBe(
      'wss://voice.example.org/ws',
    );
  });

  it('passes on the session settings and the token, escaped, and nothing else', () => {
    const query = { user: 'a+b@c', out_rate: '16000', token: 'old', other: 'x' };
    expect(connectUrl({ host: 'h:1', protocol: 'http', query }, 'p&q')).toBe(
      'ws://h:1/ws?user=a%2Bb%40c&out_rate=16000&token=p%26q',
    );
  });
});
