import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { Config } from '../config/index.js';
import type {
  Embedder,
  Engine,
  LanguageModel,
  SpeechToText,
  TextToSpeech,
  TurnEnd,
  VoiceActivity,
} from '../engines/interfaces.js';
import { createKokoro } from '../engines/kokoro/index.js';
import { createLlama } from '../engines/llama/index.js';
import { createMiniLm } from '../engines/minilm/index.js';
import { createSilero } from '../engines/silero/index.js';
import { createSmartTurn } from '../engines/smart-turn/index.js';
import { createWhisper } from '../engines/whisper/index.js';
import { presetTokens } from '../memory/memory.js';
import {
  chooseModels,
  ensureModels,
  loadCatalog,
  loadSavedChoices,
  type EnsureProgress,
  type ModelChoice,
  type Part,
  type ReadyModels,
} from '../weights/index.js';
import type { EngineHealth, Readiness } from './server-options.js';

/** The engines of a conversation, shared by all sessions. */
export interface VoiceEngines {
  readonly vad: VoiceActivity;
  /** Absent when silence alone ends a turn. */
  readonly turnEnd?: TurnEnd;
  readonly stt: SpeechToText;
  readonly llm: LanguageModel;
  readonly tts: TextToSpeech;
  /** Absent when the memory is off, or finds by words alone. */
  readonly embedder?: Embedder;
}

/** Which local models this configuration wants, and why. A remote LLM leaves the parts `llm` and `adapter` out. */
export async function modelChoices(config: Config): Promise<ModelChoice[]> {
  const remote = config.llmUrl !== undefined;
  return chooseModels({
    catalog: loadCatalog(),
    flags: { ...(remote ? {} : { llm: config.llmModel }), stt: config.sttModel, tts: config.ttsModel },
    saved: await loadSavedChoices(config.dataDir),
    without: [
      ...(config.useMemory ? [] : (['embeddings'] as const)),
      ...(remote ? (['llm', 'adapter'] as const) : []),
      ...(config.useTurnModel ? [] : (['turn'] as const)),
    ],
    totalMemoryBytes: totalmem(),
  });
}

/**
 * Makes the engines out of their weights, fetching what is missing. Nothing is loaded yet: see {@link WarmEngines}.
 *
 * @throws SLOWCAT_MODEL_FETCH, SLOWCAT_MODEL_CHECKSUM and the like, naming the next step
 */
export async function createEngines(
  config: Config,
  choices: readonly ModelChoice[],
  onProgress?: (progress: EnsureProgress) => void,
): Promise<VoiceEngines> {
  const ready = await ensureModels(
    choices.map(({ model }) => model.id),
    { onProgress },
  );
  const gpu = config.gpu === 'auto' ? 'auto' : false;
  const stt = part(ready, 'stt');
  const tts = part(ready, 'tts');
  const vad = part(ready, 'vad');
  const turn = ready.has('turn') ? part(ready, 'turn') : undefined;
  const embeddings = ready.has('embeddings') ? part(ready, 'embeddings') : undefined;
  return {
    vad: createSilero({ modelPath: vad.file('model') }),
    ...(turn === undefined
      ? {}
      : { turnEnd: createSmartTurn({ modelPath: turn.file('model'), modelId: turn.id }) }),
    stt: createWhisper({ modelPath: stt.file('model'), model: stt.id, gpu }),
    llm: await createLlm(config, ready),
    tts: createKokoro({
      modelPath: tts.file('model'),
      vocabularyPath: tts.file('vocabulary'),
      modelId: tts.id,
    }),
    ...(embeddings === undefined
      ? {}
      : { embedder: createMiniLm({ modelDir: dirname(dirname(embeddings.file('model'))) }) }),
  };
}

async function createLlm(config: Config, ready: ReadyModels): Promise<LanguageModel> {
  if (config.llmUrl !== undefined) {
    // Loaded only when asked for: the client is large, and most sessions never leave the machine.
    const { createOpenAiChat } = await import('../engines/openai/index.js');
    return createOpenAiChat({
      baseUrl: config.llmUrl,
      model: config.llmModel ?? 'default',
      contextTokens: presetTokens[config.contextPreset],
      ...(config.llmApiKey === undefined ? {} : { apiKey: config.llmApiKey }),
    });
  }
  const llm = part(ready, 'llm');
  const adapter = ready.get('adapter');
  return createLlama({
    modelPath: llm.file('model'),
    modelId: llm.id,
    ...(adapter?.files['model'] === undefined ? {} : { adapterPath: adapter.files['model'] }),
    contextTokens: presetTokens[config.contextPreset],
    gpu: config.gpu === 'auto' ? 'auto' : false,
    tuningFile: join(config.dataDir, 'threads.json'),
  });
}

function part(ready: ReadyModels, name: Part): { readonly id: string; file(role: string): string } {
  const found = ready.get(name);
  if (found === undefined) throw new Error(`No model plays the part ${name}`);
  return {
    id: found.model.id,
    file: (role) => {
      const path = found.files[role];
      if (path === undefined) throw new Error(`${found.model.id} lists no file for ${role}`);
      return path;
    },
  };
}

/** Warms engines up, knows which are ready, and closes them. */
export class WarmEngines {
  readonly #engines: Readonly<Record<string, Engine>>;
  readonly #states = new Map<string, EngineHealth['state']>();

  constructor(engines: VoiceEngines) {
    const { vad, turnEnd, stt, llm, tts, embedder } = engines;
    this.#engines = {
      vad,
      ...(turnEnd === undefined ? {} : { turn: turnEnd }),
      stt,
      llm,
      tts,
      ...(embedder === undefined ? {} : { embedder }),
    };
    for (const role of Object.keys(this.#engines)) this.#states.set(role, 'warming');
  }

  /** Warms one after the other: on few cores that is no slower, and each one measures its threads undisturbed. */
  async warmUp(
    onReady: (role: string, engine: Engine, tookMs: number) => void = () => undefined,
  ): Promise<void> {
    for (const [role, engine] of Object.entries(this.#engines)) {
      const startMs = performance.now();
      try {
        await engine.warmUp();
      } catch (error) {
        this.#states.set(role, 'failed');
        throw error;
      }
      this.#states.set(role, 'ready');
      onReady(role, engine, performance.now() - startMs);
    }
  }

  readiness(): Readiness {
    const engines = Object.fromEntries(
      Object.entries(this.#engines).map(([role, { info }]) => [
        role,
        { ...info, state: this.#states.get(role) ?? 'warming' },
      ]),
    );
    return { ready: Object.values(engines).every(({ state }) => state === 'ready'), engines };
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#engines).map((engine) => engine.close()));
  }
}
