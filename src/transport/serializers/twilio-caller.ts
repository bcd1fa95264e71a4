import { fromJson } from './json.js';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/**
 * Whom Twilio's `start` message names: the `<Parameter name="user" value="…"/>` of the `<Stream>` in its TwiML, because
 * the address of a stream takes no query. Not checked.
 *
 * @returns null when `start` names nobody; undefined for every other message
 */
export function twilioCaller(message: Uint8Array | string): string | null | undefined {
  const start = typeof message === 'string' ? fromJson(message) : undefined;
  if (!isObject(start) || start['event'] !== 'start' || !isObject(start['start'])) return undefined;
  const parameters = start['start']['customParameters'];
  const user = isObject(parameters) ? parameters['user'] : undefined;
  return typeof user === 'string' && user !== '' ? user : null;
}
