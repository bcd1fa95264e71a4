import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SlowcatError } from '../../errors.js';
import type { Embedder, EngineInfo } from '../interfaces.js';
import { WorkerPool } from '../worker/worker-pool.js';
import { workerUrl } from '../worker/worker-url.js';
import { batches } from './batches.js';
import type { EmbedReply, EmbedTask, MiniLmWorkerData } from './protocol.js';

export interface MiniLmOptions {
  /** all-MiniLM-L6-v2 as transformers.js wants it, int8. @defaultValue the folder that comes with the package */
  readonly modelDir?: string;
  /** Threads of one inference. A short text takes 3 ms on one. @defaultValue 1 */
  readonly threads?: number;
  /** Texts that go through the model together. @defaultValue 16 */
  readonly batchSize?: number;
  /** How far the work steps back when cores are short, 0..19. Recall waits for it, so it does not. @defaultValue 0 */
  readonly niceness?: number;
}

export const defaultMiniLmOptions = {
  modelDir: fileURLToPath(new URL('../../../models/minilm', import.meta.url)),
  threads: 1,
  batchSize: 16,
  niceness: 0,
} as const satisfies MiniLmOptions;

/** Size of all-MiniLM-L6-v2's vectors. */
const dimensions = 384;

class MiniLm implements Embedder {
  readonly info: EngineInfo = { engine: 'minilm', model: 'all-MiniLM-L6-v2', device: 'cpu' };
  readonly dimensions = dimensions;
  readonly #options: Required<MiniLmOptions>;
  #pool: WorkerPool<EmbedTask, EmbedReply> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: MiniLmOptions) {
    this.#options = { ...defaultMiniLmOptions, ...options };
  }

  async warmUp(): Promise<void> {
    await this.embed(['Hello.']);
  }

  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    if (this.#closing !== undefined)
      throw new SlowcatError('SLOWCAT_ENGINE_CLOSED', 'Create another embedder.');
    if (texts.length === 0) return [];
    this.#pool ??= this.#start();
    const vectors = new Array<Float32Array>(texts.length);
    for (const batch of batches(texts, this.#options.batchSize)) {
      const { rows, dimensions: width } = await this.#pool.run({ texts: batch.map(({ text }) => text) });
      if (width !== dimensions) {
        throw new SlowcatError(
          'SLOWCAT_MODEL_FORMAT',
          `The embedding model gives ${width} numbers; all-MiniLM-L6-v2 gives ${dimensions}.`,
        );
      }
      for (const [row, { index }] of batch.entries()) {
        vectors[index] = rows.slice(row * dimensions, (row + 1) * dimensions);
      }
    }
    return vectors;
  }

  close(): Promise<void> {
    this.#closing ??= this.#pool?.close() ?? Promise.resolve();
    return this.#closing;
  }

  #start(): WorkerPool<EmbedTask, EmbedReply> {
    const { threads, niceness } = this.#options;
    const modelDir = resolve(this.#options.modelDir);
    if (!existsSync(join(modelDir, 'onnx', 'model_quantized.onnx'))) {
      throw new SlowcatError(
        'SLOWCAT_MODEL_MISSING',
        'The embedding model comes with the package; install Slowcat again, or set its folder.',
      );
    }
    const workerData: MiniLmWorkerData = {
      modelsDir: dirname(modelDir),
      model: basename(modelDir),
      threads,
      niceness,
    };
    return new WorkerPool({
      url: workerUrl(import.meta.url, 'minilm-worker.js'),
      engine: 'minilm',
      workerData,
      // Threads that collect garbage take the cores that the next embedding and who waits for it need.
      nodeFlags: ['--single-threaded-gc'],
    });
  }
}

/**
 * Embeddings by all-MiniLM-L6-v2 in a worker process: 384 numbers of length 1 for each text, English, the first
 * 256 or so words of it.
 *
 * Loads at the first call or `warmUp()`. Rejects with `SLOWCAT_MODEL_MISSING` or `SLOWCAT_MODEL_FORMAT` when the
 * folder is not there or holds another model, `SLOWCAT_ENGINE_FAILED` when the worker dies.
 */
export function createMiniLm(options: MiniLmOptions = {}): Embedder {
  return new MiniLm(options);
}
