import { isIP } from 'node:net';

import type { App } from '../app.js';
import { isLoopbackHost } from '../auth.js';
import { admit } from '../gate.js';
import type { ServerOptions } from '../server-options.js';
import type { Connections, ServerMetrics } from './server-metrics.js';

/**
 * Whether the name by which the server was called can be trusted. A foreign page can make its own name resolve to
 * 127.0.0.1 and then reads what it likes without an Origin; it cannot know a token, nor make an address of a name.
 */
const isKnownName = (host: string | undefined): boolean => {
  if (!URL.canParse(`http://${host ?? ''}`)) return false;
  const name = new URL(`http://${host ?? ''}`).hostname;
  return isLoopbackHost(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
};

/** `GET /metrics`, for those who may open a session too: by origin, by token, and without one by this machine's name. */
export const addMetricsRoute = (
  app: App,
  options: ServerOptions,
  metrics: ServerMetrics,
  connections: () => Connections,
): void => {
  app.get('/metrics', async (request, reply) => {
    const admission = admit(request, options);
    if (admission === 'foreign-origin')
      return reply.code(403).send({ error: 'this origin is not allowed; list it in allowedOrigins' });
    if (admission === 'no-token')
      return reply.code(401).send({ error: 'token missing or wrong; send it as Authorization: Bearer …' });
    if (options.token === undefined && !isKnownName(request.headers.host))
      return reply.code(403).send({ error: 'ask by localhost or an address, or set a token' });
    const text = await metrics.text(connections());
    return reply.header('cache-control', 'no-store').type(metrics.contentType).send(text);
  });
};
