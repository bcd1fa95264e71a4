/** Whose memory a telephone call has: messages in the form of Twilio's documentation of Media Streams. */
import { once } from 'node:events';

import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { createServer, type CreateServerOptions, type SlowcatServer } from './create-server.js';
import type { SessionConnection } from './session.js';

const streamSid = 'MZ00000000000000000000000000000001';
const connected = { event: 'connected', protocol: 'Call', version: '1.0.0' };
const start = (customParameters: Readonly<Record<string, string>>) => ({
  event: 'start',
  sequenceNumber: '1',
  start: {
    accountSid: 'AC00000000000000000000000000000003',
    streamSid,
    callSid: 'CA00000000000000000000000000000002',
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters,
  },
  streamSid,
});
const media = {
  event: 'media',
  sequenceNumber: '2',
  media: { track: 'inbound', chunk: '1', timestamp: '20', payload: '/////w==' },
  streamSid,
};

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function exchange(options: Partial<CreateServerOptions> = {}) {
  const calls: { connection: SessionConnection; heard: unknown[] }[] = [];
  const server = await createServer({
    port: 0,
    sessionFactory: (connection) => {
      const heard: unknown[] = [];
      let over = (): void => undefined;
      const ended = new Promise<void>((resolve) => (over = resolve));
      connection.socket.listen({
        onMessage: (data) => heard.push((JSON.parse(data as string) as { event: unknown }).event),
        onPong: () => undefined,
        onClose: () => over(),
      });
      calls.push({ connection, heard });
      return Promise.resolve({
        run: () => ended,
        close: () => {
          over();
          return Promise.resolve();
        },
      });
    },
    ...options,
  });
  closers.push(() => server.close());
  return { server, calls };
}

async function ring(server: SlowcatServer, path: string, ...messages: unknown[]): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`);
  socket.on('error', () => undefined);
  closers.push(() => socket.terminate());
  await once(socket, 'open');
  for (const message of messages) socket.send(JSON.stringify(message));
  return socket;
}

it('is told by a parameter of the stream, and the session hears the call from its beginning', async () => {
  const { server, calls } = await exchange();
  await ring(server, '/twilio', connected, start({ FirstName: 'Jane', user: '+15550100' }), media, media);
  await expect.poll(() => calls[0]?.heard).toEqual(['connected', 'start', 'media', 'media']);
  expect(calls[0]?.connection.userId).toBe('+15550100');
});

it('is the default one where the stream names nobody, and that of the address where it has one', async () => {
  const { server, calls } = await exchange({ defaultUserId: 'house' });
  await ring(server, '/twilio', connected, start({ FirstName: 'Jane' }), media);
  await expect.poll(() => calls[0]?.heard.length).toBe(3);
  await ring(server, '/ws?format=twilio&user=anna', connected, start({ user: 'ben' }));
  await expect.poll(() => calls[1]?.heard.length).toBe(2);
  // A peer that never says `start` is not waited for any longer than a few messages.
  await ring(server, '/twilio', media, media, media, media, media);
  await expect.poll(() => calls[2]?.heard.length).toBe(5);
  expect(calls.map(({ connection }) => connection.userId)).toEqual(['house', 'anna', 'house']);
});

it('is refused when it cannot be one, and a call that ends before it has begun leaves nothing', async () => {
  const { server, calls } = await exchange();
  const refused = await ring(server, '/twilio', connected, start({ user: '../eve' }));
  const [code, reason] = (await once(refused, 'close')) as [number, Buffer];
  expect([code, reason.toString()]).toEqual([1008, expect.stringContaining('user id') as string]);
  const gone = await ring(server, '/twilio', connected);
  gone.terminate();
  const next = await ring(server, '/twilio', connected, start({ user: 'anna' }));
  await expect.poll(() => server.sessions).toBe(1);
  next.close();
  await expect.poll(() => server.sessions).toBe(0);
  expect(calls.map(({ connection }) => connection.userId)).toEqual(['anna']);
});

it('is not asked of a call that cannot be taken', async () => {
  const { server, calls } = await exchange({ readiness: () => ({ ready: false, engines: {} }) });
  const [code] = (await once(await ring(server, '/twilio'), 'close')) as [number];
  expect(code).toBe(1013);
  expect(calls).toEqual([]);
});
