import type { FastifyRequest } from 'fastify';

import { isAuthorized, presentedToken } from './auth.js';
import { isOriginAllowed } from './origin.js';
import type { ServerOptions } from './server-options.js';

export type Admission = 'ok' | 'foreign-origin' | 'no-token';

/** The query with one value per key: the last one. */
export const queryOf = (request: FastifyRequest): Record<string, string> => {
  const query: Record<string, string> = {};
  for (const [key, value] of Object.entries(request.query as Record<string, string | string[]>)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) query[key] = last;
  }
  return query;
};

/** Whether a request may talk to this server at all. */
export const admit = (request: FastifyRequest, options: ServerOptions): Admission => {
  const { origin, host, authorization } = request.headers;
  const policy = { allowedOrigins: options.allowedOrigins, hasToken: options.token !== undefined };
  if (!isOriginAllowed(origin, host, policy)) return 'foreign-origin';
  const presented = presentedToken(authorization, { ...(request.params as object), ...queryOf(request) });
  return isAuthorized(options.token, presented) ? 'ok' : 'no-token';
};
