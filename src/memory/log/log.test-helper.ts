import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { StoredTurn } from '../types.js';
import type { UserKey } from '../user-id.js';
import { TurnLog, type TurnLogOptions } from './turn-log.js';

/** Chores run when a test says so. */
export const byHand: TurnLogOptions = { idleMs: Infinity, scrubEveryMs: Infinity };

/** A folder with logs in it, all of which go at the end of a test. */
export class LogFolder {
  readonly path: string;
  readonly #parent: string;
  readonly #logs: TurnLog[] = [];
  #epochs = 0;

  private constructor(parent: string) {
    this.#parent = parent;
    this.path = join(parent, 'memory');
  }

  static async make(): Promise<LogFolder> {
    return new LogFolder(await mkdtemp(join(tmpdir(), 'slowcat-log-')));
  }

  readonly newEpoch = (): string => `epoch ${++this.#epochs} of ${process.pid}`;

  async open(options: TurnLogOptions = byHand): Promise<TurnLog> {
    const log = await TurnLog.open(this.path, this.newEpoch, options);
    this.#logs.push(log);
    return log;
  }

  async remove(): Promise<void> {
    await Promise.all(this.#logs.map((log) => log.close()));
    await rm(this.#parent, { recursive: true, force: true });
  }

  /** Paths of all files, relative to the folder. */
  async files(): Promise<string[]> {
    const entries = await readdir(this.path, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.path.length + 1))
      .sort();
  }

  /** The files that have these bytes anywhere. */
  async filesWith(bytes: Buffer | string): Promise<string[]> {
    const files = await this.files();
    const contents = await Promise.all(files.map((file) => readFile(join(this.path, file))));
    return files.filter((_, i) => contents[i]?.includes(bytes));
  }
}

export const say = (text: string, atMs = 0) => ({ role: 'user' as const, text, atMs });

export async function sayAll(log: TurnLog, user: UserKey, texts: readonly string[]): Promise<void> {
  await Promise.all(texts.map((text, i) => log.append(user, say(text, i))));
}

export function everything(log: TurnLog, user: UserKey): StoredTurn[] {
  log.refresh();
  return log.range(user, 1, Infinity);
}

/** Letters that look random and are the same every time: LZ4 leaves them as they are. */
export function noise(seed: string, letters = 60): string {
  let text = '';
  for (let i = 0; text.length < letters; i++)
    text += createHash('sha256').update(`${seed} ${i}`).digest('base64url');
  return text.slice(0, letters);
}
