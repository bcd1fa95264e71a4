import type { FastifyReply, FastifyRequest } from 'fastify';

import type { App } from './app.js';
import { connectUrl } from './connect-url.js';
import { admit, queryOf } from './gate.js';
import { landingPage } from './landing-page.js';
import type { ServerOptions } from './server-options.js';

/** Listed origins may call `/connect` from a page of another server; nobody else gets CORS headers. */
const allowCors = (request: FastifyRequest, reply: FastifyReply, options: ServerOptions): void => {
  const { origin } = request.headers;
  if (origin === undefined) return;
  if (!options.allowedOrigins.includes(origin) && !options.allowedOrigins.includes('*')) return;
  void reply.header('access-control-allow-origin', origin).header('vary', 'origin');
};

const connect = (request: FastifyRequest, reply: FastifyReply, options: ServerOptions): FastifyReply => {
  allowCors(request, reply, options);
  const admission = admit(request, options);
  if (admission === 'foreign-origin') {
    return reply.code(403).send({ error: 'this origin is not allowed; list it in allowedOrigins' });
  }
  if (admission === 'no-token') {
    return reply.code(401).send({ error: 'token missing or wrong; send it as Authorization: Bearer …' });
  }
  const forwarded = request.headers['x-forwarded-proto'];
  const protocol = (Array.isArray(forwarded) ? forwarded[0] : forwarded)?.split(',')[0]?.trim();
  const host = request.headers.host ?? '';
  // Only what belongs into an address, so that the header cannot smuggle a path or a user into it.
  if (!/^[A-Za-z0-9.\-:[\]]+$/.test(host) || !URL.canParse(`http://${host}`)) {
    return reply.code(400).send({ error: 'bad Host header' });
  }
  // Exactly one key: Pipecat's JavaScript client refuses any that it does not know.
  return reply.send({
    ws_url: connectUrl({ host, protocol: protocol ?? 'http', query: queryOf(request) }, options.token),
  });
};

/** What is connected now. */
export interface Connected {
  readonly sessions: number;
  readonly bridges: number;
}

/** `GET /`, `GET /health`, `POST /connect` and `/start`. */
export const addHttpRoutes = (app: App, options: ServerOptions, connected: () => Connected): void => {
  app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(landingPage));

  app.get('/health', (_request, reply) => {
    const { ready, engines } = options.readiness();
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ok' : 'warming', ...connected(), engines });
  });

  app.register((scope, _options, done) => {
    // Clients post what they like, also an empty body that calls itself JSON; none of it matters here.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, parsed) => {
      parsed(null, undefined);
    });
    // The second is where Pipecat's own runner hands out addresses.
    for (const path of ['/connect', '/start']) {
      scope.post(path, (request, reply) => connect(request, reply, options));
      scope.options(path, (request, reply) => {
        allowCors(request, reply, options);
        return reply
          .code(204)
          .header('access-control-allow-methods', 'POST')
          .header('access-control-allow-headers', 'content-type, authorization')
          .send();
      });
    }
    done();
  });
};
