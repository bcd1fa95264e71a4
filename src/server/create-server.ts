import { pino } from 'pino';

import { SlowcatError } from '../errors.js';
import { buildApp } from './app.js';
import { isLoopbackHost } from './auth.js';
import { addBridgeRoute } from './bridge/bridge-route.js';
import { addHttpRoutes } from './http-routes.js';
import { addMetricsRoute } from './metrics/metrics-route.js';
import { ServerMetrics } from './metrics/server-metrics.js';
import { defaultServerOptions, type ServerOptions } from './server-options.js';
import { SessionRegistry } from './session-registry.js';
import { addSocketRoute } from './socket-route.js';

/** A server that listens. */
export interface SlowcatServer extends AsyncDisposable {
  readonly host: string;
  /** The port that was taken, also when 0 was asked for. */
  readonly port: number;
  /** Where a program on this machine reaches it, e.g. `http://127.0.0.1:8765`. */
  readonly url: string;
  /** Sessions that run now. */
  readonly sessions: number;
  /** Programs that are at the bridge now. */
  readonly bridges: number;
  /** Ends all sessions, closes their sockets with 1001 and frees the port. Idempotent; never rejects. */
  close(): Promise<void>;
}

export type CreateServerOptions = Pick<ServerOptions, 'sessionFactory'> & Partial<ServerOptions>;

const minTokenLength = 8;

const check = (options: ServerOptions): void => {
  if (options.token === undefined && !isLoopbackHost(options.host)) {
    throw new SlowcatError(
      'SLOWCAT_AUTH_REQUIRED',
      `Set a token, or listen on 127.0.0.1 instead of ${options.host}.`,
    );
  }
  if (options.token !== undefined && options.token.length < minTokenLength) {
    throw new SlowcatError(
      'SLOWCAT_CONFIG_INVALID',
      `The token needs at least ${minTokenLength} characters.`,
    );
  }
};

const listenFault = (cause: unknown, { host, port }: ServerOptions): unknown => {
  if (!(cause instanceof Error && 'code' in cause)) return cause;
  switch (cause.code) {
    case 'EADDRINUSE':
      return new SlowcatError(
        'SLOWCAT_PORT_IN_USE',
        `Port ${port} on ${host} is taken: stop the other program or choose another port.`,
        { cause },
      );
    case 'EACCES':
      return new SlowcatError('SLOWCAT_CONFIG_INVALID', `Port ${port} needs rights: choose one above 1023.`, {
        cause,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new SlowcatError('SLOWCAT_CONFIG_INVALID', `${host} is no address of this machine.`, { cause });
    default:
      return cause;
  }
};

/** Programs cannot connect to "any address"; the loopback one stands in for it. */
const reachable = (host: string): string => {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return name.includes(':') ? `[${name}]` : name;
};

/**
 * Starts the server and resolves once it listens.
 *
 * Throws `SLOWCAT_PORT_IN_USE`, `SLOWCAT_AUTH_REQUIRED` (a host beyond loopback without a token) or
 * `SLOWCAT_CONFIG_INVALID`.
 */
export const createServer = async (given: CreateServerOptions): Promise<SlowcatServer> => {
  const metrics = given.metrics ?? new ServerMetrics();
  const options: ServerOptions = { ...defaultServerOptions, ...given, metrics };
  check(options);
  const log = options.logger ?? pino({ level: 'silent' });
  const registry = new SessionRegistry(metrics.counting(options.sessionFactory), log);
  const app = await buildApp({ ...options, logger: log });
  addSocketRoute(app, options, registry, log);
  const bridges = options.bridge && addBridgeRoute(app, options, options.bridge, log);
  const connected = () => ({ sessions: registry.size, bridges: bridges?.size ?? 0 });
  addHttpRoutes(app, options, connected);
  addMetricsRoute(app, options, metrics, connected);
  // The first rendering takes ten times as long as the next ones: before anybody talks.
  await metrics.text(connected());
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await app.close();
    throw listenFault(error, options);
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const url = `http://${reachable(options.host)}:${port}`;
  log.info({ url }, 'listening');

  let closing: Promise<void> | undefined;
  const shutDown = async (): Promise<void> => {
    const { shutdownTimeoutMs } = options;
    await Promise.all([
      registry.endAll('server closing', shutdownTimeoutMs),
      bridges?.endAll('server closing', shutdownTimeoutMs) ?? Promise.resolve(),
    ]);
    for (const socket of app.websocketServer.clients) socket.close(1001, 'server closing');
    await app.close();
    log.info('closed');
  };
  const close = (): Promise<void> => (closing ??= shutDown());
  return {
    host: options.host,
    port,
    url,
    get sessions() {
      return registry.size;
    },
    get bridges() {
      return bridges?.size ?? 0;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
};
