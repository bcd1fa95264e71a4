import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SlowcatError } from '../../errors.js';

/**
 * Where a worker's compiled file is.
 *
 * Workers are started from a file by Node itself, which reads JavaScript only. In the built package the
 * worker lies beside its caller; when the sources run directly (vitest, tsx) its built twin under `dist/` is
 * used, and `SLOWCAT_ENGINE_FAILED` says so when there is none.
 *
 * @param callerUrl the caller's `import.meta.url`
 * @param fileName the worker's file name beside the caller, ending in `.js`
 */
export function workerUrl(callerUrl: string, fileName: string): URL {
  const beside = new URL(fileName, callerUrl);
  if (!new URL(callerUrl).pathname.endsWith('.ts')) return beside;
  const at = beside.href.lastIndexOf('/src/');
  const built = new URL(
    at < 0 ? beside.href : `${beside.href.slice(0, at)}/dist/${beside.href.slice(at + 5)}`,
  );
  if (!existsSync(fileURLToPath(built))) {
    throw new SlowcatError(
      'SLOWCAT_ENGINE_FAILED',
      `The worker ${fileName} is not built yet; run \`npm run build\` and try again.`,
    );
  }
  return built;
}
