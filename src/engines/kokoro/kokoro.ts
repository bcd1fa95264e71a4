import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { concatFloat32 } from '../../audio/index.js';
import { SlowcatError } from '../../errors.js';
import type { EngineInfo, SpeechChunk, SynthesizeOptions, TextToSpeech } from '../interfaces.js';
import { WorkerPool } from '../worker/worker-pool.js';
import { workerUrl } from '../worker/worker-url.js';
import { defaultClauseOptions, splitClauses, type ClauseOptions } from './clauses.js';
import { halves } from './phoneme-ids.js';
import type { KokoroReply, KokoroTask, KokoroWorkerData } from './protocol.js';
import { speakable } from './speakable.js';
import { isKokoroVoice, kokoroVoices, type KokoroVoice } from './voices.js';

export interface KokoroOptions {
  /** Kokoro v1.0 as ONNX, with kokoro-onnx' or onnx-community's names. */
  readonly modelPath: string;
  /** Phoneme ids, `vocab.json` or `tokenizer.json`. @defaultValue the file that comes with the package */
  readonly vocabularyPath?: string;
  /** Model id as in the catalog. @defaultValue 'kokoro-82m' */
  readonly modelId?: string;
  /** Threads of one inference; `auto` measures at warm-up, which takes some seconds. @defaultValue 'auto' */
  readonly threads?: number | 'auto';
  /** Clauses that are synthesized at the same time; each worker holds the model in memory. @defaultValue 1 */
  readonly workers?: number;
  /**
   * How far the voice steps back when cores are short, 0..19. The thread that serves sockets does not need it
   * (its delay stays at 5 ms either way), and at 5 speech takes a third longer beside Whisper.
   * @defaultValue 0
   */
  readonly niceness?: number;
  /** How a text is cut into pieces. @defaultValue {@link defaultClauseOptions} */
  readonly clauses?: ClauseOptions;
}

export const defaultKokoroOptions = {
  vocabularyPath: fileURLToPath(new URL('../../../models/kokoro/vocab.json', import.meta.url)),
  modelId: 'kokoro-82m',
  threads: 'auto',
  workers: 1,
  niceness: 0,
  clauses: defaultClauseOptions,
} as const satisfies Omit<KokoroOptions, 'modelPath'>;

/** Kokoro's only rate. */
const sampleRateHz = 24_000;

/**
 * Kokoro puts 300-400 ms of silence before and 450-530 ms behind whatever it speaks. What is kept before it
 * saves soft first consonants; what is kept behind it makes the pause that the punctuation asks for.
 */
const leadMs = 20;
const trailMs = { sentence: 260, clause: 120 } as const;

/** What {@link SynthesizeOptions} promises of speed. */
const speeds = { min: 0.5, max: 2 } as const;

/** What comes back from a worker whose model works. */
type UsableReply = Exclude<KokoroReply, { kind: 'unusable' }>;

class Kokoro implements TextToSpeech {
  readonly info: EngineInfo;
  readonly sampleRateHz = sampleRateHz;
  readonly voices: readonly string[] = kokoroVoices;
  readonly #options: Required<KokoroOptions>;
  #pool: WorkerPool<KokoroTask, KokoroReply> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: KokoroOptions) {
    this.#options = { ...defaultKokoroOptions, ...options };
    this.info = { engine: 'kokoro', model: this.#options.modelId, device: 'cpu' };
  }

  async warmUp(): Promise<void> {
    await this.#ask({ kind: 'load' });
  }

