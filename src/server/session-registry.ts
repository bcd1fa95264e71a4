import type { Logger } from 'pino';

import { SlowcatError } from '../errors.js';
import type { Session, SessionConnection, SessionFactory } from './session.js';

/** Why a session ended, as far as the socket is told. */
const closeCodes = { ended: 1001, failed: 1011 } as const;

/** For logs: what failed, never what was said. */
const faultOf = (error: unknown): string => (SlowcatError.isInstance(error) ? error.code : faultName(error));
const faultName = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

interface Entry {
  readonly connection: SessionConnection;
  session: Session | undefined;
  closing: string | undefined;
  done: Promise<void>;
}

/**
 * Runs each session in isolation: whatever a session throws ends that session and its socket, is logged once, and
 * goes no further.
 */
export class SessionRegistry {
  readonly #entries = new Map<string, Entry>();
  readonly #factory: SessionFactory;
  readonly #logger: Logger;
  #accepting = true;

  constructor(factory: SessionFactory, logger: Logger) {
    this.#factory = factory;
    this.#logger = logger;
  }

  /** False once all sessions have been ended: no new one may begin. */
  get accepting(): boolean {
    return this.#accepting;
  }

  /** Sessions that run or are about to. */
  get size(): number {
    return this.#entries.size;
  }

  /** Starts a session and returns at once. */
  start(connection: SessionConnection): void {
    const entry: Entry = { connection, session: undefined, closing: undefined, done: Promise.resolve() };
    this.#entries.set(connection.sessionId, entry);
    entry.done = this.#run(entry).finally(() => this.#entries.delete(connection.sessionId));
  }

  /** Ends one session, if it is still there. Resolves when it is over; never rejects. */
  async end(sessionId: string, reason: string): Promise<void> {
    const entry = this.#entries.get(sessionId);
    if (!entry) return;
    entry.closing ??= reason;
    if (entry.session) await this.#close(entry, entry.session);
    await entry.done;
  }

  /** Ends all sessions, for good; those that are not over after `timeoutMs` lose their sockets. */
  async endAll(reason: string, timeoutMs: number): Promise<void> {
    this.#accepting = false;
    const entries = [...this.#entries.values()];
    if (entries.length === 0) return;
    const ended = Promise.all(entries.map((entry) => this.end(entry.connection.sessionId, reason)));
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([ended, timedOut]);
    clearTimeout(timer);
    for (const entry of this.#entries.values()) entry.connection.socket.terminate();
  }

  async #run(entry: Entry): Promise<void> {
    const { socket, sessionId, userId } = entry.connection;
    const log = this.#logger.child({ sessionId });
    log.info({ userId }, 'session opened');
    try {
      const session = await this.#factory(entry.connection);
      entry.session = session;
      // The socket may have closed, or the server may be closing, while the session was built.
      if (entry.closing === undefined && socket.isOpen) await session.run();
      await this.#close(entry, session);
      socket.close(closeCodes.ended, entry.closing ?? 'session ended');
      log.info({ reason: entry.closing ?? 'ended' }, 'session closed');
    } catch (error) {
      log.error({ fault: faultOf(error) }, 'session failed');
      if (entry.session) await this.#close(entry, entry.session);
      socket.close(closeCodes.failed, 'session failed');
    }
  }

  async #close(entry: Entry, session: Session): Promise<void> {
    try {
      await session.close(entry.closing);
    } catch (error) {
      this.#logger.error(
        { sessionId: entry.connection.sessionId, fault: faultOf(error) },
        'session did not close cleanly',
      );
    }
  }
}
