import { z } from 'zod';
import type { UserMemory } from '../../memory/memory.js';
import { ToolError, defineTool } from './define-tool.js';
import type { FunctionSchema } from './function-schema.js';

/** Most tokens of what a search gives back. */
const searchTokens = 384;
/** Longest wait for a search; the model has asked for it, so it may take longer than what is recalled unasked. */
const searchMs = 250;

export interface MemoryToolsOptions {
  readonly memory: UserMemory;
  /** Names the conversation that is stored. @defaultValue none */
  readonly sessionId?: string;
}

/** Lets the model look up what this user has said, and note what is worth keeping. */
export function memoryTools({ memory, sessionId }: MemoryToolsOptions): readonly FunctionSchema[] {
  return [
    defineTool({
      name: 'memory_search',
      description: 'Searches what the user has said in earlier conversations.',
      parameters: z.object({
        query: z.string().min(1).max(500).describe('what to look for, in the words the user would have used'),
        limit: z.int().min(1).max(20).optional().describe('most results'),
      }),
      run: async ({ query, limit = 5 }) => {
        const { items } = await memory.recall(query, {
          budgetTokens: searchTokens,
          deadlineMs: searchMs,
          maxItems: limit,
          depth: 'deep',
        });
        return { results: items.map(({ line }) => line) };
      },
    }),
    defineTool({
      name: 'memory_store',
      description:
        'Notes a fact about the user for later conversations. Not for what the user has just said word by word.',
      parameters: z.object({
        text: z
          .string()
          .min(1)
          .max(1000)
          .describe('the fact, as a sentence of the user: "My dog is called Potola."'),
      }),
      run: async ({ text }) => {
        const remembered = await memory.remember({
          role: 'user',
          text,
          ...(sessionId === undefined ? {} : { session: sessionId }),
        });
        if (!remembered.stored) throw new ToolError('There is nothing in this text that could be stored.');
        return { stored: true };
      },
    }),
  ];
}
