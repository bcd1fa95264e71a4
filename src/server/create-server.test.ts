import { once } from 'node:events';
import { connect } from 'node:net';

import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { SlowcatError } from '../errors.js';
import { createServer, type CreateServerOptions, type SlowcatServer } from './create-server.js';
import type { Session, SessionConnection } from './session.js';

const servers: SlowcatServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A session that sends back what it gets, until it is closed or its client leaves. */
const echo = (connection: SessionConnection, seen: { closes: number } = { closes: 0 }): Session => {
  let over = (): void => undefined;
  const ended = new Promise<void>((resolve) => (over = resolve));
  connection.socket.listen({
    onMessage: (data) => connection.socket.send(data),
    onPong: () => undefined,
    onClose: () => over(),
  });
  return {
    run: () => ended,
    close: () => {
      seen.closes += 1;
      over();
      return Promise.resolve();
    },
  };
};

const start = async (options: Partial<CreateServerOptions> = {}): Promise<SlowcatServer> => {
  const server = await createServer({
    port: 0,
    sessionFactory: (connection) => Promise.resolve(echo(connection)),
    ...options,
  });
  servers.push(server);
  return server;
};

const dial = (server: SlowcatServer, query = '', headers: Record<string, string> = {}): WebSocket => {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws${query}`, { headers });
  socket.on('error', () => undefined);
  return socket;
};

const opened = async (socket: WebSocket): Promise<WebSocket> => {
  await once(socket, 'open');
  return socket;
};

const closeOf = async (socket: WebSocket): Promise<{ code: number; reason: string }> => {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
  return { code, reason: reason.toString() };
};

const echoed = async (socket: WebSocket, text: string): Promise<string> => {
  socket.send(Buffer.from(text));
  const [data] = (await once(socket, 'message')) as [Buffer];
  return data.toString();
};

const refusedWith = async (socket: WebSocket): Promise<number> => {
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  socket.terminate();
  return response.statusCode;
};

const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
  } catch (error) {
    return SlowcatError.isInstance(error) ? error.code : String(error);
  }
  return 'no error';
};

describe('sessions', () => {
  it('has one per socket, with the user, the query and an id of its own', async () => {
    const connections: SessionConnection[] = [];
    const server = await start({
      sessionFactory: (connection) => {
        connections.push(connection);
        return Promise.resolve(echo(connection));
      },
    });
    const first = await opened(dial(server, '?user=ada@example.org&out_rate=16000'));
    const second = await opened(dial(server));
    expect(await echoed(first, 'one')).toBe('one');
    expect(await echoed(second, 'two')).toBe('two');
    expect(connections.map(({ userId }) => userId)).toEqual(['ada@example.org', 'default']);
    expect(connections[0]?.query).toEqual({ user: 'ada@example.org', out_rate: '16000' });
    expect(connections[0]?.remoteAddress).toBe('127.0.0.1');
    expect(new Set(connections.map(({ sessionId }) => sessionId)).size).toBe(2);
    expect(server.sessions).toBe(2);
    first.close();
    second.close();
    await Promise.all([closeOf(first), closeOf(second)]);
  });

  it('keeps messages that come while the session is still being built', async () => {
    let build = (): void => undefined;
    const built = new Promise<void>((resolve) => (build = resolve));
    const server = await start({ sessionFactory: (connection) => built.then(() => echo(connection)) });
    const socket = await opened(dial(server));
    const answer = echoed(socket, 'early');
    build();
    expect(await answer).toBe('early');
    socket.close();
  });

  it('is closed with 1001 when it ends by itself', async () => {
    const server = await start({
      sessionFactory: (connection) => {
        const session = echo(connection);
        return Promise.resolve({ ...session, run: () => Promise.resolve() });
      },
    });
    expect(await closeOf(dial(server))).toEqual({ code: 1001, reason: 'session ended' });
    await expect.poll(() => server.sessions).toBe(0);
  });

  it('that fails takes nobody along, whatever it throws and wherever', async () => {
    const failing = (connection: SessionConnection): Promise<Session> => {
      const fail = connection.query['fail'];
      if (fail === 'factory') throw new Error('secret words');
      if (fail === 'factory-later') return Promise.reject(new SlowcatError('SLOWCAT_ENGINE_FAILED'));
      const session = echo(connection);
      if (fail === 'run')
        return Promise.resolve({ ...session, run: () => Promise.reject(new TypeError('secret words')) });
      if (fail === 'close')
        return Promise.resolve({
          run: () => Promise.resolve(),
          close: () => Promise.reject(new Error('secret words')),
        });
      return Promise.resolve(session);
    };
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
    const server = await start({ sessionFactory: failing, logger });
    const healthy = await opened(dial(server));
    expect((await closeOf(dial(server, '?fail=factory'))).code).toBe(1011);
    expect((await closeOf(dial(server, '?fail=factory-later'))).code).toBe(1011);
    expect((await closeOf(dial(server, '?fail=run'))).code).toBe(1011);
    expect((await closeOf(dial(server, '?fail=close'))).code).toBe(1001);
    expect(await echoed(healthy, 'still here')).toBe('still here');
    await expect.poll(() => server.sessions).toBe(1);
    expect(lines.join('')).toMatch(/SLOWCAT_ENGINE_FAILED/);
    expect(lines.join('')).not.toMatch(/secret/);
    healthy.close();
  });

  it('is closed when its client leaves', async () => {
    const seen = { closes: 0 };
    const server = await start({ sessionFactory: (connection) => Promise.resolve(echo(connection, seen)) });
    const socket = await opened(dial(server));
    await echoed(socket, 'x');
    socket.terminate();
    await expect.poll(() => server.sessions).toBe(0);
    expect(seen.closes).toBeGreaterThan(0);
  });
});

describe('who may not connect', () => {
  it('a user with a bad id is told why', async () => {
    const { code, reason } = await closeOf(dial(await start(), '?user=a/b'));
    expect(code).toBe(1008);
    expect(reason).toMatch(/user id/);
  });

  it('more sessions than are allowed', async () => {
    const server = await start({ maxSessions: 1 });
    const first = await opened(dial(server));
    expect((await closeOf(dial(server))).code).toBe(1013);
    expect(await echoed(first, 'x')).toBe('x');
    first.close();
    await closeOf(first);
    await expect.poll(() => server.sessions).toBe(0);
    const second = await opened(dial(server));
    expect(await echoed(second, 'y')).toBe('y');
    second.close();
  });

  it('anybody before the engines are ready', async () => {
    const server = await start({ readiness: () => ({ ready: false, engines: {} }) });
    expect((await closeOf(dial(server))).code).toBe(1013);
  });

  it('a page of a foreign origin', async () => {
    const server = await start({ allowedOrigins: ['https://app.example.org'] });
    expect(await refusedWith(dial(server, '', { origin: 'https://evil.example' }))).toBe(403);
    for (const origin of ['http://localhost:5173', 'https://app.example.org']) {
      const socket = await opened(dial(server, '', { origin }));
      expect(await echoed(socket, 'x')).toBe('x');
      socket.close();
    }
  });

  it('a client without the token; a page is told by close code', async () => {
    const server = await start({ token: 'correct horse' });
    expect(await refusedWith(dial(server))).toBe(401);
    expect(await refusedWith(dial(server, '?token=wrong'))).toBe(401);
    expect((await closeOf(dial(server, '?token=wrong', { origin: 'http://localhost' }))).code).toBe(4003);
    const byQuery = await opened(dial(server, '?token=correct%20horse'));
    expect(await echoed(byQuery, 'x')).toBe('x');
    byQuery.close();
    const bearer = await start({ token: 'correct-horse' });
    const byHeader = await opened(dial(bearer, '', { authorization: 'Bearer correct-horse' }));
    expect(await echoed(byHeader, 'x')).toBe('x');
    byHeader.close();
  });

  it('a message beyond the limit costs its sender the socket', async () => {
    const server = await start({ maxMessageBytes: 1000 });
    const socket = await opened(dial(server));
    socket.send(Buffer.alloc(1001));
    expect((await closeOf(socket)).code).toBe(1009);
  });
});

describe('http', () => {
  it('GET /health says whether sessions can begin', async () => {
    let ready = false;
    const engines = { stt: { engine: 'whisper', model: 'tiny', device: 'cpu', state: 'ready' } } as const;
    const server = await start({ readiness: () => ({ ready, engines }) });
    const warming = await fetch(`${server.url}/health`);
    expect([warming.status, await warming.json()]).toEqual([
      503,
      { status: 'warming', sessions: 0, bridges: 0, engines },
    ]);
    ready = true;
    const ok = await fetch(`${server.url}/health`);
    expect([ok.status, await ok.json()]).toEqual([200, { status: 'ok', sessions: 0, bridges: 0, engines }]);
  });

  it('GET /health counts sessions and programs at the bridge', async () => {
    const server = await start({ bridge: (connection) => Promise.resolve(echo(connection)) });
    const sockets = await Promise.all([
      opened(dial(server)),
      ...['', '?user=anna'].map((query) =>
        opened(new WebSocket(`ws://127.0.0.1:${server.port}/bridge${query}`)),
      ),
    ]);
    const health = async () => await (await fetch(`${server.url}/health`)).json();
    await expect.poll(health).toMatchObject({ sessions: 1, bridges: 2 });
    for (const socket of sockets) socket.close();
    await expect.poll(health).toMatchObject({ sessions: 0, bridges: 0 });
  });

  it.each(['/connect', '/start'])(
    'POST %s answers with ws_url and nothing else, whatever the body',
    async (path) => {
      const server = await start();
      const bodies: RequestInit[] = [
        {},
        { body: '{}', headers: { 'content-type': 'application/json' } },
        { headers: { 'content-type': 'application/json' } },
        { body: '{broken', headers: { 'content-type': 'application/json' } },
      ];
      for (const body of bodies) {
        const response = await fetch(`${server.url}${path}?user=ada`, { method: 'POST', ...body });
        expect(response.status).toBe(200);
        expect(await response.json()).toEqual({ ws_url: `ws://127.0.0.1:${server.port}/ws?user=ada` });
      }
      const proxied = await fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { 'x-forwarded-proto': 'https' },
      });
      expect(await proxied.json()).toEqual({ ws_url: `wss://127.0.0.1:${server.port}/ws` });
    },
  );

  it('POST /connect gives the token only to those who know it', async () => {
    const server = await start({ token: 'correct-horse' });
    expect((await fetch(`${server.url}/connect`, { method: 'POST' })).status).toBe(401);
    const headers = { authorization: 'Bearer correct-horse' };
    const response = await fetch(`${server.url}/connect`, { method: 'POST', headers });
    const { ws_url } = (await response.json()) as { ws_url: string };
    expect(ws_url).toBe(`ws://127.0.0.1:${server.port}/ws?token=correct-horse`);
    const socket = await opened(new WebSocket(ws_url));
    socket.close();
  });

  it('has CORS headers for listed origins only', async () => {
    const server = await start({ allowedOrigins: ['https://app.example.org'] });
    const ask = (origin: string, method: string): Promise<Response> =>
      fetch(`${server.url}/connect`, { method, headers: { origin } });
    const listed = await ask('https://app.example.org', 'POST');
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    expect((await ask('https://app.example.org', 'OPTIONS')).status).toBe(204);
    const local = await ask('http://localhost:1', 'POST');
    expect([local.status, local.headers.get('access-control-allow-origin')]).toEqual([200, null]);
    expect((await ask('https://evil.example', 'POST')).status).toBe(403);
  });

  it('GET / says what this is; anything else is not found', async () => {
    const server = await start();
    const page = await fetch(server.url);
    expect(page.headers.get('content-type')).toMatch(/text\/html/);
    expect(await page.text()).toMatch(/Slowcat/);
    expect((await fetch(`${server.url}/nope`)).status).toBe(404);
    expect((await fetch(`${server.url}/ws`)).status).toBe(404);
  });

  it('never logs a token', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
    const server = await start({ token: 'correct-horse', logger });
    await fetch(`${server.url}/nope?token=correct-horse`);
    await fetch(`${server.url}/connect?token=correct-horse`, { method: 'POST', body: 'x'.repeat(70_000) });
    const socket = await opened(dial(server, '?token=correct-horse'));
    expect(await echoed(socket, 'x')).toBe('x');
    socket.close();
    await closeOf(socket);
    await server.close();
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.join('')).not.toMatch(/correct-horse/);
  });
});

