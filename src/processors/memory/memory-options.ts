import type { LanguageModel } from '../../engines/interfaces.js';
import type { Memory, RecallOptions, UserMemory } from '../../memory/memory.js';
import type { MemoryPosition } from './inject.js';

/** Where the memory is: opened by somebody else, or a folder that the processor opens and closes itself. */
export type MemorySource =
  | {
      /** One user's memory, or the memory of all: then each speaker has one of their own. */
      readonly memory: UserMemory | Memory;
    }
  | {
      /** Folder of the database, made if it is missing. Each speaker has a memory of their own in it. */
      readonly dbPath: string;
    };

export interface StatelessMemorySettings {
  /** Who speaks as long as no frame says so; names the memory where there is one for each speaker. @defaultValue 'default' */
  readonly speakerId?: string;
  /** Which session the stored turns belong to. @defaultValue none */
  readonly sessionId?: string;
  /** Most tokens of recalled memory in a prompt. @defaultValue 1024 */
  readonly maxContextTokens?: number;
  /** Most recalled items in a prompt. @defaultValue 8 */
  readonly maxItems?: number;
  /** Recall that takes longer is left out. @defaultValue 15 */
  readonly deadlineMs?: number;
  /** The same for a user who asks to think back. @defaultValue 3000 */
  readonly deepDeadlineMs?: number;
  /** Where recalled memory stands in the prompt. @defaultValue 'late' */
  readonly position?: MemoryPosition;
  /** How it is written there. @defaultValue 'lines', which the memory adapter is trained on */
  readonly form?: NonNullable<RecallOptions['form']>;
  /** Exchanges in the cache that `getStats` counts hits of. @defaultValue 20 */
  readonly cacheSize?: number;
  /** Turns of the hot tier. @defaultValue 100 */
  readonly hotSize?: number;
  /** Turns of the warm tier. @defaultValue 1000 */
  readonly warmSize?: number;
  /**
   * False gives traditional memory, for comparison: all that the user has ever said, and every answer, goes in the
   * prompt, as far as it fits; nothing is recalled. @defaultValue true
   */
  readonly useStatelessMemory?: boolean;
  /** Most tokens of a traditional history. @defaultValue 3072 */
  readonly historyTokens?: number;
  /** Tokens of a text by the model's tokenizer, for traditional memory. @defaultValue UTF-8 bytes */
  readonly countTokens?: (text: string) => number;
  /** Turns what is recalled into a sentence or two before it goes in the prompt. @defaultValue none */
  readonly memoryModel?: LanguageModel;
  /** Without a sentence by then, what is recalled goes in as it is. @defaultValue 250 */
  readonly memoryModelDeadlineMs?: number;
  /** Most tokens of the memory model's prompt and answer. @defaultValue 1024 */
  readonly memoryModelContextTokens?: number;
  /** Unix milliseconds, for what is used again. @defaultValue the system clock */
  readonly nowMs?: () => number;
}

export type StatelessMemoryProcessorOptions = MemorySource & StatelessMemorySettings;

export const defaultStatelessMemoryOptions = {
  speakerId: 'default',
  maxContextTokens: 1024,
  maxItems: 8,
  deadlineMs: 15,
  deepDeadlineMs: 3000,
  position: 'late',
  form: 'lines',
  cacheSize: 20,
  hotSize: 100,
  warmSize: 1000,
  useStatelessMemory: true,
  historyTokens: 3072,
  countTokens: (text: string) => Buffer.byteLength(text),
  memoryModelDeadlineMs: 250,
  memoryModelContextTokens: 1024,
  nowMs: () => Date.now(),
} as const satisfies StatelessMemorySettings;

/** With every default in place. */
export type ResolvedMemoryOptions = StatelessMemoryProcessorOptions &
  Required<Pick<StatelessMemorySettings, keyof typeof defaultStatelessMemoryOptions>>;
