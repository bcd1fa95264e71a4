/** A hundred sessions come and go, each with audio both ways; nothing of them may stay. */
import { setTimeout as wait } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { createServer } from '../../src/server/create-server.js';
import { closeCode, dial, encodeAudio, roundTrip } from './client.js';
import { echoSessions } from './echo-session.js';

/** Sockets, servers and timers that keep the process alive, by kind. */
const handles = (): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

const listeners = (): number =>
  process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);

const oneSession = async (port: number, how: 'close' | 'terminate'): Promise<void> => {
  const socket = await dial(port);
  for (let i = 0; i < 5; i++) socket.send(encodeAudio(new Uint8Array(3840), 48_000));
  await roundTrip(socket, 1);
  const closed = closeCode(socket);
  socket[how]();
  await closed;
};

it('gives back every handle and listener of 100 sessions', async () => {
  const serversBefore = handles()['TCPServerWrap'] ?? 0;
  const server = await createServer({ port: 0, maxSessions: 10, sessionFactory: echoSessions() });
  try {
    // The first sessions fill caches that stay: resamplers, compiled code.
    for (let i = 0; i < 5; i++) await oneSession(server.port, 'close');
    await expect.poll(() => server.sessions).toBe(0);
    await wait(100);
    const before = handles();
    const listenersBefore = listeners();
    for (let i = 0; i < 100; i++) await oneSession(server.port, i % 2 === 0 ? 'close' : 'terminate');
    await expect.poll(() => server.sessions).toBe(0);
    await expect.poll(() => handles()['TCPSocketWrap'] ?? 0).toBe(before['TCPSocketWrap'] ?? 0);
    const after = handles();
    // One timer more or less belongs to the test's own waiting.
    expect((after['Timeout'] ?? 0) - (before['Timeout'] ?? 0)).toBeLessThanOrEqual(1);
    expect(Object.keys(after).sort()).toEqual(expect.arrayContaining(Object.keys(before).sort()));
    expect(listeners()).toBe(listenersBefore);
  } finally {
    await server.close();
  }
  await expect.poll(() => handles()['TCPServerWrap'] ?? 0).toBe(serversBefore);
});
