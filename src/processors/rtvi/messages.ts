import { maskSecrets } from './mask-secrets.js';

/** Version of the RTVI protocol that this server speaks (Pipecat 1.14). */
export const rtviProtocolVersion = '2.2.0';
export const rtviLabel = 'rtvi-ai';

/** The envelope of every RTVI message. */
export interface RtviMessage {
  readonly label: typeof rtviLabel;
  readonly type: string;
  /** On requests, and on the server messages that answer one. */
  readonly id?: string;
  readonly data?: unknown;
}

/** Builds a server-to-client message; keys without a value are left out, as Pipecat does. */
export function rtviMessage(type: string, data?: unknown, id?: string): RtviMessage {
  return {
    label: rtviLabel,
    type,
    ...(id === undefined ? {} : { id }),
    ...(data === undefined ? {} : { data }),
  };
}

/** A failure that answers no request. Clients read `error`, older ones `message`; `fatal` makes them disconnect. */
export function errorMessage(error: string, fatal = false): RtviMessage {
  const shown = maskSecrets(error);
  return rtviMessage('error', { error: shown, message: shown, fatal });
}

/** A failure of the request with this id. */
export function errorResponse(id: string, error: string): RtviMessage {
  return rtviMessage('error-response', { error: maskSecrets(error) }, id);
}
