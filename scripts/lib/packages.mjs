import { readFile } from 'node:fs/promises';
import { inRoot } from './paths.mjs';
import { npmCommand, runCommand } from './run-command.mjs';
import { digest, readStamp, writeStamp } from './stamps.mjs';

const stampFile = inRoot('node_modules', '.slowcat', 'packages');

/** @returns {Promise<boolean>} whether node_modules is not what package-lock.json says */
export async function packagesAreStale() {
  const lock = await readFile(inRoot('package-lock.json'), 'utf8');
  if ((await readStamp(stampFile)) === digest(lock)) return false;
  const installed = await readFile(inRoot('node_modules', '.package-lock.json'), 'utf8').catch(
    () => undefined,
  );
  if (installed === undefined || differs(JSON.parse(lock), JSON.parse(installed))) return true;
  // Installed by hand with npm: nothing to do but to note it.
  await writeStamp(stampFile, digest(lock));
  return false;
}

/**
 * Installs exactly what package-lock.json says, with the development packages (they build the project) and without
 * running any package's own install script: the only one that matters, Whisper's, is a step of its own, and
 * onnxruntime-node's would download GPU libraries.
 */
export async function installPackages() {
  const [npm, ...first] = npmCommand();
  const flags = ['--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await runCommand(npm, [...first, 'ci', ...flags]);
  await writeStamp(stampFile, digest(await readFile(inRoot('package-lock.json'), 'utf8')));
}

/**
 * Compares npm's own record of what it installed with the lockfile. Optional packages may be absent: most of them are
 * binaries for other platforms.
 *
 * @param {{ packages: Record<string, { version?: string, optional?: boolean, link?: boolean }> }} lock
 * @param {{ packages: Record<string, { version?: string }> }} installed
 */
export function differs(lock, installed) {
  const wanted = Object.entries(lock.packages).filter(([path]) => path !== '');
  const extra = Object.keys(installed.packages).some((path) => lock.packages[path] === undefined);
  return (
    extra ||
    wanted.some(([path, { version, optional }]) => {
      const found = installed.packages[path];
      return found === undefined ? optional !== true : found.version !== version;
    })
  );
}
