import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { packageRoot, type CatalogFile, type CatalogModel } from './catalog.js';

/** Where model files lie on this machine. Pure paths; nothing is read or written here. */
export interface ModelStore {
  /** Fetched files: `<root>/<model id>/<file name>`. */
  readonly root: string;
  /** Wheels on their way; a wheel put here by hand is used. */
  readonly downloads: string;
  readonly lockFile: string;
  /** Which files have been checked against their checksum. */
  readonly stampFile: string;
  /** The path of a file of a model, bundled or fetched. */
  pathOf(model: CatalogModel, file: CatalogFile): string;
}

export interface StoreOptions {
  /** Folder for fetched files. @defaultValue `SLOWCAT_MODELS_DIR`, else {@link defaultModelsDir} */
  readonly modelsDir?: string | undefined;
  /** Folder that bundled paths are relative to. @defaultValue the package's own */
  readonly bundleRoot?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
}

export function openStore(options: StoreOptions = {}): ModelStore {
  const env = options.env ?? process.env;
  const fromEnv = env['SLOWCAT_MODELS_DIR'];
  const root =
    options.modelsDir ?? (fromEnv !== undefined && fromEnv !== '' ? fromEnv : defaultModelsDir(env));
  const bundleRoot = options.bundleRoot ?? packageRoot;
  return {
    root,
    downloads: join(root, 'downloads'),
    lockFile: join(root, '.lock'),
    stampFile: join(root, '.verified.json'),
    pathOf(model, file) {
      const bundled = file.sources.find((source) => source.kind === 'bundled');
      return bundled ? join(bundleRoot, bundled.path) : join(root, model.id, file.name);
    },
  };
}

/**
 * `models/fetched` in a clone. Installed below `node_modules` (where the next update would delete it) or on a
 * read-only disk, the user's cache folder.
 */
export function defaultModelsDir(env: NodeJS.ProcessEnv, root: string = packageRoot): string {
  const inPackage = join(root, 'models', 'fetched');
  if (!root.split(sep).includes('node_modules') && writable(inPackage)) return inPackage;
  return join(userCacheDir(env), 'slowcat', 'models');
}

function writable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function userCacheDir(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg !== undefined && xdg !== '') return xdg;
  return platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
}
