import websocket from '@fastify/websocket';
import Fastify, { LogController } from 'fastify';
import { pino } from 'pino';

import type { ServerOptions } from './server-options.js';

/** A peer that opens a connection and then sends no request loses it after this time. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
/** No route wants more than a few words. */
const bodyLimitBytes = 64 * 1024;

/**
 * The bare HTTP server: no routes, no request log (addresses carry tokens), errors as `{"error": …}` without a
 * stack.
 */
export const buildApp = async (options: ServerOptions) => {
  const logger = options.logger ?? pino({ level: 'silent' });
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    http: { headersTimeout: headersTimeoutMs },
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'not found' }));
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
    const known = typeof status === 'number' && status >= 400 && status < 500;
    if (!known) logger.error({ fault: error instanceof Error ? error.name : typeof error }, 'request failed');
    return reply.code(known ? status : 500).send({ error: known ? 'bad request' : 'internal error' });
  });
  app.server.on('error', (error: NodeJS.ErrnoException) => {
    logger.error({ fault: error.code ?? error.name }, 'http server error');
  });
  const socketOptions = {
    maxPayload: options.maxMessageBytes,
    closeTimeout: options.closeTimeoutMs,
    // Audio does not shrink, and each compressing socket holds its own window of memory.
    perMessageDeflate: false,
  };
  await app.register(websocket, {
    options: socketOptions,
    errorHandler: (error, socket) => {
      logger.warn({ fault: 'code' in error ? error.code : error.name }, 'websocket error');
      socket.terminate();
    },
  });
  app.websocketServer.on('error', (error: Error) => {
    logger.error({ fault: error.name }, 'websocket server error');
  });
  return app;
};

export type App = Awaited<ReturnType<typeof buildApp>>;
