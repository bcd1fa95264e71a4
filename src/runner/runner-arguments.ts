import type { SessionConnection } from '../server/session.js';
import { wireFormatFromQuery } from '../transport/serializers/wire-format.js';
import type { WebSocketTransportOptions } from '../transport/websocket/transport-options.js';
import { WebSocketTransport } from '../transport/websocket/websocket-transport.js';

/** What a bot is called with: its client, and a signal that fires when the session must end. */
export interface RunnerArguments extends SessionConnection {
  readonly signal: AbortSignal;
}

/** A bot: builds its pipeline and runs it to its end, once for each client. */
export type Bot = (runnerArgs: RunnerArguments) => Promise<unknown>;

/** The transport for a bot's client, in the format that the client's address asks for. */
export function createTransport(
  { socket, query }: RunnerArguments,
  options: Partial<WebSocketTransportOptions> = {},
): WebSocketTransport {
  const { audioOutSampleRateHz, serializer } = wireFormatFromQuery(query);
  return new WebSocketTransport(socket, { audioOutSampleRateHz, ...options }, serializer);
}
