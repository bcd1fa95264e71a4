import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SlowcatError } from '../errors.js';
import { SourceUnreachableError } from './source-error.js';

export interface HubDownload {
  readonly url: string;
  /** Where the unfinished file grows; what an earlier run left there is continued. `<part>.json` lies beside it. */
  readonly part: string;
  readonly onProgress?: ((doneBytes: number, totalBytes: number | undefined) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HubOptions {
  /** How often one call continues a cut connection. @defaultValue 10 */
  readonly maxResumes?: number;
  /** Pause before a connection is continued. @defaultValue 1000 */
  readonly resumeDelayMs?: number;
  readonly fetch?: typeof fetch;
}

export const defaultHubOptions = { maxResumes: 10, resumeDelayMs: 1000 } as const satisfies HubOptions;

export interface HubResult {
  readonly bytes: number;
  readonly sha256: string;
  /** What the server says the checksum is (`X-Linked-ETag`, or an ETag that is a SHA-256). */
  readonly pinnedSha256: string | undefined;
}

/** Kept beside the unfinished file: whose bytes they are. */
interface PartInfo {
  readonly url: string;
  readonly etag: string;
}

/** The bytes on disk so far and the running hash over them. */
interface Progress {
  hash: Hash;
  bytes: number;
}

const maxRedirects = 10;

/**
 * Brings one file over HTTP the way the Hugging Face hub serves it: redirects to a content server, the checksum in
 * `X-Linked-ETag` of the first answer, byte ranges. A cut connection is continued from where it broke, by range only;
 * an unfinished file of an earlier run is continued when the server still has the same content.
 *
 * @throws `SLOWCAT_MODEL_FETCH` saying what the server did; the signal's reason when aborted (the part stays)
 */
export async function downloadFromHub(request: HubDownload, options: HubOptions = {}): Promise<HubResult> {
  const { maxResumes, resumeDelayMs } = { ...defaultHubOptions, ...options };
  const send = options.fetch ?? fetch;
  await mkdir(dirname(request.part), { recursive: true });

  const progress = await readPart(request);
  let etag = progress.bytes > 0 ? (await readInfo(request))?.etag : undefined;
  if (etag === undefined) await restart(request, progress);

  let cuts = 0;
  for (;;) {
    request.signal?.throwIfAborted();
    const outcome = await once(request, progress, etag, send, cuts > 0);
    if (outcome.kind === 'done') {
      await rm(`${request.part}.json`, { force: true });
      return { bytes: progress.bytes, sha256: progress.hash.digest('hex'), pinnedSha256: outcome.pinned };
    }
    etag = outcome.etag ?? etag;
    if (outcome.kind === 'changed') {
      await restart(request, progress);
      etag = undefined;
      continue;
    }
    cuts += 1;
    if (etag === undefined) {
      throw failure(
        request,
        'the connection was cut and the server gives no ETag to continue by. Run "slowcat models fetch" again to start it anew.',
        outcome.cause,
      );
    }
    if (cuts > maxResumes) {
      throw failure(
        request,
        `the connection was cut ${cuts} times, now at ${progress.bytes} bytes. What came is kept: run "slowcat models fetch" again to go on from there.`,
        outcome.cause,
      );
    }
    await delay(resumeDelayMs, undefined, request.signal ? { signal: request.signal } : {});
  }
}

type Outcome =
  | { readonly kind: 'done'; readonly etag?: string | undefined; readonly pinned: string | undefined }
  /** The bytes on disk are not the beginning of what the server has. */
  | { readonly kind: 'changed'; readonly etag?: undefined }
  | { readonly kind: 'cut'; readonly etag?: string | undefined; readonly cause: unknown };

/** One request, as far as it gets. */
async function once(
  request: HubDownload,
  progress: Progress,
  etag: string | undefined,
  send: typeof fetch,
  resuming: boolean,
): Promise<Outcome> {
  let answer: { response: Response; linkedEtag: string | undefined };
  try {
    answer = await follow(request, progress.bytes, send);
  } catch (error) {
    request.signal?.throwIfAborted();
    if (SlowcatError.isInstance(error)) throw error;
    if (resuming) return { kind: 'cut', cause: error };
    throw new SourceUnreachableError(`${named(request)}: no connection (${networkCause(error)}).`, {
      cause: error,
    });
  }
  const { response, linkedEtag } = answer;
  const now = linkedEtag ?? response.headers.get('etag') ?? undefined;
  const pinned = sha256Of(now);

  if (response.status === 416) {
    await response.body?.cancel();
    const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
    if (total !== undefined && Number(total) === progress.bytes) return { kind: 'done', pinned };
    if (progress.bytes === 0) throw failure(request, 'the server answered 416 to a request from byte 0.');
    return { kind: 'changed' };
  }
  if (response.status !== 200 && response.status !== 206) {
    await response.body?.cancel();
    throw failure(request, statusAdvice(response.status));
  }
  if (etag !== undefined && now !== etag) {
    await response.body?.cancel();
    return { kind: 'changed' };
  }

  let total = contentLength(response);
  if (response.status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    if (Number(range?.[1]) !== progress.bytes) {
      await response.body?.cancel();
      throw failure(request, 'the server answered with another range than was asked for.');
    }
    total = range?.[2] === '*' || range === null ? undefined : Number(range[2]);
  } else if (progress.bytes > 0) {
    if (resuming) {
      await response.body?.cancel();
      throw failure(
        request,
        'the connection was cut and the server cannot continue a download. Run "slowcat models fetch" again to start it anew.',
      );
    }
    await restart(request, progress);
  }
  if (now !== undefined) {
    await writeFile(
      `${request.part}.json`,
      JSON.stringify({ url: request.url, etag: now } satisfies PartInfo),
    );
  }
  try {
    await append(request, response, progress, total);
  } catch (error) {
    request.signal?.throwIfAborted();
    if (isDiskError(error)) throw failure(request, 'the disk could not be written.', error);
    return { kind: 'cut', etag: now, cause: error };
  }
  if (total !== undefined && progress.bytes < total) {
    return { kind: 'cut', etag: now, cause: new Error('the answer ended early') };
  }
  return { kind: 'done', pinned };
}

/** Follows redirects by hand: only the first answer carries the checksum, and only the last one the bytes. */
async function follow(
  request: HubDownload,
  from: number,
  send: typeof fetch,
): Promise<{ response: Response; linkedEtag: string | undefined }> {
  let url = request.url;
  let linkedEtag: string | undefined;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const response = await send(url, {
      redirect: 'manual',
      headers: { 'accept-encoding': 'identity', ...(from > 0 ? { range: `bytes=${from}-` } : {}) },
      ...(request.signal ? { signal: request.signal } : {}),
    });
    linkedEtag ??= response.headers.get('x-linked-etag') ?? undefined;
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return { response, linkedEtag };
    await response.body?.cancel();
    url = new URL(location, url).href;
  }
  throw failure(request, `more than ${maxRedirects} redirects.`);
}

async function append(
  request: HubDownload,
  response: Response,
  progress: Progress,
  total: number | undefined,
): Promise<void> {
  if (response.body === null) return;
  const file = await open(request.part, progress.bytes > 0 ? 'a' : 'w');
  try {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      await file.write(chunk);
      progress.hash.update(chunk);
      progress.bytes += chunk.byteLength;
      request.onProgress?.(progress.bytes, total);
    }
  } finally {
    await file.close();
  }
}

