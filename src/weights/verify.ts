import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SlowcatError } from '../errors.js';
import type { ExpectedContent } from './catalog.js';

/** What is known of a file that has been hashed: while size and time stay, its checksum does too. */
interface Stamp {
  readonly size: number;
  readonly mtimeMs: number;
  readonly sha256: string;
}

export type FileState = 'verified' | 'missing' | 'unchecked';

export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, {
    highWaterMark: 1 << 20,
    ...(signal ? { signal } : {}),
  })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

/** Compares files with the catalog, and remembers the outcome so that a start does not hash hundreds of megabytes. */
export class Verifier {
  readonly #stampFile: string;
  #stamps: Map<string, Stamp> | undefined;

  /** @param stampFile where outcomes are kept between starts */
  constructor(stampFile: string) {
    this.#stampFile = stampFile;
  }

  /** Looks without hashing. A file whose bytes changed since it was hashed is `unchecked`. */
  async state(path: string, expected: ExpectedContent): Promise<FileState> {
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) return 'missing';
    const stamp = (await this.#load()).get(path);
    if (stamp?.size !== found.size || stamp.mtimeMs !== found.mtimeMs) return 'unchecked';
    return matches(expected, stamp.size, stamp.sha256) ? 'verified' : 'unchecked';
  }

  /**
   * Hashes a file. A wrong one is removed, because a broken model fails later and less clearly.
   *
   * @param keep leave a wrong file where it is (bundled files belong to the repository)
   * @throws `SLOWCAT_MODEL_CHECKSUM`
   */
  async check(
    path: string,
    expected: ExpectedContent,
    options: { keep?: boolean; signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    const before = await stat(path);
    const sum = await sha256OfFile(path, options.signal);
    if (!matches(expected, before.size, sum)) {
      if (options.keep !== true) await rm(path, { force: true });
      throw checksumError(expected, before.size, sum, options.keep === true ? 'kept' : 'removed');
    }
    await this.remember(path, sum);
  }

  /** Notes that the file at `path` has this checksum now. */
  async remember(path: string, sha256: string): Promise<void> {
    const { size, mtimeMs } = await stat(path);
    // Read again: others may have noted their files meanwhile.
    this.#stamps = undefined;
    const stamps = await this.#load();
    stamps.set(path, { size, mtimeMs, sha256 });
    const partial = `${this.#stampFile}.${randomUUID()}`;
    try {
      await mkdir(dirname(this.#stampFile), { recursive: true });
      await writeFile(partial, `${JSON.stringify(Object.fromEntries(stamps), null, 1)}\n`);
      await rename(partial, this.#stampFile);
    } catch (error) {
      // A read-only folder costs only the time of hashing again at the next start.
      if (!isReadOnly(error)) throw error;
    }
  }

  async #load(): Promise<Map<string, Stamp>> {
    this.#stamps ??= parseStamps(await readFile(this.#stampFile, 'utf8').catch(() => '{}'));
    return this.#stamps;
  }
}

/** Throws unless the content is one that the catalog accepts. */
export function assertContent(expected: ExpectedContent, size: number, sha256: string): void {
  if (!matches(expected, size, sha256)) throw checksumError(expected, size, sha256, 'removed');
}

function matches(expected: ExpectedContent, size: number, sum: string): boolean {
  return expected.accepted.some(
    (accepted) =>
      (accepted.bytes === null || accepted.bytes === size) &&
      (accepted.sha256 === null || accepted.sha256 === sum),
  );
}

function checksumError(
  expected: ExpectedContent,
  size: number,
  sum: string,
  fate: 'removed' | 'kept',
): SlowcatError {
  const wanted = expected.accepted
    .map((accepted) => `${String(accepted.bytes)} bytes, sha256 ${String(accepted.sha256)}`)
    .join(' or ');
  return new SlowcatError(
    'SLOWCAT_MODEL_CHECKSUM',
    `${expected.name} has ${size} bytes, sha256 ${sum}; expected ${wanted}. ` +
      (fate === 'removed'
        ? 'The file was removed; run "slowcat models fetch" again.'
        : 'It belongs to the repository: restore it with git, or install the package again.'),
  );
}

function parseStamps(text: string): Map<string, Stamp> {
  try {
    const raw = JSON.parse(text) as Record<string, Partial<Stamp>>;
    return new Map(
      Object.entries(raw).flatMap(([path, { size, mtimeMs, sha256 }]) =>
        size === undefined || mtimeMs === undefined || sha256 === undefined
          ? []
          : [[path, { size, mtimeMs, sha256 }] as const],
      ),
    );
  } catch {
    // Damaged by a crash or a hand: the files are hashed again.
    return new Map();
  }
}

function isReadOnly(error: unknown): boolean {
  return ['EROFS', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
}
