import { loadConfig, type ConfigInput } from '../config/index.js';
import { WarmEngines, createEngines, modelChoices, type VoiceEngines } from '../server/engines.js';
import type { Readiness } from '../server/server-options.js';
import type { EnsureProgress } from '../weights/index.js';

export interface LoadEnginesOptions {
  /** Told while weights are fetched. @defaultValue says nothing */
  readonly onProgress?: (progress: EnsureProgress) => void;
}

/** The embedded models of a conversation, warm and shared by all sessions. */
export interface LoadedEngines extends VoiceEngines, AsyncDisposable {
  readiness(): Readiness;
  /** Releases all models. Idempotent. */
  close(): Promise<void>;
}

/**
 * Loads the models that the settings name (`SLOWCAT_*` in the environment count too), fetching what is missing.
 *
 * Without `useMemory: true` there is no embedder.
 *
 * @throws SLOWCAT_CONFIG_INVALID, SLOWCAT_MODEL_FETCH, SLOWCAT_MODEL_CHECKSUM and the like, naming the next step
 */
export async function loadEngines(
  settings: ConfigInput = {},
  { onProgress }: LoadEnginesOptions = {},
): Promise<LoadedEngines> {
  const config = loadConfig({ flags: { useMemory: false, ...settings } });
  const engines = await createEngines(config, await modelChoices(config), onProgress);
  const warm = new WarmEngines(engines);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= warm.close());
  try {
    await warm.warmUp();
  } catch (error) {
    await close();
    throw error;
  }
  return { ...engines, readiness: () => warm.readiness(), close, [Symbol.asyncDispose]: close };
}
