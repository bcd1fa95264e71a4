/** What a client's request says of the address by which the client reached the server. */
export interface ConnectRequest {
  /** The `Host` header. */
  readonly host: string;
  /** The protocol that the client used, `https` behind a proxy that says so. */
  readonly protocol: string;
  readonly query: Readonly<Record<string, string>>;
}

/** Settings of a session that a client may choose when it asks where to connect. */
const passedOn = ['user', 'format', 'rate', 'out_rate', 'sample_rate'] as const;

/**
 * The WebSocket address to hand to a client, as seen from where the client is. The token goes along because
 * browsers cannot set headers on a WebSocket.
 */
export const connectUrl = (request: ConnectRequest, token: string | undefined): string => {
  const url = new URL(`${request.protocol === 'https' ? 'wss' : 'ws'}://${request.host}/ws`);
  for (const key of passedOn) {
    const value = request.query[key];
    if (value !== undefined) url.searchParams.set(key, value);
  }
  if (token !== undefined) url.searchParams.set('token', token);
  return url.href;
};
