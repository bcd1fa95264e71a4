import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { SessionTotals, TurnRecord } from '../../processors/metrics/session-timeline.js';

export interface TimelineFileOptions {
  /** Folder of the files; made with 0700 if it is missing. */
  readonly dir: string;
  readonly sessionId: string;
  /** Unix milliseconds of the session's begin. */
  readonly startedAtMs: number;
  /** Whether turns hold what was said; the file says so. */
  readonly words: boolean;
  /** Told once when the file cannot be written; nothing more is written then. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Writes the timeline of a session, a JSON object with a turn a line, readable by its user alone. Turns are appended
 * as they end, one after the other: a process that dies loses the turn it was in, and no session holds its past.
 */
export class TimelineFile {
  readonly path: string;
  readonly #options: TimelineFileOptions;
  #written: Promise<void>;
  #turns = 0;
  #failed = false;

  constructor(options: TimelineFileOptions) {
    const { dir, sessionId, startedAtMs, words } = options;
    const startedAt = new Date(startedAtMs).toISOString();
    // An id may be anybody's; only what belongs into a file name gets there.
    const name = `${startedAt.replaceAll(/[:.]/g, '-')}-${sessionId.replaceAll(/[^A-Za-z0-9-]/g, '_').slice(0, 64)}`;
    this.#options = options;
    this.path = join(dir, `${name}.json`);
    this.#written = Promise.resolve();
    const head = JSON.stringify({
      kind: 'slowcat-timeline',
      version: 1,
      session: sessionId,
      startedAt,
      words,
    });
    this.#then(async () => {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      await writeFile(this.path, `${head.slice(0, -1)},"turns":[`, { mode: 0o600, flag: 'wx' });
    });
  }

  turn(turn: TurnRecord): void {
    const line = `${this.#turns++ === 0 ? '' : ','}\n${JSON.stringify(turn)}`;
    this.#then(() => appendFile(this.path, line));
  }

  end(totals: SessionTotals): void {
    this.#then(() => appendFile(this.path, `\n],"totals":${JSON.stringify(totals)}}\n`));
  }

  /** Resolves when all that was told is written, or cannot be. Never rejects. */
  done(): Promise<void> {
    return this.#written;
  }

  #then(write: () => Promise<void>): void {
    this.#written = this.#written.then(async () => {
      if (this.#failed) return;
      try {
        await write();
      } catch (error) {
        this.#failed = true;
        this.#options.onFailure(error);
      }
    });
  }
}
