/**
 * Kokoro in a process of its own: an inference blocks its thread for its whole time.
 * Started by kokoro.ts through a WorkerPool; not to be imported.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { KokoroTTS } from 'kokoro-js';
import { InferenceSession } from 'onnxruntime-node';
import { lowerPriority, readWorkerData, serveTasks } from '../worker/serve-tasks.js';
import { chooseThreads, threadCandidates, type ThreadTiming } from './choose-threads.js';
import { bindKokoro, type RunKokoro } from './kokoro-session.js';
import { parseVocabulary, phonemeIds, TooManyPhonemes } from './phoneme-ids.js';
import type { KokoroReply, KokoroTask, KokoroWorkerData } from './protocol.js';
import { trimSilence } from './trim-silence.js';
import { kokoroVoices } from './voices.js';

const sampleRateHz = 24_000;

/** Spoken to warm up and to measure thread counts: short, but with all of the model's fixed costs. */
const warmUpText = 'Hello there.';

interface Loaded {
  readonly tts: KokoroTTS;
  readonly threads: number;
}

/** A fault of the files, which trying again does not mend. */
class Unusable extends Error {}

const data = readWorkerData() as KokoroWorkerData;
let loading: Promise<Loaded> | undefined;

/**
 * Imports kokoro-js without the handlers for uncaught errors that its phonemizer installs: they would print
 * the phonemizer's whole bundle, and hide a crash from the pool.
 */
async function importKokoro(): Promise<typeof KokoroTTS> {
  const thrown = process.listeners('uncaughtException');
  const rejected = process.listeners('unhandledRejection');
  const { KokoroTTS } = await import('kokoro-js');
  for (const listener of process.listeners('uncaughtException')) {
    if (!thrown.includes(listener)) process.off('uncaughtException', listener);
  }
  for (const listener of process.listeners('unhandledRejection')) {
    if (!rejected.includes(listener)) process.off('unhandledRejection', listener);
  }
  return KokoroTTS;
}

async function createSession(threads: number): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(data.modelPath, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
      // Threads that spin while they wait take the cores that hear and think; speed is the same without.
      extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    });
  } catch (cause) {
    throw new Unusable('The Kokoro model cannot be loaded as ONNX.', { cause });
  }
}

interface Callable {
  readonly tts: KokoroTTS;
  readonly session: InferenceSession;
}

async function load(): Promise<Loaded> {
  lowerPriority(data.niceness);
  const Kokoro = await importKokoro();
  const vocabulary = await readFile(data.vocabularyPath, 'utf8')
    .then(parseVocabulary)
    .catch((cause: unknown) => {
      throw new Unusable('The Kokoro vocabulary is no list of phonemes.', { cause });
    });

  const open = async (threads: number): Promise<Callable> => {
    const session = await createSession(threads);
    let run: RunKokoro;
    try {
      run = bindKokoro(session);
    } catch (cause) {
      throw new Unusable('The model is not an export of Kokoro v1.0 that Slowcat knows.', { cause });
    }
    return { session, tts: asKokoroJs(Kokoro, run, (phonemes) => phonemeIds(phonemes, vocabulary)) };
  };
  const say = (tts: KokoroTTS) => tts.generate(warmUpText, { voice: kokoroVoices[0] });

  const candidates = data.threads === 'auto' ? threadCandidates(availableParallelism()) : [data.threads];
  const timings: ThreadTiming[] = [];
  const opened = new Map<number, Callable>();
  for (const threads of candidates) {
    const callable = await open(threads);
    opened.set(threads, callable);
    await say(callable.tts);
    if (candidates.length === 1) continue;
    const start = performance.now();
    await say(callable.tts);
    timings.push({ threads, ms: performance.now() - start });
  }
  const threads = candidates.length === 1 ? (candidates[0] ?? 1) : chooseThreads(timings);
  for (const [count, { session }] of opened) if (count !== threads) await session.release();
  const chosen = opened.get(threads) ?? (await open(threads));
  return { tts: chosen.tts, threads };
}

/** kokoro-js calls its model and its tokenizer as functions, so any pair that behaves alike will do. */
function asKokoroJs(
  Kokoro: typeof KokoroTTS,
  run: RunKokoro,
  toIds: (phonemes: string) => bigint[],
): KokoroTTS {
  const tokenizer = (phonemes: string) => {
    const inputIds = toIds(phonemes);
    return { input_ids: { data: inputIds, dims: [1, inputIds.length] } };
  };
  const model = async (inputs: {
    input_ids: { data: bigint[] };
    style: { data: Float32Array };
    speed: { data: Float32Array };
  }) => {
    const audio = await run({
      inputIds: inputs.input_ids.data,
      style: inputs.style.data,
      speed: inputs.speed.data[0] ?? 1,
    });
    return { waveform: { data: audio } };
  };
  type Arguments = ConstructorParameters<typeof KokoroTTS>;
  return new Kokoro(model as unknown as Arguments[0], tokenizer as unknown as Arguments[1]);
}

async function work(task: KokoroTask): Promise<KokoroReply> {
  try {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    const { tts, threads } = await loading;
    switch (task.kind) {
      case 'load':
        return { kind: 'loaded', threads };
      case 'speak': {
        const { audio } = await tts.generate(task.text, { voice: task.voice, speed: task.speed });
        const pcm = trimSilence(audio, { sampleRateHz, leadMs: task.leadMs, trailMs: task.trailMs });
        return { kind: 'speech', pcm };
      }
    }
  } catch (error) {
    if (error instanceof TooManyPhonemes) return { kind: 'too-long' };
    if (error instanceof Unusable) return { kind: 'unusable', detail: error.message };
    throw error;
  }
}

serveTasks((task) => work(task as KokoroTask));