describe('life', () => {
  it('says which port is taken and what to do', async () => {
    const first = await start();
    expect(await codeOf(start({ port: first.port }))).toBe('SLOWCAT_PORT_IN_USE');
    await expect(start({ port: first.port })).rejects.toThrow(
      new RegExp(`Port ${first.port} .*another port`),
    );
  });

  it('wants a token beyond localhost', async () => {
    expect(await codeOf(start({ host: '0.0.0.0' }))).toBe('SLOWCAT_AUTH_REQUIRED');
    expect(await codeOf(start({ host: '0.0.0.0', token: 'short' }))).toBe('SLOWCAT_CONFIG_INVALID');
    expect(await codeOf(start({ host: 'no.such.host.invalid', token: 'long-enough' }))).toBe(
      'SLOWCAT_CONFIG_INVALID',
    );
    const server = await start({ host: '0.0.0.0', token: 'long-enough' });
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  });

  it('ends sessions and sockets on close, once, and frees the port', async () => {
    const seen = { closes: 0 };
    const server = await start({ sessionFactory: (connection) => Promise.resolve(echo(connection, seen)) });
    const sockets = await Promise.all([1, 2, 3].map(() => opened(dial(server))));
    await Promise.all(sockets.map((socket) => echoed(socket, 'x')));
    const closes = sockets.map(closeOf);
    await Promise.all([server.close(), server.close()]);
    expect(await Promise.all(closes)).toEqual(Array(3).fill({ code: 1001, reason: 'server closing' }));
    expect(server.sessions).toBe(0);
    expect((await start({ port: server.port })).port).toBe(server.port);
  });

  it('does not wait for a session that does not end, nor for a silent connection', async () => {
    const never = new Promise<void>(() => undefined);
    const server = await start({
      shutdownTimeoutMs: 50,
      sessionFactory: () => Promise.resolve({ run: () => never, close: () => never }),
    });
    const socket = await opened(dial(server));
    const silent = connect(server.port, '127.0.0.1');
    await once(silent, 'connect');
    const closed = closeOf(socket);
    await server.close();
    expect((await closed).code).toBe(1006);
    silent.destroy();
  });
});

