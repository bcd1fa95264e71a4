import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { SlowcatError } from '../../errors.js';
import type { EngineInfo, VoiceActivity, VoiceActivityStream } from '../interfaces.js';

export interface SileroOptions {
  /** Silero VAD v5 as ONNX. @defaultValue the file that comes with the package */
  readonly modelPath?: string;
}

export const defaultSileroOptions = {
  modelPath: fileURLToPath(new URL('../../../models/silero/silero_vad_v5.onnx', import.meta.url)),
} as const satisfies SileroOptions;

/** What Silero v5 was trained on: 512 new samples of 16 kHz behind the last 64 of the window before. */
const windowSamples = 512;
const contextSamples = 64;
/** Shape of the recurrent state. */
const stateDims = [2, 1, 128];
const stateSize = 2 * 1 * 128;

type Run = (feeds: Record<string, Tensor>) => Promise<InferenceSession.OnnxValueMapType>;

class SileroStream implements VoiceActivityStream {
  readonly #run: Run;
  readonly #sampleRate = new Tensor('int64', BigInt64Array.of(16_000n), []);
  #state: Float32Array = new Float32Array(stateSize);
  #context: Float32Array = new Float32Array(contextSamples);
  #tail: Promise<unknown> = Promise.resolve();

  constructor(run: Run) {
    this.#run = run;
  }

  push(window: Float32Array): Promise<number> {
    if (window.length !== windowSamples) {
      return Promise.reject(
        new SlowcatError(
          'SLOWCAT_AUDIO_INVALID',
          `A VAD window has ${window.length} samples; push exactly ${windowSamples} of 16 kHz.`,
        ),
      );
    }
    // Copied now: the caller may use its buffer again while earlier windows are still being scored.
    const samples = new Float32Array(contextSamples + windowSamples);
    samples.set(window, contextSamples);
    // The state after one window is the input of the next, so windows of a stream go one by one.
    const score = this.#tail.then(() => this.#score(samples));
    this.#tail = score.catch(() => undefined);
    return score;
  }

  reset(): void {
    // In line behind what was pushed before, so that those windows keep their state.
    this.#tail = this.#tail.then(() => {
      this.#state = new Float32Array(stateSize);
      this.#context = new Float32Array(contextSamples);
    });
  }

  async #score(samples: Float32Array): Promise<number> {
    samples.set(this.#context);
    const { output, stateN } = await this.#run({
      input: new Tensor('float32', samples, [1, samples.length]),
      state: new Tensor('float32', this.#state, stateDims),
      sr: this.#sampleRate,
    });
    const probability = output?.data[0];
    if (typeof probability !== 'number' || !(stateN?.data instanceof Float32Array)) {
      throw new SlowcatError('SLOWCAT_ENGINE_FAILED', 'The VAD model gives no probability; is it Silero v5?');
    }
    this.#state = stateN.data;
    this.#context = samples.slice(-contextSamples);
    return probability;
  }
}

class Silero implements VoiceActivity {
  readonly info: EngineInfo = { engine: 'silero', model: 'silero-vad-v5', device: 'cpu' };
  readonly #modelPath: string;
  readonly #working = new Set<Promise<unknown>>();
  #session: Promise<InferenceSession> | undefined;
  #closing: Promise<void> | undefined;

  constructor(modelPath: string) {
    this.#modelPath = modelPath;
  }

  async warmUp(): Promise<void> {
    await this.createStream().push(new Float32Array(windowSamples));
  }

  createStream(): VoiceActivityStream {
    return new SileroStream((feeds) => this.#run(feeds));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#working);
    const session = await this.#session?.catch(() => undefined);
    await session?.release();
  }

  async #run(feeds: Record<string, Tensor>): Promise<InferenceSession.OnnxValueMapType> {
    if (this.#closing !== undefined) throw new SlowcatError('SLOWCAT_ENGINE_CLOSED', 'Create another VAD.');
    const work = this.#infer(feeds);
    this.#working.add(work);
    try {
      return await work;
    } finally {
      this.#working.delete(work);
    }
  }

  async #infer(feeds: Record<string, Tensor>): Promise<InferenceSession.OnnxValueMapType> {
    this.#session ??= this.#load();
    const session = await this.#session;
    try {
      return await session.run(feeds);
    } catch (cause) {
      throw new SlowcatError('SLOWCAT_ENGINE_FAILED', 'The VAD could not score a window.', { cause });
    }
  }

  async #load(): Promise<InferenceSession> {
    if (!existsSync(this.#modelPath)) {
      throw new SlowcatError(
        'SLOWCAT_MODEL_MISSING',
        'The VAD model comes with the package; install Slowcat again, or set its path.',
      );
    }
    try {
      // One thread: a window takes a tenth of a millisecond, less than waking a second thread.
      return await InferenceSession.create(this.#modelPath, { intraOpNumThreads: 1, interOpNumThreads: 1 });
    } catch (cause) {
      throw new SlowcatError(
        'SLOWCAT_MODEL_FORMAT',
        'The VAD model cannot be loaded; is it Silero v5 as ONNX?',
        {
          cause,
        },
      );
    }
  }
}

/**
 * Voice activity by Silero v5, on the calling thread: one window of 32 ms takes about 0.1 ms.
 *
 * All streams share one session. Loads at the first window or `warmUp()`; a missing file rejects with
 * `SLOWCAT_MODEL_MISSING`.
 */
export function createSilero(options: SileroOptions = {}): VoiceActivity {
  return new Silero(options.modelPath ?? defaultSileroOptions.modelPath);
}
