/**
 * A real server on a real port, real sockets, and clients that do everything wrong. Throughout, another session
 * talks on and must not notice.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { createServer, type SlowcatServer } from '../../src/server/create-server.js';
import {
  closeCode,
  dial,
  encode,
  encodeAudio,
  encodeMessage,
  HealthyClient,
  roundTrip,
  wsUrl,
} from './client.js';
import { echoSessions } from './echo-session.js';

/** Far above what a shared machine needs, far below what a person or a session's timer would forgive. */
const unnoticedMs = 1000;

let server: SlowcatServer;
let healthy: HealthyClient;

beforeEach(async () => {
  // Pings so frequent that dead peers are found within a test; the ratios are those of the defaults.
  const sessionFactory = echoSessions({ pingIntervalMs: 200, idleTimeoutMs: 0 });
  server = await createServer({ port: 0, maxSessions: 300, closeTimeoutMs: 500, sessionFactory });
  healthy = await HealthyClient.start(server.port);
});

afterEach(async () => {
  const wellbeing = await healthy.finish();
  await server.close();
  expect(wellbeing.sent).toBeGreaterThan(0);
  expect(wellbeing).toMatchObject({ echoed: wellbeing.sent, audioMs: wellbeing.sent * 40, closed: false });
  expect(wellbeing.worstMs).toBeLessThan(unnoticedMs);
});

describe('messages', () => {
  it.each(['awful', 'bad', 'evil', 'null'])('audio that is the damaged file %s.wav', async (name) => {
    const bytes = readFileSync(new URL(`../audio/malformed/${name}.wav`, import.meta.url));
    const socket = await dial(server.port);
    for (let i = 0; i < 10; i++) socket.send(encodeAudio(bytes));
    expect(await roundTrip(socket, { alive: name })).toEqual({ alive: name });
    socket.terminate();
  });

  it('audio without a rate, with 7 channels, with none, with half a sample', async () => {
    const socket = await dial(server.port);
    const pcm = new Uint8Array(1400);
    for (const [rate, channels] of [
      [0, 1],
      [1, 1],
      [2 ** 32 - 1, 1],
      [16_000, 0],
      [16_000, 7],
      [16_000, 2 ** 31],
    ] as const) {
      socket.send(encodeAudio(pcm, rate, channels));
      socket.send(encodeAudio(pcm.subarray(1), rate, channels));
    }
    socket.send(encodeAudio(new Uint8Array(0), 0, 0));
    expect(await roundTrip(socket, 1)).toBe(1);
    socket.terminate();
  });

  it('audio whose rate changes with every message', async () => {
    const socket = await dial(server.port);
    const rates = [4000, 8000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000];
    for (let i = 0; i < 64; i++)
      socket.send(encodeAudio(new Uint8Array(1920), rates[i % rates.length], 1 + (i % 3)));
    expect(await roundTrip(socket, 1)).toBe(1);
    socket.terminate();
  });

  it('more recorded audio at once than may run ahead, in messages of nearly the largest size', async () => {
    const socket = await dial(server.port);
    // 35 s, of which 30 may run ahead: the rest is read five seconds later.
    for (let i = 0; i < 7; i++) socket.send(encodeAudio(new Uint8Array(960_000), 96_000));
    expect(await roundTrip(socket, 1)).toBe(1);
    socket.terminate();
  });

  it('JSON that is not, numbers where objects are due, and unknown kinds of frame', async () => {
    const socket = await dial(server.port);
    socket.send(encode({ case: 'message', value: { data: '{"label":' } }));
    socket.send(encode({ case: 'message', value: { data: '['.repeat(100_000) } }));
    for (const message of [null, 0, [], 'rtvi-ai', { label: 'rtvi-ai' }, { __proto__: null }]) {
      expect(await roundTrip(socket, message)).toEqual(message);
    }
    socket.send(Buffer.from('32021a00', 'hex'));
    socket.send(new Uint8Array(0));
    expect(await roundTrip(socket, 'alive')).toBe('alive');
    socket.terminate();
  });

  it('random bytes: some are forgiven, a stream of them is not', async () => {
    const socket = await dial(server.port);
    for (let i = 0; i < 40; i++) socket.send(randomBytes(1 + i * 10));
    expect(await roundTrip(socket, 1)).toBe(1);
    for (let i = 0; i < 50; i++) socket.send(Buffer.alloc(10, 255));
    expect(await closeCode(socket)).toBe(1007);
  });

  it('text where protobuf is due: some is forgiven, a stream of it is not', async () => {
    const socket = await dial(server.port);
    socket.send('{"label":"rtvi-ai","type":"client-ready","id":"1"}');
    expect(await roundTrip(socket, 1)).toBe(1);
    for (let i = 0; i < 50; i++) socket.send('text');
    expect(await closeCode(socket)).toBe(1007);
  });

  it('a message of 100 MB is refused before it has been taken in', async () => {
    const socket = await dial(server.port);
    const before = process.memoryUsage().arrayBuffers;
    const huge = Buffer.alloc(100 * 1024 * 1024);
    const closed = closeCode(socket);
    socket.send(huge, { mask: false }, () => undefined);
    // An unmasked message is a breach of protocol too; both close codes are the server's, not the network's.
    expect([1002, 1006, 1009]).toContain(await closed);
    expect(process.memoryUsage().arrayBuffers - before - huge.length).toBeLessThan(20 * 1024 * 1024);
  });

  it('an exception in the pipeline of one session', async () => {
    const socket = await dial(server.port);
    socket.send(encodeMessage({ crash: true }));
    expect(await roundTrip(socket, 1)).toBe(1);
    socket.terminate();
  });
});

