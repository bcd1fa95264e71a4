import type { Logger } from 'pino';
import type { Config } from '../config/index.js';
import { SlowcatError } from '../errors.js';
import { openMemory, warmUpFacts, type Memory } from '../memory/memory.js';
import type { EnsureProgress, ModelChoice } from '../weights/index.js';
import { bridgeSessions } from './bridge/bridge-sessions.js';
import { createServer, type SlowcatServer } from './create-server.js';
import { WarmEngines, createEngines, modelChoices, type VoiceEngines } from './engines.js';
import { ServerMetrics } from './metrics/server-metrics.js';
import { voiceSessions } from './voice-session.js';

export interface VoiceServerOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Told while weights are fetched. */
  readonly onProgress?: (progress: EnsureProgress) => void;
  /** Lines for the person who started it. @defaultValue says nothing */
  readonly say?: (line: string) => void;
  /** Engines to use instead of those that the configuration names; the server closes them too. */
  readonly engines?: VoiceEngines;
}

/**
 * Puts everything together: weights, engines, memory and the server that listens.
 *
 * Listens before the engines are warm, so that `/health` can say so, and resolves when they are.
 */
export async function startVoiceServer(options: VoiceServerOptions): Promise<SlowcatServer> {
  const { config, logger, say = () => undefined } = options;
  const closers: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const engines = options.engines ?? (await localEngines(options));
    const warm = new WarmEngines(engines);
    closers.push(() => warm.close());
    checkVoice(config, engines);
    const memory = config.useMemory ? await openSessionsMemory(config, engines) : undefined;
    if (memory !== undefined) closers.push(() => memory.close());
    const metrics = new ServerMetrics();
    const server = await createServer({
      metrics,
      sessionFactory: voiceSessions({
        config,
        engines,
        logger,
        metrics,
        ...(memory === undefined ? {} : { memory }),
      }),
      bridge: bridgeSessions({
        parts: { ...engines, ...(memory === undefined ? {} : { memory }) },
        logger,
      }),
      readiness: () => warm.readiness(),
      host: config.host,
      port: config.port,
      token: config.token,
      allowedOrigins: config.allowedOrigins,
      maxSessions: config.maxSessions,
      logger,
    });
    closers.push(() => server.close());
    await warm.warmUp((role, engine, tookMs) =>
      say(
        `  ${role.padEnd(4)} ${engine.info.model} on ${engine.info.device}, warm in ${(tookMs / 1000).toFixed(1)} s`,
      ),
    );
    return withClose(server, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Opens the memory with what the engines can do for it. What takes long to load is loaded before anybody listens. */
async function openSessionsMemory(config: Config, { llm, embedder }: VoiceEngines): Promise<Memory> {
  await warmUpFacts();
  return openMemory({
    dataDir: config.dataDir,
    countTokens: (text) => llm.countTokens(text),
    exchanges: config.memoryCacheSize,
    hotTurns: config.memoryHotSize,
    warmTurns: config.memoryWarmSize,
    ...(embedder === undefined ? {} : { embed: (texts) => embedder.embed(texts) }),
  });
}

function checkVoice({ voice }: Config, { tts }: VoiceEngines): void {
  if (tts.voices.includes(voice)) return;
  throw new SlowcatError(
    'SLOWCAT_CONFIG_INVALID',
    `There is no voice ${voice}. Choose one of: ${tts.voices.join(', ')}.`,
  );
}

async function localEngines({ config, onProgress, say }: VoiceServerOptions): Promise<VoiceEngines> {
  const choices = await modelChoices(config);
  for (const line of describeChoices(choices, config)) say?.(line);
  return createEngines(config, choices, onProgress);
}

/** Which model plays which part, why, and what a better one would need. */
export function describeChoices(choices: readonly ModelChoice[], config: Config): string[] {
  const lines = ['Models:'];
  if (config.llmUrl !== undefined)
    lines.push(`  llm        ${config.llmModel ?? 'default'} at ${config.llmUrl} (given for this run)`);
  for (const { part, model, reason, better } of choices) {
    lines.push(`  ${part.padEnd(10)} ${model.id} (${reason})`);
    if (better !== undefined) lines.push(`  ${' '.repeat(10)} better: ${better.model.id}, ${better.needs}`);
  }
  return lines;
}

function withClose(server: SlowcatServer, close: () => Promise<void>): SlowcatServer {
  let closing: Promise<void> | undefined;
  const closeOnce = () => (closing ??= close());
  return Object.defineProperties(Object.create(server) as SlowcatServer, {
    close: { value: closeOnce },
    [Symbol.asyncDispose]: { value: closeOnce },
  });
}
