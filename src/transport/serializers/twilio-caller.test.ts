import { expect, it } from 'vitest';
import { twilioCaller } from './twilio-caller.js';

const start = (customParameters?: unknown) =>
  JSON.stringify({ event: 'start', streamSid: 'MZ01', start: { streamSid: 'MZ01', customParameters } });

it('is the parameter `user` of the stream', () => {
  expect(twilioCaller(start({ user: '+15550100', FirstName: 'Jane' }))).toBe('+15550100');
});

it.each([undefined, null, {}, { FirstName: 'Jane' }, { user: '' }, { user: 5 }, 'user'])(
  'is nobody with the parameters %j',
  (parameters) => {
    expect(twilioCaller(start(parameters))).toBeNull();
  },
);

it.each([
  '{"event":"connected"}',
  '{"event":"media","start":{"customParameters":{"user":"eve"}}}',
  '{"event":"start"}',
  '{',
  'null',
  new Uint8Array([1]),
])('is not told by %s', (message) => {
  expect(twilioCaller(message)).toBeUndefined();
});
