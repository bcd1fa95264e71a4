import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** Loopback names: the server asks for no token on these. */
export const loopbackHosts = ['127.0.0.1', '::1', 'localhost'] as const;

const boolean = z.union([
  z.boolean(),
  z
    .enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'])
    .transform((text) => ['true', '1', 'yes', 'on'].includes(text)),
]);
const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const fraction = z.coerce.number().min(0).max(1);

const defaultSystemPrompt =
  'You are Slowcat, a friendly voice assistant. Answer in one short spoken sentence, using what you remember about the user.';

/**
 * Every setting there is. Keys are flat and carry their unit; the environment variable of a key is its name
 * in upper snake case behind `SLOWCAT_` (`dataDir` is `SLOWCAT_DATA_DIR`), its flag is kebab case (`--data-dir`).
 */
export const configSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('address to listen on; beyond localhost a token is asked for'),
  port: integer(0, 65535).default(7860).describe('TCP port; 0 takes a free one'),
  token: z.string().min(8).optional().describe('what clients must show when the host is not localhost'),
  allowedOrigins: z
    .union([z.array(z.string()), z.string().transform((text) => text.split(',').filter(Boolean))])
    .default([])
    .describe('web origins that may connect besides localhost, comma separated'),
  maxSessions: integer(1, 1000).default(32).describe('sessions at once'),
  evals: boolean
    .default(false)
    .describe("serve Pipecat's test harness (pipecat eval), which may set the context; for tests"),
  dataDir: z.string().min(1).default(join(homedir(), '.slowcat')).describe('folder for memory and settings'),
  logLevel: z
    .enum(['silent', 'error', 'warn', 'info', 'debug'])
    .default('warn')
    .describe('how much is logged'),
  timelineDir: z
    .string()
    .min(1)
    .optional()
    .describe('folder that gets a timeline of each session (turns, stages, tokens), for slowcat report'),
  timelineWords: boolean
    .default(false)
    .describe('keep in timelines what was said, too; by default they hold figures alone'),

  gpu: z.enum(['auto', 'off']).default('auto').describe('auto uses Metal, CUDA or Vulkan where there is one'),
  llmUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('base URL of an OpenAI-compatible server to use as the LLM'),
  llmModel: z.string().min(1).optional().describe('model name there, or a model id of the catalog'),
  llmApiKey: z.string().min(1).optional().describe('key for that server, if it wants one'),
  sttModel: z.string().min(1).optional().describe('speech recognition model of the catalog'),
  ttsModel: z.string().min(1).optional().describe('speech synthesis model of the catalog'),
  voice: z.string().min(1).default('af_heart').describe('voice to speak with'),
  speed: z.coerce.number().min(0.5).max(2).default(1).describe('speaking rate'),
  systemPrompt: z.string().max(4000).default(defaultSystemPrompt).describe('what the model is told first'),
  contextPreset: z
    .enum(['4k', '8k', '32k'])
    .default('4k')
    .describe('most tokens of prompt and answer: 4096, 8192 for a model with room, 32768 for deep recall'),
  maxAnswerTokens: integer(8, 2048).default(256).describe('longest answer, in tokens'),
  tools: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe('whether the model may call functions (time, memory); auto: not the small built-in one'),

  useMemory: boolean.default(true).describe('recall and store what is said'),
  memoryBudgetTokens: integer(64, 8192).default(1024).describe('most tokens of recalled memory in a prompt'),
  memoryMaxItems: integer(1, 64).default(8).describe('most recalled items in a prompt'),
  memoryDeadlineMs: integer(1, 10_000).default(15).describe('recall that takes longer is left out'),
  memoryPosition: z
    .enum(['late', 'afterSystem'])
    .default('late')
    .describe('where recalled memory stands: before the last message, or behind the system prompt'),
  memoryCacheSize: integer(1, 10_000)
    .default(20)
    .describe('exchanges in the cache that statistics count hits of'),
  memoryHotSize: integer(1, 1_000_000).default(100).describe('turns of the hot tier'),
  memoryWarmSize: integer(1, 1_000_000).default(1000).describe('turns of the warm tier'),
  useStatelessMemory: boolean
    .default(true)
    .describe('false puts all that was ever said in the prompt instead of recalling, for comparison'),
  useMemoryModel: boolean
    .default(false)
    .describe('let the language model turn what is recalled into a sentence first'),
  memoryModelDeadlineMs: integer(1, 60_000)
    .default(250)
    .describe('without that sentence by then, what is recalled goes in as it is'),

  vadConfidence: fraction.default(0.7).describe('speech probability that counts as speech'),
  vadStartMs: integer(32, 5000).default(200).describe('speech needed before it counts as begun'),
  vadStopMs: integer(32, 5000).default(200).describe('silence needed before it counts as ended'),
  vadMinVolume: fraction.default(0.6).describe('loudness floor, 0 (-110 LUFS) to 1 (-10 LUFS)'),
  interimResults: boolean
    .default(false)
    .describe('tell what is heard while the user still speaks; what counts is heard later for it'),
  useTurnModel: boolean
    .default(true)
    .describe('judge from the sound whether a turn is over, not by silence alone'),
  speechTimeoutMs: integer(0, 10_000)
    .default(600)
    .describe('further silence that ends a turn that no model judges'),
  incompleteTimeoutMs: integer(0, 30_000)
    .default(2000)
    .describe('further silence that ends an unfinished turn'),
});

/** What the core works with: every setting present, checked and frozen. */
export type Config = Readonly<z.output<typeof configSchema>>;
export type ConfigKey = keyof Config;
/** Settings as a person writes them: any subset, numbers may be text. */
export type ConfigInput = Partial<Record<ConfigKey, unknown>>;
