import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';

import type { ErrorCode } from '../errors.js';
import { WsSocket } from '../transport/websocket/ws-socket.js';
import type { App } from './app.js';
import { admit, queryOf } from './gate.js';
import type { ServerOptions } from './server-options.js';
import type { SessionRegistry } from './session-registry.js';
import { isUserId, userIdRule } from './user-id.js';

/** Why a socket is closed before its session begins. Reasons have at most 123 bytes. */
interface Refusal {
  readonly code: number;
  readonly error: ErrorCode;
  readonly reason: string;
}

/** Pipecat's own code for a bad token. */
const closeBadToken = 4003;
const closePolicy = 1008;
const closeTryLater = 1013;

const refusalOf = (
  request: FastifyRequest,
  userId: string,
  options: ServerOptions,
  registry: SessionRegistry,
): Refusal | undefined => {
  if (admit(request, options) !== 'ok') {
    return { code: closeBadToken, error: 'SLOWCAT_AUTH_REQUIRED', reason: 'token missing or wrong' };
  }
  if (!registry.accepting) {
    return { code: 1001, error: 'SLOWCAT_NOT_READY', reason: 'server closing' };
  }
  if (!isUserId(userId)) return { code: closePolicy, error: 'SLOWCAT_MEMORY_USER', reason: userIdRule };
  if (!options.readiness().ready) {
    const reason = 'the engines are warming up; try again in a few seconds';
    return { code: closeTryLater, error: 'SLOWCAT_NOT_READY', reason };
  }
  if (registry.size >= options.maxSessions) {
    const reason = `all ${options.maxSessions} sessions are taken; try again later`;
    return { code: closeTryLater, error: 'SLOWCAT_TOO_MANY_SESSIONS', reason };
  }
  return undefined;
};

/**
 * Refuses an upgrade that can be refused by status. A browser page never sees that status, so one from an allowed
 * origin with a bad token is let in to be told by close code instead.
 */
const guardUpgrade = async (
  request: FastifyRequest,
  reply: FastifyReply,
  options: ServerOptions,
): Promise<void> => {
  const admission = admit(request, options);
  if (admission === 'foreign-origin') await reply.code(403).send({ error: 'this origin is not allowed' });
  else if (admission === 'no-token' && request.headers.origin === undefined) {
    await reply.code(401).send({ error: 'token missing or wrong' });
  }
};

/** `GET /ws`: one session per socket. */
export const addSocketRoute = (
  app: App,
  options: ServerOptions,
  registry: SessionRegistry,
  log: Logger,
): void => {
  const accept = (ws: WebSocket, request: FastifyRequest): void => {
    const socket = new WsSocket(ws);
    const { token: _token, ...query } = queryOf(request);
    const userId = query['user'] ?? options.defaultUserId;
    const refusal = refusalOf(request, userId, options, registry);
    if (refusal) {
      log.warn({ fault: refusal.error }, 'connection refused');
      socket.close(refusal.code, refusal.reason);
      return;
    }
    const sessionId = options.newId();
    ws.once('close', () => void registry.end(sessionId, 'client disconnected'));
    registry.start({ socket, userId, query, remoteAddress: request.ip, sessionId });
  };
  app.get(
    '/ws',
    { websocket: true, preValidation: (request, reply) => guardUpgrade(request, reply, options) },
    accept,
  );
};