/** A handshake by hand, so that the other end can then do what no WebSocket library does. */
const rawUpgrade = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(
    `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await once(socket, 'data');
  return socket;
};

describe('sockets', () => {
  it('one that sends nothing stays, as long as it answers pings', async () => {
    const socket = await dial(server.port);
    await wait(1000);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    expect(await roundTrip(socket, 1)).toBe(1);
    socket.terminate();
  });

  it('half-open ones, which answer nothing, are found by ping and cut', async () => {
    const sockets = await Promise.all(Array.from({ length: 5 }, () => rawUpgrade(server.port)));
    await expect.poll(() => server.sessions).toBe(6);
    // Three ping intervals of 200 ms, and one to spare.
    await expect.poll(() => server.sessions, { timeout: 2000 }).toBe(1);
    for (const socket of sockets) socket.destroy();
  });

  it('one that sends half a frame and then nothing', async () => {
    const socket = await rawUpgrade(server.port);
    socket.write(Buffer.from([0x82, 0xfe, 0x10, 0x00, 1, 2, 3, 4, 5]));
    await expect.poll(() => server.sessions, { timeout: 2000 }).toBe(1);
    socket.destroy();
  });

  it('one that speaks no WebSocket after the handshake', async () => {
    const socket = await rawUpgrade(server.port);
    socket.write(randomBytes(4096));
    await expect.poll(() => server.sessions, { timeout: 2000 }).toBe(1);
    socket.destroy();
  });

  it('200 that connect and abort, some in the middle of the handshake', async () => {
    for (let i = 0; i < 200; i++) {
      const socket = new WebSocket(wsUrl(server.port));
      socket.on('error', () => undefined);
      if (i % 3 === 0) {
        socket.terminate();
        continue;
      }
      await once(socket, 'open');
      if (i % 3 === 1) socket.terminate();
      else socket.close();
    }
    await expect.poll(() => server.sessions, { timeout: 5000 }).toBe(1);
    const after = await dial(server.port);
    expect(await roundTrip(after, 'alive')).toBe('alive');
    after.terminate();
  });

  it('a reader that stops reading is cut, and its messages do not pile up', async () => {
    const socket = await dial(server.port);
    await roundTrip(socket, 1);
    const before = process.memoryUsage();
    socket.send(encodeMessage({ flood: 256 }));
    socket.pause();
    // 256 kB every millisecond: the buffers of the operating system and our 4 MiB are soon full.
    await expect.poll(() => server.sessions, { timeout: 10_000 }).toBe(1);
    const after = process.memoryUsage();
    expect(after.external + after.arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(
      64 * 1024 * 1024,
    );
    socket.terminate();
  });

  it('a reader that reads again is told why it was closed', async () => {
    const socket = await dial(server.port);
    await roundTrip(socket, 1);
    const closed = closeCode(socket);
    socket.send(encodeMessage({ flood: 256 }));
    socket.pause();
    // Our 4 MiB are full after a few dozen milliseconds; the close takes its time, 500 ms here, before the socket is cut.
    await wait(250);
    socket.resume();
    expect(await closed).toBe(1008);
  });
});
