import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Compares two secrets in a time that tells nothing of where they differ. Both are hashed first, so that their
 * lengths do not matter either.
 */
export const secretsEqual = (left: string, right: string): boolean =>
  timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest());

/** The token that a request carries: `Authorization: Bearer …` first, else `?token=…`. */
export const presentedToken = (
  authorization: string | undefined,
  query: Readonly<Record<string, string>>,
): string | undefined => {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '');
  return bearer?.[1] ?? query['token'];
};

/** True when no token is wanted or the right one was presented. */
export const isAuthorized = (wanted: string | undefined, presented: string | undefined): boolean =>
  wanted === undefined || (presented !== undefined && secretsEqual(wanted, presented));

/** True for a listening address that only programs on this machine can reach. */
export const isLoopbackHost = (host: string): boolean => {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  return (
    name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
  );
};
