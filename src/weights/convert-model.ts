import { Worker } from 'node:worker_threads';

/** Files for the Whisper converter, see `convert/ct2-to-ggml.ts`. */
export interface Conversion {
  readonly modelBin: string;
  readonly vocabularyTxt: string;
  readonly output: string;
}

/**
 * Converts CTranslate2 weights to ggml in a worker, so that the caller's event loop goes on (progress, Ctrl-C).
 * Run from TypeScript sources, where a worker has no loader, it converts on the calling thread.
 *
 * @throws `SLOWCAT_MODEL_FORMAT`; the signal's reason when aborted
 */
export async function convertCt2ToGgml(files: Conversion, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  if (import.meta.url.endsWith('.ts')) {
    const { convertWhisper } = await import('./convert/ct2-to-ggml.js');
    return convertWhisper(files);
  }
  const worker = new Worker(new URL('./convert-worker.js', import.meta.url), { workerData: files });
  const stop = (): void => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('exit', (code) => {
        if (signal?.aborted === true) reject(signal.reason as Error);
        else if (code === 0) resolve();
        else reject(new Error(`the converter ended with exit code ${code}`));
      });
    });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
