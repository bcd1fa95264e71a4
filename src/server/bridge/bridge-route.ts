import type { Logger } from 'pino';
import type { WebSocket } from 'ws';

import type { ErrorCode } from '../../errors.js';
import { WsSocket } from '../../transport/websocket/ws-socket.js';
import type { App } from '../app.js';
import { admit, queryOf } from '../gate.js';
import type { ServerOptions } from '../server-options.js';
import { SessionRegistry } from '../session-registry.js';
import type { SessionFactory } from '../session.js';
import { guardUpgrade } from '../socket-route.js';
import { isUserId, userIdRule } from '../user-id.js';

type Refusal = readonly [closeCode: number, error: ErrorCode, reason: string];

/**
 * `GET /bridge`: other programs use this server's memory and engines. Who may connect is decided as for `/ws`.
 *
 * @returns the registry of its sockets, for the server to end
 */
export function addBridgeRoute(
  app: App,
  options: ServerOptions,
  factory: SessionFactory,
  log: Logger,
): SessionRegistry {
  const registry = new SessionRegistry(factory, log);
  const refusalOf = (admitted: boolean, userId: string): Refusal | undefined => {
    if (!admitted) return [4003, 'SLOWCAT_AUTH_REQUIRED', 'token missing or wrong'];
    if (!registry.accepting) return [1001, 'SLOWCAT_NOT_READY', 'server closing'];
    if (!isUserId(userId)) return [1008, 'SLOWCAT_MEMORY_USER', userIdRule];
    if (!options.readiness().ready)
      return [1013, 'SLOWCAT_NOT_READY', 'the engines are warming up; try again in a few seconds'];
    if (registry.size >= options.maxSessions)
      return [1013, 'SLOWCAT_TOO_MANY_SESSIONS', 'all places at the bridge are taken; try again later'];
    return undefined;
  };
  app.get(
    '/bridge',
    { websocket: true, preValidation: (request, reply) => guardUpgrade(request, reply, options) },
    (ws: WebSocket, request) => {
      const socket = new WsSocket(ws);
      const { token: _token, ...query } = queryOf(request);
      const userId = query['user'] ?? options.defaultUserId;
      const refusal = refusalOf(admit(request, options) === 'ok', userId);
      if (refusal) {
        log.warn({ fault: refusal[1] }, 'bridge connection refused');
        socket.close(refusal[0], refusal[2]);
        return;
      }
      const sessionId = options.newId();
      ws.once('close', () => void registry.end(sessionId, 'client disconnected'));
      registry.start({ socket, userId, query, remoteAddress: request.ip, sessionId });
    },
  );
  return registry;
}
