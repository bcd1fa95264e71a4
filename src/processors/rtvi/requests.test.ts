import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRtviRequest } from './requests.js';

const request = (type: string, data?: unknown) => ({ label: 'rtvi-ai', type, id: '1', data });
const parse = (type: string, data?: unknown) => parseRtviRequest(request(type, data));

describe('parseRtviRequest', () => {
  it.each([
    [
      'client-ready',
      { version: '2.1.0', about: { library: 'x' } },
      { version: '2.1.0', about: { library: 'x' } },
    ],
    ['client-ready', undefined, { version: null }],
    ['client-ready', { version: 2 }, { version: null }],
    ['disconnect-bot', {}, {}],
    ['disconnect-bot', undefined, {}],
    ['disconnect-bot', null, {}],
    ['send-text', { content: 'hi' }, { content: 'hi', runImmediately: true, audioResponse: true }],
    [
      'send-text',
      { content: 'hi', options: { run_immediately: false, audio_response: false } },
      { runImmediately: false, audioResponse: false },
    ],
    ['send-text', { content: 'hi', options: null }, { runImmediately: true }],
    ['append-to-context', { role: 'assistant', content: 'a' }, { role: 'assistant', runImmediately: false }],
    ['append-to-context', { content: 'a', run_immediately: true }, { role: 'user', runImmediately: true }],
    ['client-message', { t: 'x', d: 1 }, { t: 'x', d: 1 }],
    ['dtmf', { buttons: ['1', '#'] }, { buttons: ['1', '#'] }],
    ['dtmf', { button: '5' }, { buttons: ['5'] }],
    [
      'llm-function-call-result',
      { function_name: 'f', tool_call_id: 'c', arguments: { a: 1 }, result: 'r' },
      { functionName: 'f', toolCallId: 'c', args: { a: 1 }, result: 'r' },
    ],
    ['ui-event', { event: 'click', payload: [1] }, { event: 'click', payload: [1] }],
    ['ui-snapshot', { tree: { root: {} } }, { tree: { root: {} } }],
    ['ui-cancel-job-group', { job_id: 'j' }, { jobId: 'j', reason: null }],
    [
      'send-file',
      { content: 'see', file: { format: 'image/png', source: { type: 'bytes', bytes: 'AAAA', width: 2 } } },
      {
        content: 'see',
        file: {
          format: 'image/png',
          name: null,
          source: { kind: 'base64', base64: 'AAAA', width: 2, height: 0 },
        },
        runImmediately: true,
      },
    ],
    [
      'send-file',
      { content: '', file: { format: 'a/b', source: { type: 'bytes', bytes: 'data:a/b;base64,AAAA' } } },
      { file: { source: { base64: 'AAAA' } } },
    ],
    [
      'send-file',
      { content: '', file: { format: 'a/b', name: 'n', source: { type: 'url', url: 'https://h/f' } } },
      { file: { name: 'n', source: { kind: 'url', url: 'https://h/f' } } },
    ],
  ])('reads %s %j', (type, data, wanted) => {
    expect(parse(type, data)).toMatchObject({ type, id: '1', ...wanted });
  });

  it.each([
    ['send-text', {}],
    ['send-text', { content: 5 }],
    ['send-text', { content: 'hi', options: { run_immediately: 'yes' } }],
    ['append-to-context', { role: 'nobody', content: 'x' }],
    ['client-message', {}],
    ['dtmf', { buttons: [] }],
    ['dtmf', { buttons: ['A'] }],
    ['llm-function-call-result', { function_name: 'f' }],
    ['ui-event', {}],
    ['ui-snapshot', { tree: 'x' }],
    ['ui-cancel-job-group', {}],
    ['send-file', { content: '', file: { format: 'a/b', source: {} } }],
    ['raw-audio', { base64Audio: 5 }],
    ['raw-audio-batch', {}],
  ])('refuses %s %j and says what it needs', (type, data) => {
    expect(parse(type, data)).toMatchObject({
      type: 'refused',
      id: '1',
      reason: expect.stringMatching(new RegExp(`^Invalid message: ${type} needs `)) as string,
    });
  });

  it('names a type that it does not know, and actions, which RTVI 2 no longer has', () => {
    expect(parse('dance')).toEqual({ type: 'refused', id: '1', reason: 'Unsupported type dance' });
    expect(parse('action', { service: 'tts', action: 'say' })).toMatchObject({
      reason: 'Unsupported type action',
    });
  });

  it.each([
    'error-response',
    'error',
    'bot-ready',
    'bot-llm-text',
    'user-input',
    'metrics',
    'server-response',
  ])('answers nothing to %s, which servers send: two bots would go on forever', (type) => {
    expect(parse(type, { error: 'Unsupported type x' })).toEqual({ type: 'not-for-servers', id: '1' });
  });

  it('ignores what is not RTVI and rejects RTVI that has no id or no object for data', () => {
    for (const message of [null, 5, 'rtvi-ai', [], {}, { label: 'other', type: 'x', id: '1' }]) {
      expect(parseRtviRequest(message)).toBeNull();
    }
    expect(parseRtviRequest({ label: 'rtvi-ai', type: 'x' })).toBe('invalid');
    expect(parseRtviRequest({ label: 'rtvi-ai', type: 'x', id: 5 })).toBe('invalid');
    expect(parseRtviRequest({ label: 'rtvi-ai', id: '1' })).toBe('invalid');
    expect(parse('send-text', 'hi')).toBe('invalid');
    expect(parse('send-text', ['hi'])).toBe('invalid');
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.anything(), (message) => void parseRtviRequest(message)));
    fc.assert(fc.property(fc.string(), fc.anything(), (type, data) => void parse(type, data)));
  });
});
