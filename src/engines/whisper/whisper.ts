import { availableParallelism } from 'node:os';
import { SlowcatError } from '../../errors.js';
import type { EngineInfo, SpeechToText, TranscribeOptions, Transcript } from '../interfaces.js';
import { defaultContextPolicy, type ContextPolicy, type DecodeWindow } from './context-policy.js';
import { inspectGgmlWhisper, type GgmlWhisper } from './ggml-file.js';
import { defaultSpeechThresholds, type SpeechThresholds } from './hallucinations.js';
import { loadNativeWhisper, type NativeWhisper } from './native.js';
import { SerialQueue } from './serial-queue.js';
import { chooseThreads } from './thread-choice.js';
import { transcribeSegment } from './transcribe-segment.js';

export interface WhisperOptions {
  /** A Whisper model in ggml format. */
  readonly modelPath: string;
  /** Model id as in the catalog, for {@link EngineInfo}. */
  readonly model: string;
  /**
   * - `auto`: Metal on Apple silicon, the CPU elsewhere
   * - `true`, `false`: as said, where the build can
   *
   * @defaultValue 'auto'
   */
  readonly gpu: 'auto' | boolean;
  /** Threads of one decoding; `auto` measures during warm-up. @defaultValue 'auto' */
  readonly threads: 'auto' | number;
  /** Two letters, or `auto` for models of many languages. English-only models take `en` alone. @defaultValue 'en' */
  readonly language: string;
  /** How much audio the model is given. @defaultValue defaultContextPolicy */
  readonly policy: ContextPolicy;
  /** What counts as speech. @defaultValue defaultSpeechThresholds */
  readonly thresholds: SpeechThresholds;
}

export const defaultWhisperOptions = {
  gpu: 'auto',
  threads: 'auto',
  language: 'en',
  policy: defaultContextPolicy,
  thresholds: defaultSpeechThresholds,
} as const satisfies Omit<WhisperOptions, 'modelPath' | 'model'>;

export type WhisperSetup = Pick<WhisperOptions, 'modelPath' | 'model'> & Partial<WhisperOptions>;

/** Whisper on this machine, by whisper.cpp, on threads of its own. Loads at the first use or by `warmUp`. */
export function createWhisper(setup: WhisperSetup): SpeechToText {
  return new Whisper({ ...defaultWhisperOptions, ...setup });
}

interface Loaded {
  readonly file: GgmlWhisper;
  readonly native: NativeWhisper;
}

class Whisper implements SpeechToText {
  readonly info: EngineInfo;
  readonly #options: WhisperOptions;
  readonly #gpu: boolean;
  /** One decoding at a time: two would share the cores and both be late. */
  readonly #queue = new SerialQueue();
  #loaded: Promise<Loaded> | undefined;
  #warm: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #threads = 1;

  constructor(options: WhisperOptions) {
    const metal = process.platform === 'darwin' && process.arch === 'arm64';
    this.#options = options;
    this.#gpu = options.gpu === 'auto' ? metal : options.gpu;
    this.info = { engine: 'whisper', model: options.model, device: this.#gpu && metal ? 'metal' : 'cpu' };
    if (options.threads !== 'auto') this.#threads = options.threads;
  }

  async warmUp(): Promise<void> {
    this.#throwIfClosed();
    this.#warm ??= this.#queue.run(() => this.#firstRun());
    await this.#warm;
  }

  async transcribe(pcm16k: Float32Array, { prompt, signal }: TranscribeOptions = {}): Promise<Transcript> {
    this.#throwIfClosed();
    signal?.throwIfAborted();
    return this.#queue.run(async () => {
      const { file, native } = await this.#load();
      const { language, policy, thresholds } = this.#options;
      return transcribeSegment(
        pcm16k,
        prompt,
        async (audio, window, primer) => {
          // A second run is not begun for an answer that nobody waits for.
          signal?.throwIfAborted();
          return native.decode(audio, { window, language, prompt: primer, threads: this.#threads });
        },
        { fullFrames: file.audioContext, policy, thresholds },
      );
    }, signal);
  }

  async close(): Promise<void> {
    this.#closing ??= this.#free();
    await this.#closing;
  }

  async #free(): Promise<void> {
    await this.#queue.idle();
    const loaded = await this.#loaded?.catch(() => undefined);
    await loaded?.native.free();
  }

  async #firstRun(): Promise<void> {
    const { native } = await this.#load();
    const run = async (threads: number, window: DecodeWindow): Promise<number> => {
      const begin = performance.now();
      await native.decode(quietSecond, {
        window,
        threads,
        language: this.#options.language,
        prompt: undefined,
      });
      return performance.now() - begin;
    };
    await run(1, trialWindow);
    if (this.#options.threads !== 'auto') return;
    const most = Math.min(4, availableParallelism());
    this.#threads = await chooseThreads(most, (threads) => run(threads, trialWindow));
  }

  #load(): Promise<Loaded> {
    this.#loaded ??= this.#open();
    return this.#loaded;
  }

  async #open(): Promise<Loaded> {
    const { modelPath, language } = this.#options;
    const file = await inspectGgmlWhisper(modelPath);
    if (!file.multilingual && language !== 'en') {
      throw new SlowcatError(
        'SLOWCAT_CONFIG_INVALID',
        `The speech model knows English only, but the language is set to "${language}". Choose a model without ".en".`,
      );
    }
    return { file, native: await loadNativeWhisper(modelPath, this.#gpu, file.endOfTextId) };
  }

  #throwIfClosed(): void {
    if (this.#closing !== undefined) {
      throw new SlowcatError('SLOWCAT_ENGINE_CLOSED', 'Create another Whisper.');
    }
  }
}

/** Enough for whisper.cpp to decode; what is heard in it does not matter. */
const quietSecond = new Float32Array(1.3 * 16_000);
/** Small, so that warm-up stays short even where more threads turn out to be many times slower. */
const trialWindow: DecodeWindow = {
  audioContext: 128,
  beams: 1,
  maxTokens: 8,
  singleSegment: true,
  temperatureStep: 0,
};