describe('formats', () => {
  const paths = async (options: Partial<CreateServerOptions>, ...asked: string[]) => {
    const queries: SessionConnection['query'][] = [];
    const server = await start({
      ...options,
      sessionFactory: (connection) => {
        queries.push(connection.query);
        return Promise.resolve(echo(connection));
      },
    });
    for (const path of asked) {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`);
      await once(socket, 'open');
      await echoed(socket, path);
      socket.close();
      await once(socket, 'close');
    }
    return queries;
  };

  it('have paths of their own beside the query', async () => {
    expect(
      await paths({}, '/ws', '/ws?format=rtvi', '/ws-client', '/rtvi', '/pcm?rate=8000', '/twilio'),
    ).toEqual([
      {},
      { format: 'rtvi' },
      { format: 'protobuf' },
      { format: 'rtvi' },
      { rate: '8000', format: 'pcm' },
      { format: 'twilio' },
    ]);
  });

  it('let in a telephone whose token is part of the path, and no other', async () => {
    const token = 'a-long-secret';
    expect(await paths({ token }, `/twilio/${token}`)).toEqual([{ format: 'twilio' }]);
    const server = await start({ token });
    const refused = new WebSocket(`ws://127.0.0.1:${server.port}/twilio/wrong`);
    refused.on('error', () => undefined);
    expect(await refusedWith(refused)).toBe(401);
  });

  it.each(['?format=mp3', '?format=pcm&rate=1'])(
    'close %s with 1008, saying what there is',
    async (query) => {
      const server = await start();
      const { code, reason } = await closeOf(dial(server, query));
      expect(code).toBe(1008);
      expect(reason).toMatch(/one of: protobuf|8000 to 48000/);
    },
  );
});
