/**
 * Stamps: small files that say of what state something was made, so that it is made again only when that state changed.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * A fingerprint of files by name, size and time: changes when any is edited, added or removed; reads no content.
 *
 * @param {readonly string[]} paths files, or folders taken with everything below; missing ones count as absent
 * @param {(path: string) => boolean} [keep] leaves out what does not matter
 */
export async function fingerprint(paths, keep = () => true) {
  const hash = createHash('sha256');
  for (const path of (await Promise.all(paths.map(filesBelow))).flat().sort()) {
    if (!keep(path)) continue;
    const { size, mtimeMs } = await stat(path);
    hash.update(`${path}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** @param {string} path @returns {Promise<string[]>} */
async function filesBelow(path) {
  const found = await stat(path).catch(() => undefined);
  if (!found) return [];
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name !== 'node_modules' && name !== 'dist');
  return (await Promise.all(names.map((name) => filesBelow(join(path, name))))).flat();
}

/** @param {string} path @returns {Promise<string | undefined>} */
export async function readStamp(path) {
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}

/** @param {string} path @param {string} value */
export async function writeStamp(path, value) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${value}\n`);
}

/** @param {string} text */
export function digest(text) {
  return createHash('sha256').update(text).digest('hex');
}
