import { isIP } from 'node:net';

import { isLoopbackHost } from './auth.js';

/** What decides whether a browser page may talk to this server. */
export interface OriginPolicy {
  /** Origins allowed besides the default ones, e.g. `https://voice.example.org`; `*` allows every page. */
  readonly allowedOrigins: readonly string[];
  /** True when a token guards the server, which no foreign page can know. */
  readonly hasToken: boolean;
}

/**
 * Browsers let any page open a WebSocket to any address and only tell the server which page it was, so it is the
 * server that must refuse. Programs that are not browsers send no Origin and pass.
 *
 * Allowed are pages from this machine and pages from the server's own address. The latter counts only if that
 * address is an IP or a token guards the server: a foreign page can make its own host name resolve to 127.0.0.1
 * (DNS rebinding), and then its origin equals the Host header.
 */
export const isOriginAllowed = (
  origin: string | undefined,
  host: string | undefined,
  policy: OriginPolicy,
): boolean => {
  if (origin === undefined) return true;
  if (policy.allowedOrigins.includes('*') || policy.allowedOrigins.includes(origin)) return true;
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.protocol !== 'http:' && page.protocol !== 'https:') return false;
  if (isLoopbackHost(page.hostname)) return true;
  if (page.host !== host?.toLowerCase()) return false;
  return policy.hasToken || isIP(page.hostname.replace(/^\[|\]$/g, '')) !== 0;
};
