import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';

import { SlowcatError, type ErrorCode } from '../errors.js';
import { wireFormatFromQuery, type WireFormatName } from '../transport/serializers/wire-format.js';
import { WsSocket } from '../transport/websocket/ws-socket.js';
import type { App } from './app.js';
import { admit, queryOf } from './gate.js';
import type { ServerOptions } from './server-options.js';
import type { SessionRegistry } from './session-registry.js';
import { awaitTwilioUser } from './twilio-user.js';
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

const formatFault = (query: Readonly<Record<string, string>>): string | undefined => {
  try {
    wireFormatFromQuery(query);
    return undefined;
  } catch (error) {
    return SlowcatError.isInstance(error) ? error.message : 'this format cannot be spoken';
  }
};

const refusalOf = (
  request: FastifyRequest,
  userId: string,
  query: Readonly<Record<string, string>>,
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
  const fault = formatFault(query);
  if (fault !== undefined) return { code: closePolicy, error: 'SLOWCAT_CONFIG_INVALID', reason: fault };
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
export const guardUpgrade = async (
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

/**
 * The paths of the socket, with the format that each stands for. Some peers cannot put a query into an address: Twilio
 * takes none, so that its token, too, may be part of the path.
 */
const paths: Readonly<Record<string, WireFormatName | undefined>> = {
  '/ws': undefined,
  '/ws-client': 'protobuf',
  '/rtvi': 'rtvi',
  '/pcm': 'pcm',
  '/twilio': 'twilio',
  '/twilio/:token': 'twilio',
};

/** `GET /ws` and its kin: one session per socket. */
export const addSocketRoute = (
  app: App,
  options: ServerOptions,
  registry: SessionRegistry,
  log: Logger,
): void => {
  const accept = (ws: WebSocket, request: FastifyRequest, format: WireFormatName | undefined): void => {
    const socket = new WsSocket(ws);
    const { token: _token, ...asked } = queryOf(request);
    const query = format === undefined ? asked : { ...asked, format };
    const begin = (userId: string): void => {
      const refusal = refusalOf(request, userId, query, options, registry);
      if (refusal) {
        log.warn({ fault: refusal.error }, 'connection refused');
        options.metrics?.refused(refusal.error);
        socket.close(refusal.code, refusal.reason);
        return;
      }
      const sessionId = options.newId();
      ws.once('close', () => void registry.end(sessionId, 'client disconnected'));
      registry.start({ socket, userId, query, remoteAddress: request.ip, sessionId });
    };
    const { user, format: asks } = query;
    // Who may not connect, or not now, is told so before it is asked for anything.
    const waits =
      user === undefined &&
      asks === 'twilio' &&
      refusalOf(request, options.defaultUserId, query, options, registry) === undefined;
    if (waits)
      ws.once(
        'close',
        awaitTwilioUser(socket, (caller) => begin(caller ?? options.defaultUserId)),
      );
    else begin(user ?? options.defaultUserId);
  };
  for (const [path, format] of Object.entries(paths)) {
    app.get(
      path,
      { websocket: true, preValidation: (request, reply) => guardUpgrade(request, reply, options) },
      (ws: WebSocket, request) => accept(ws, request, format),
    );
  }
};
