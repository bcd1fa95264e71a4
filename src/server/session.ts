import type { TransportSocket } from '../transport/websocket/transport-socket.js';

/** Everything a session may know of its client. */
export interface SessionConnection {
  readonly socket: TransportSocket;
  /** Valid by `isUserId`. */
  readonly userId: string;
  /** The query of the connecting URL; of a repeated key the last value. The token is taken out. */
  readonly query: Readonly<Record<string, string>>;
  readonly remoteAddress: string;
  /** Unique among all sessions of all time; for logs. */
  readonly sessionId: string;
}

/** One conversation over one socket. */
export interface Session {
  /** Resolves when the conversation is over, by whichever side. Rejecting ends only this session. */
  run(): Promise<void>;
  /**
   * Ends the conversation and releases what it holds; `run()` then resolves. Idempotent, and may be called before
   * `run()`.
   */
  close(reason?: string): Promise<void>;
}

/** Builds a session for a socket that has just opened. Rejecting refuses this socket and no other. */
export type SessionFactory = (connection: SessionConnection) => Promise<Session>;
