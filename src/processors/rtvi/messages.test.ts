import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { negotiateVersion, parseRtviRequest, rtviMessage } from './messages.js';

const request = (type: string, data?: unknown) => ({ label: 'rtvi-ai', type, id: '1', data });

describe('parseRtviRequest', () => {
  it('reads the requests that the server serves', () => {
    expect(parseRtviRequest(request('client-ready', { version: '2.1.0' }))).toEqual({
      type: 'client-ready',
      id: '1',
      version: '2.1.0',
    });
    expect(parseRtviRequest(request('send-text', { content: 'hi' }))).toEqual({
      type: 'send-text',
      id: '1',
      content: 'hi',
      runImmediately: true,
    });
    expect(
      parseRtviRequest(request('send-text', { content: 'hi', options: { run_immediately: false } })),
    ).toMatchObject({ runImmediately: false });
    expect(parseRtviRequest(request('client-message', { t: 'x', d: 1 }))).toEqual({
      type: 'client-message',
      id: '1',
      t: 'x',
      d: 1,
    });
    expect(parseRtviRequest(request('disconnect-bot'))).toEqual({ type: 'disconnect-bot', id: '1' });
  });

  it('ignores what is not RTVI and rejects RTVI without an id', () => {
    expect(parseRtviRequest({ label: 'other', type: 'x', id: '1' })).toBeNull();
    expect(parseRtviRequest({ label: 'rtvi-ai', type: 'x' })).toBe('invalid');
  });

  it('names an unknown type', () => {
    expect(parseRtviRequest(request('dance'))).toEqual({
      type: 'unsupported',
      id: '1',
      reason: 'Unsupported type dance',
    });
    expect(parseRtviRequest(request('send-text', {}))).toMatchObject({ type: 'unsupported' });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.anything(), (message) => void parseRtviRequest(message)));
    fc.assert(
      fc.property(fc.string(), fc.anything(), (type, data) => void parseRtviRequest(request(type, data))),
    );
  });
});

describe('negotiateVersion', () => {
  it.each([
    ['2.1.0', '2.2.0', true],
    ['2.9.0', '2.2.0', true],
    ['1.2.0', '1.2.0', true],
    ['3.0.0', '2.2.0', false],
    ['two', '2.2.0', false],
    [null, '2.2.0', false],
  ])('%s -> %s, compatible %s', (client, version, compatible) => {
    expect(negotiateVersion(client)).toEqual({ version, compatible });
  });
});

describe('rtviMessage', () => {
  it('leaves out what has no value', () => {
    expect(rtviMessage('bot-llm-started')).toEqual({ label: 'rtvi-ai', type: 'bot-llm-started' });
  });
});