async function readPart({ part, signal }: HubDownload): Promise<Progress> {
  const hash = createHash('sha256');
  const size = await stat(part).then(
    (found) => found.size,
    () => 0,
  );
  if (size > 0) {
    for await (const chunk of createReadStream(part, signal ? { signal } : {})) hash.update(chunk as Buffer);
  }
  return { hash, bytes: size };
}

async function readInfo({ part, url }: HubDownload): Promise<PartInfo | undefined> {
  try {
    const info = JSON.parse(await readFile(`${part}.json`, 'utf8')) as PartInfo;
    return info.url === url ? info : undefined;
  } catch {
    return undefined;
  }
}

async function restart({ part }: HubDownload, progress: Progress): Promise<void> {
  await rm(part, { force: true });
  await rm(`${part}.json`, { force: true });
  progress.hash = createHash('sha256');
  progress.bytes = 0;
}

function contentLength(response: Response): number | undefined {
  const text = response.headers.get('content-length');
  return text === null ? undefined : Number(text);
}

/** Large files of the hub have their SHA-256 as ETag; small ones a git blob id, which pins nothing here. */
function sha256Of(etag: string | undefined): string | undefined {
  const bare = etag?.replace(/^W\//, '').replaceAll('"', '');
  return bare !== undefined && /^[0-9a-f]{64}$/.test(bare) ? bare : undefined;
}

function statusAdvice(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return `the server answered ${status}: the file is not public, or its licence must be accepted there first.`;
    case 404:
      return 'the server answered 404: there is no such file (any more).';
    case 429:
      return 'the server answered 429: too many requests. Wait some minutes and run "slowcat models fetch" again.';
    default:
      return `the server answered ${status}.`;
  }
}

function networkCause(error: unknown): string {
  const cause = (error as { cause?: { code?: unknown } }).cause;
  return typeof cause?.code === 'string' ? cause.code : 'network error';
}

function isDiskError(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EIO'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function failure(request: HubDownload, what: string, cause?: unknown): SlowcatError {
  return new SlowcatError('SLOWCAT_MODEL_FETCH', `${named(request)}: ${what}`, { cause });
}

/** The address without its query, which may hold a signature. */
function named({ url }: HubDownload): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
