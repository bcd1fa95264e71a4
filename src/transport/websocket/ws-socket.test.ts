import { EventEmitter } from 'node:events';

import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';

import { WsSocket } from './ws-socket.js';

/** The part of `ws` that the adapter uses. */
class FakeWs extends EventEmitter {
  readyState = 1;
  bufferedAmount = 0;
  isPaused = false;
  readonly closes: [number, string][] = [];

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  close(code: number, reason: string): void {
    this.readyState = 2;
    this.closes.push([code, reason]);
  }
}

const adapt = (ws: FakeWs): WsSocket => new WsSocket(ws as unknown as WebSocket);

const recorder = () => {
  const events: unknown[] = [];
  return {
    events,
    listener: {
      onMessage: (data: Uint8Array | string) => void events.push(typeof data === 'string' ? data : [...data]),
      onPong: () => void events.push('pong'),
      onClose: (code: number, reason: string) => void events.push(`closed ${code} ${reason}`),
    },
  };
};

describe('WsSocket', () => {
  it('holds messages and the close until somebody listens, and the peer meanwhile', () => {
    const ws = new FakeWs();
    const socket = adapt(ws);
    expect(ws.isPaused).toBe(true);
    ws.emit('message', Buffer.from([1, 2]), true);
    ws.emit('message', [Buffer.from([3]), Buffer.from([4])], true);
    ws.emit('message', Buffer.from('text'), false);
    ws.emit('close', 1000, Buffer.from('bye'));
    const { events, listener } = recorder();
    socket.listen(listener);
    expect(events).toEqual([[1, 2], [3, 4], 'text', 'closed 1000 bye']);
  });

  it('reads on once somebody listens', () => {
    const ws = new FakeWs();
    const { events, listener } = recorder();
    adapt(ws).listen(listener);
    expect(ws.isPaused).toBe(false);
    ws.emit('pong');
    ws.emit('message', Buffer.from([5]), true);
    expect(events).toEqual(['pong', [5]]);
  });

  it('shows messages to who looks for one of them, and gives them all to who listens then', () => {
    const ws = new FakeWs();
    const socket = adapt(ws);
    const seen: unknown[] = [];
    socket.peek((message) => {
      seen.push(message);
      return message !== 'start';
    });
    expect(ws.isPaused).toBe(false);
    for (const text of ['connected', 'start', 'media']) ws.emit('message', Buffer.from(text), false);
    expect(seen).toEqual(['connected', 'start']);
    expect(ws.isPaused).toBe(true);
    const { events, listener } = recorder();
    socket.listen(listener);
    expect(events).toEqual(['connected', 'start', 'media']);
    expect(ws.isPaused).toBe(false);
  });

  it('survives errors of the socket and keeps their code', () => {
    const ws = new FakeWs();
    const socket = adapt(ws);
    ws.emit('error', Object.assign(new Error('x'), { code: 'ECONNRESET' }));
    expect(socket.lastErrorCode).toBe('ECONNRESET');
  });

  it('drops what still comes after it has closed, and reads on for the answer to its close', () => {
    const ws = new FakeWs();
    const socket = adapt(ws);
    socket.close(1008, 'no');
    expect(ws.isPaused).toBe(false);
    ws.emit('message', Buffer.from([1]), true);
    const { events, listener } = recorder();
    socket.listen(listener);
    expect(events).toEqual([]);
  });

  it('shortens reasons to what a close frame holds, between characters', () => {
    const ws = new FakeWs();
    adapt(ws).close(1000, 'ü'.repeat(100));
    expect(ws.closes).toEqual([[1000, 'ü'.repeat(61)]]);
  });
});
