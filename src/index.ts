/**
 * The library's door. Each room lists by name what it gives away; `slowcat/testing` has what tests are made of.
 */
export { SlowcatError, errorTable, type ErrorCode } from './errors.js';
export * from './pipeline/index.js';
export * from './processors/index.js';
export * from './transport/index.js';
export {
  readWav,
  readWavMono,
  writeWav,
  type WavAudio,
  type WavFormat,
  type WriteWavOptions,
} from './audio/index.js';
export type * from './engines/interfaces.js';
export { createKokoro, type KokoroOptions } from './engines/kokoro/index.js';
export { createLlama, type LlamaOptions } from './engines/llama/index.js';
export { createMiniLm, type MiniLmOptions } from './engines/minilm/index.js';
export { createOpenAiChat, type OpenAiChatOptions } from './engines/openai/index.js';
export { createSilero, type SileroOptions } from './engines/silero/index.js';
export { createSmartTurn, type SmartTurnOptions } from './engines/smart-turn/index.js';
export { createWhisper, type WhisperOptions } from './engines/whisper/index.js';
export { openMemory, type Memory, type MemoryOptions, type Turn, type UserMemory } from './memory/memory.js';
export { loadConfig, type Config } from './config/index.js';
export * from './runner/index.js';
export { createServer, type SlowcatServer } from './server/create-server.js';
export { startVoiceServer, type VoiceServerOptions } from './server/voice-server.js';
export { ensureModels, loadCatalog } from './weights/index.js';
