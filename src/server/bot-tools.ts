import type { Config } from '../config/index.js';
import type { LanguageModel } from '../engines/interfaces.js';
import type { UserMemory } from '../memory/memory.js';
import { currentTimeTool } from '../processors/tools/current-time.js';
import type { FunctionSchema } from '../processors/tools/function-schema.js';
import { memoryTools } from '../processors/tools/memory-tools.js';

export interface BotToolsOptions {
  readonly config: Pick<Config, 'tools'>;
  readonly llm: LanguageModel;
  /** Of the user of this session; absent when memory is off. */
  readonly memory?: UserMemory | undefined;
  readonly sessionId: string;
}

/**
 * What the model of the built-in bot may call. By default nothing where the model is so small that a list of functions
 * in its prompt costs it more answers than it gains: such a model recalls what it needs unasked.
 */
export function botTools({ config, llm, memory, sessionId }: BotToolsOptions): readonly FunctionSchema[] {
  const isOn = config.tools === 'on' || (config.tools === 'auto' && llm.usesToolsWell === true);
  if (!isOn || llm.generateWithTools === undefined) return [];
  return [currentTimeTool(), ...(memory === undefined ? [] : memoryTools({ memory, sessionId }))];
}