  async *synthesize(
    text: string,
    options: SynthesizeOptions = {},
  ): AsyncGenerator<SpeechChunk, void, undefined> {
    const { voice = kokoroVoices[0], speed = 1, signal } = options;
    this.#checkOpen();
    signal?.throwIfAborted();
    checkVoice(voice);
    checkSpeed(speed);
    const clauses = splitClauses(text, this.#options.clauses)
      .map((clause) => ({ text: clause, spoken: speakable(clause) }))
      .filter(({ spoken }) => spoken !== '');

    // A consumer that stops listening half-way aborts what was begun for it, as its signal would.
    const abort = new AbortController();
    const forward = (): void => abort.abort(signal?.reason);
    signal?.addEventListener('abort', forward, { once: true });
    const begin = (index: number): Promise<Float32Array> | undefined => {
      const clause = clauses[index];
      if (clause === undefined) return undefined;
      const speech = this.#speak(clause.spoken, voice, speed, abort.signal);
      // Awaited only when its turn comes; a failure before that is not unhandled.
      speech.catch(() => undefined);
      return speech;
    };
    try {
      let next = begin(0);
      for (const [index, clause] of clauses.entries()) {
        const pcm = await next;
        // The next clause is made while this one is heard.
        next = begin(index + 1);
        if (pcm !== undefined && pcm.length > 0) yield { pcm, sampleRateHz, text: clause.text };
        signal?.throwIfAborted();
      }
    } finally {
      signal?.removeEventListener('abort', forward);
      abort.abort();
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#pool?.close() ?? Promise.resolve();
    return this.#closing;
  }

  async #speak(text: string, voice: KokoroVoice, speed: number, signal: AbortSignal): Promise<Float32Array> {
    const task = { kind: 'speak', text, voice, speed, leadMs, trailMs: pauseMs(text) } as const;
    const reply = await this.#ask(task, signal);
    switch (reply.kind) {
      case 'speech':
        return reply.pcm;
      case 'too-long': {
        // Numbers grow when they are spoken. In parts, each a task of its own: others get their turn in between.
        const parts: Float32Array[] = [];
        for (const half of halves(text)) parts.push(await this.#speak(half, voice, speed, signal));
        return concatFloat32(parts);
      }
      case 'loaded':
        throw new SlowcatError('SLOWCAT_ENGINE_FAILED', 'Kokoro answered without speech.');
    }
  }

  async #ask(task: KokoroTask, signal?: AbortSignal): Promise<UsableReply> {
    this.#checkOpen();
    this.#pool ??= this.#start();
    const reply = await this.#pool.run(task, signal);
    if (reply.kind === 'unusable') {
      throw new SlowcatError(
        'SLOWCAT_MODEL_FORMAT',
        `${reply.detail} Delete it and run \`slowcat models fetch\`.`,
      );
    }
    return reply;
  }

  #start(): WorkerPool<KokoroTask, KokoroReply> {
    const { modelPath, vocabularyPath, threads, niceness, workers } = this.#options;
    for (const path of [modelPath, vocabularyPath]) {
      if (!existsSync(path)) {
        throw new SlowcatError(
          'SLOWCAT_MODEL_MISSING',
          `${path} does not exist; run \`slowcat models fetch\`.`,
        );
      }
    }
    const workerData: KokoroWorkerData = { modelPath, vocabularyPath, threads, niceness };
    const url = workerUrl(import.meta.url, 'kokoro-worker.js');
    return new WorkerPool({ url, engine: 'kokoro', workerData, workers });
  }

  #checkOpen(): void {
    if (this.#closing !== undefined)
      throw new SlowcatError('SLOWCAT_ENGINE_CLOSED', 'Create another kokoro engine.');
  }
}

/** The pause behind a clause: long behind a sentence, short where it goes on. */
function pauseMs(text: string): number {
  return /[.!?…][)"'”’\]]*$/u.test(text) ? trailMs.sentence : trailMs.clause;
}

function checkVoice(voice: string): asserts voice is KokoroVoice {
  if (isKokoroVoice(voice)) return;
  throw new SlowcatError(
    'SLOWCAT_CONFIG_INVALID',
    `Kokoro has no such voice; choose one of ${kokoroVoices.join(', ')}.`,
  );
}

function checkSpeed(speed: number): void {
  if (speed >= speeds.min && speed <= speeds.max) return;
  throw new SlowcatError(
    'SLOWCAT_CONFIG_INVALID',
    `The speed is ${speed}; choose ${speeds.min} to ${speeds.max}.`,
  );
}

/**
 * Speech by Kokoro-82M v1.0 in a worker process, clause by clause: 24 kHz, English, 28 voices.
 *
 * Loads at the first call or `warmUp()`. Rejects with `SLOWCAT_MODEL_MISSING` or `SLOWCAT_MODEL_FORMAT` when
 * the files are not there or not Kokoro, `SLOWCAT_CONFIG_INVALID` for an unknown voice or an impossible speed,
 * `SLOWCAT_ENGINE_FAILED` when the worker dies (the next call gets a new one). Text without anything to say
 * (emoji, markup, a web address) yields nothing.
 */
export function createKokoro(options: KokoroOptions): TextToSpeech {
  return new Kokoro(options);
}
