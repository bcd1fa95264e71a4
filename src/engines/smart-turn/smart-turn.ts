import { existsSync } from 'node:fs';
import { SlowcatError } from '../../errors.js';
import type { EngineInfo, PredictTurnEndOptions, TurnEnd } from '../interfaces.js';
import { WorkerPool } from '../worker/worker-pool.js';
import { workerUrl } from '../worker/worker-url.js';
import { turnSamples } from './features.js';
import type { PredictReply, PredictTask, SmartTurnWorkerData } from './protocol.js';

export interface SmartTurnOptions {
  /** Smart Turn v3 as ONNX. */
  readonly modelPath: string;
  /** Model id as in the catalog. @defaultValue 'smart-turn-v3.2' */
  readonly modelId?: string;
  /** Threads of one inference. @defaultValue 1 */
  readonly threads?: number;
  /** How far the work steps back when cores are short, 0..19. The answer waits for it, so it does not. @defaultValue 0 */
  readonly niceness?: number;
}

export const defaultSmartTurnOptions = {
  modelId: 'smart-turn-v3.2',
  threads: 1,
  niceness: 0,
} as const satisfies Omit<SmartTurnOptions, 'modelPath'>;

class SmartTurn implements TurnEnd {
  readonly info: EngineInfo;
  readonly #options: Required<SmartTurnOptions>;
  #pool: WorkerPool<PredictTask, PredictReply> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: SmartTurnOptions) {
    this.#options = { ...defaultSmartTurnOptions, ...options };
    this.info = { engine: 'smart-turn', model: this.#options.modelId, device: 'cpu' };
  }

  async warmUp(): Promise<void> {
    await this.predict(new Float32Array(0));
  }

  async predict(pcm16k: Float32Array, options: PredictTurnEndOptions = {}): Promise<number> {
    if (this.#closing !== undefined)
      throw new SlowcatError('SLOWCAT_ENGINE_CLOSED', 'Create another smart-turn engine.');
    options.signal?.throwIfAborted();
    this.#pool ??= this.#start();
    // Copied: the caller may go on using its buffer while this call waits for others.
    const task: PredictTask = { pcm16k: pcm16k.slice(-turnSamples) };
    const reply = await this.#pool.run(task, options.signal);
    switch (reply.kind) {
      case 'predicted':
        return reply.probability;
      case 'unusable':
        throw new SlowcatError(
          'SLOWCAT_MODEL_FORMAT',
          `${reply.detail} Delete it and run \`slowcat models fetch\`.`,
        );
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#pool?.close() ?? Promise.resolve();
    return this.#closing;
  }

  #start(): WorkerPool<PredictTask, PredictReply> {
    const { modelPath, threads, niceness } = this.#options;
    if (!existsSync(modelPath)) {
      throw new SlowcatError(
        'SLOWCAT_MODEL_MISSING',
        `${modelPath} does not exist; run \`slowcat models fetch\`.`,
      );
    }
    const workerData: SmartTurnWorkerData = { modelPath, threads, niceness };
    const url = workerUrl(import.meta.url, 'smart-turn-worker.js');
    return new WorkerPool({ url, engine: 'smart-turn', workerData });
  }
}

/**
 * The end of a turn by Smart Turn v3 in a worker process: how something is said, not its words, tells whether a
 * silent speaker has finished.
 *
 * Loads at the first call or `warmUp()`. Rejects with `SLOWCAT_MODEL_MISSING` or `SLOWCAT_MODEL_FORMAT` when the
 * file is not there or another model, `SLOWCAT_ENGINE_FAILED` when the worker dies (the next call gets a new one).
 */
export function createSmartTurn(options: SmartTurnOptions): TurnEnd {
  return new SmartTurn(options);
}
