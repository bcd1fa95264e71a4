import { mkdir, rename, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SlowcatError } from '../errors.js';
import type { CatalogFile, CatalogModel, CatalogWheel } from './catalog.js';
import { fetchFromSource, type RemoteSource, type SourceFetch } from './fetch-source.js';
import { detailOf, SourceUnreachableError } from './source-error.js';
import type { Verifier } from './verify.js';

/** What a fetch is doing now. `doneBytes` and `totalBytes` count what is downloaded, which may be compressed. */
export type FetchProgress =
  | {
      readonly kind: 'download';
      readonly model: string;
      readonly file: string;
      readonly from: RemoteSource['kind'];
      readonly doneBytes: number;
      readonly totalBytes: number | undefined;
    }
  | { readonly kind: 'convert' | 'done'; readonly model: string; readonly file: string }
  | { readonly kind: 'failed'; readonly model: string; readonly file: string; readonly reason: string };

export interface FetchEnvironment extends Omit<SourceFetch, 'file' | 'part' | 'onProgress' | 'onConvert'> {
  readonly verifier: Verifier;
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
  /** Why pip or the network cannot be reached; filled while fetching, so that it is found out once. */
  readonly unreachable: Map<Channel, SourceUnreachableError>;
}

type Channel = 'pip' | 'http';

/** A file that no source could bring, and why. */
export interface FileFailure {
  readonly model: CatalogModel;
  readonly file: CatalogFile;
  readonly reasons: readonly SlowcatError[];
}

/**
 * Brings one file from the first of its sources that works: to `<file>.part`, checked, then renamed.
 *
 * @returns nothing when the file is there now, else why not
 * @throws the signal's reason when aborted
 */
export async function fetchFile(
  model: CatalogModel,
  file: CatalogFile,
  environment: FetchEnvironment,
): Promise<FileFailure | undefined> {
  const { store, verifier, signal, unreachable } = environment;
  const names = { model: model.id, file: file.name };
  const target = store.pathOf(model, file);
  const part = `${target}.part`;
  const reasons: SlowcatError[] = [];
  for (const source of file.sources) {
    if (source.kind === 'bundled') {
      reasons.push(
        new SlowcatError(
          'SLOWCAT_MODEL_MISSING',
          `${source.path} is part of the package: restore it with git, or install the package again.`,
        ),
      );
      continue;
    }
    const channel = channelOf(source);
    const known = unreachable.get(channel);
    if (known) {
      reasons.push(known);
      continue;
    }
    try {
      await mkdir(dirname(target), { recursive: true });
      await assertSpace(dirname(target), file);
      const sha256 = await fetchFromSource(source, {
        ...environment,
        file,
        part,
        onProgress: (doneBytes, totalBytes) =>
          environment.onProgress?.({ kind: 'download', ...names, from: source.kind, doneBytes, totalBytes }),
        onConvert: () => environment.onProgress?.({ kind: 'convert', ...names }),
      });
      await rename(part, target);
      await rm(`${part}.json`, { force: true });
      await verifier.remember(target, sha256);
      environment.onProgress?.({ kind: 'done', ...names });
      return undefined;
    } catch (error) {
      signal?.throwIfAborted();
      const reason = asSlowcatError(error, file);
      if (reason instanceof SourceUnreachableError) unreachable.set(channel, reason);
      environment.onProgress?.({ kind: 'failed', ...names, reason: detailOf(reason) });
      reasons.push(reason);
    }
  }
  return { model, file, reasons };
}

/** The wheels a file can be made of; they are deleted once the whole model is there. */
export function wheelsOf(file: CatalogFile): CatalogWheel[] {
  return file.sources.flatMap((source) => {
    switch (source.kind) {
      case 'wheel':
        return source.wheels;
      case 'converted':
        return [source.inputs.modelBin, source.inputs.vocabularyTxt];
      case 'bundled':
      case 'hub':
      case 'url':
        return [];
    }
  });
}

function channelOf(source: RemoteSource): Channel {
  switch (source.kind) {
    case 'wheel':
    case 'converted':
      return 'pip';
    case 'hub':
    case 'url':
      return 'http';
  }
}

/** A wheel, its member and a converter's input lie on the disk side by side for a moment. */
const spaceFactor = 3;

async function assertSpace(folder: string, file: CatalogFile): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const needed = (file.bytes ?? 0) * (file.sources.some((source) => source.kind !== 'hub') ? spaceFactor : 1);
  if (bavail * bsize < needed) {
    throw new SlowcatError(
      'SLOWCAT_MODEL_FETCH',
      `${file.name} needs ${Math.ceil(needed / 1e6)} MB free in ${folder}, there are ${Math.floor((bavail * bsize) / 1e6)}. Make room, or set SLOWCAT_MODELS_DIR.`,
    );
  }
}

function asSlowcatError(error: unknown, file: CatalogFile): SlowcatError {
  if (SlowcatError.isInstance(error)) return error;
  const what = error instanceof Error ? error.message : 'unknown fault';
  return new SlowcatError('SLOWCAT_MODEL_FETCH', `${file.name}: ${what}`, { cause: error });
}
