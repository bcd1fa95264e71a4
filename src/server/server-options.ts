import type { Logger } from 'pino';

import type { EngineInfo } from '../engines/interfaces.js';
import type { ServerMetrics } from './metrics/server-metrics.js';
import type { SessionFactory } from './session.js';

/** One engine as `/health` shows it. */
export interface EngineHealth extends EngineInfo {
  readonly state: 'warming' | 'ready' | 'failed';
}

/** Whether sessions can begin, and with what. */
export interface Readiness {
  readonly ready: boolean;
  /** By role, e.g. `stt`, `llm`, `tts`. */
  readonly engines: Readonly<Record<string, EngineHealth>>;
}

export interface ServerOptions {
  /** Builds the session of each socket. */
  readonly sessionFactory: SessionFactory;
  /**
   * Builds what answers each socket of `/bridge`.
   *
   * @defaultValue undefined: there is no such path
   */
  readonly bridge?: SessionFactory;
  /**
   * Asked by `/health` and before each session.
   *
   * @defaultValue always ready, no engines
   */
  readonly readiness: () => Readiness;
  /**
   * Address to listen on. Beyond loopback a token is required.
   *
   * @defaultValue '127.0.0.1'
   */
  readonly host: string;
  /**
   * Port to listen on; 0 takes any free one.
   *
   * @defaultValue 8765, the port of Pipecat's own WebSocket server
   */
  readonly port: number;
  /**
   * Secret that clients present as `Authorization: Bearer …` or `?token=…`; at least 8 characters.
   *
   * @defaultValue undefined: nobody is asked
   */
  readonly token: string | undefined;
  /**
   * Origins of browser pages allowed besides those from this machine and from the server itself; `*` allows all.
   * Listed origins also get CORS headers.
   *
   * @defaultValue []
   */
  readonly allowedOrigins: readonly string[];
  /**
   * Sessions at one time; further sockets are closed with 1013.
   *
   * @defaultValue 16
   */
  readonly maxSessions: number;
  /**
   * Largest message that a client may send; a larger one closes its socket with 1009.
   *
   * @defaultValue 1048576, Pipecat's limit
   */
  readonly maxMessageBytes: number;
  /**
   * How long `close()` waits for sessions to end before it cuts their sockets.
   *
   * @defaultValue 5000
   */
  readonly shutdownTimeoutMs: number;
  /**
   * How long a peer has to answer a close frame before its socket is cut.
   *
   * @defaultValue 2000
   */
  readonly closeTimeoutMs: number;
  /** User of a socket that names none. @defaultValue 'default' */
  readonly defaultUserId: string;
  /**
   * Log; never gets user words.
   *
   * @defaultValue a silent one
   */
  readonly logger: Logger | undefined;
  /** What `/metrics` shows. @defaultValue figures of this server's sessions as such, not of what happens in them */
  readonly metrics?: ServerMetrics;
  /** Makes session ids. @defaultValue random UUIDs */
  readonly newId: () => string;
}

export const defaultServerOptions = {
  readiness: () => ({ ready: true, engines: {} }),
  host: '127.0.0.1',
  port: 8765,
  token: undefined,
  allowedOrigins: [],
  maxSessions: 16,
  maxMessageBytes: 1024 * 1024,
  shutdownTimeoutMs: 5000,
  closeTimeoutMs: 2000,
  defaultUserId: 'default',
  logger: undefined,
  newId: () => crypto.randomUUID(),
} as const satisfies Omit<ServerOptions, 'sessionFactory'>;
