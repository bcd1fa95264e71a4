import type { Logger } from 'pino';
import { loadConfig, type ConfigInput } from '../config/index.js';
import { createServer } from '../server/create-server.js';
import type { Session, SessionConnection } from '../server/session.js';
import type { LoadedEngines } from './load-engines.js';
import type { Bot } from './runner-arguments.js';

export interface ServeBotOptions {
  /** Shown by `/health`, and closed at the end. @defaultValue none */
  readonly engines?: Pick<LoadedEngines, 'readiness' | 'close'>;
  /** `host`, `port`, `token`, `allowedOrigins`, `maxSessions`; `SLOWCAT_*` in the environment count too. */
  readonly settings?: ConfigInput;
  /** Lines for the person who started it. @defaultValue writes them to the standard output */
  readonly say?: (line: string) => void;
  /** @defaultValue a silent one */
  readonly logger?: Logger;
  /** Ends the server. @defaultValue SIGINT (Ctrl-C) and SIGTERM do */
  readonly signal?: AbortSignal;
}

/**
 * Serves a bot to WebSocket clients, each with a session of its own, until it is told to stop. Resolves when all
 * sessions have ended.
 *
 * @throws SLOWCAT_PORT_IN_USE, SLOWCAT_AUTH_REQUIRED, SLOWCAT_CONFIG_INVALID
 */
export async function serveBot(bot: Bot, options: ServeBotOptions = {}): Promise<void> {
  const { engines, settings, logger, signal = interrupted() } = options;
  const say = options.say ?? ((line: string) => void process.stdout.write(`${line}\n`));
  try {
    const { host, port, token, allowedOrigins, maxSessions } = loadConfig({ flags: settings ?? {} });
    await using server = await createServer({
      sessionFactory: (connection) => Promise.resolve(new BotSession(bot, connection)),
      ...(engines && { readiness: () => engines.readiness() }),
      host,
      port,
      token,
      allowedOrigins,
      maxSessions,
      logger,
    });
    say(`The bot listens at ${server.url.replace(/^http/, 'ws')}/ws. Ctrl-C stops it.`);
    await fired(signal);
  } finally {
    await engines?.close();
  }
}

class BotSession implements Session {
  readonly #bot: Bot;
  readonly #connection: SessionConnection;
  readonly #closing = new AbortController();
  #run: Promise<void> | undefined;
  #over = false;

  constructor(bot: Bot, connection: SessionConnection) {
    this.#bot = bot;
    this.#connection = connection;
  }

  run(): Promise<void> {
    return (this.#run ??= this.#runOnce());
  }

  async close(reason = 'session ended'): Promise<void> {
    this.#closing.abort();
    // Whoever runs the session tells the client how it ended; one that still runs learns by this that it must.
    if (!this.#over) this.#connection.socket.close(1001, reason);
    await Promise.allSettled([this.#run]);
  }

  async #runOnce(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    try {
      await this.#bot({ ...this.#connection, signal: this.#closing.signal });
    } finally {
      this.#over = true;
    }
  }
}

function interrupted(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort());
  return controller.signal;
}

function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
