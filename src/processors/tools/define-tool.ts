import { z } from 'zod';
import {
  FunctionSchema,
  type CheckedArguments,
  type FunctionCallOptions,
  type FunctionCallParams,
} from './function-schema.js';

/** Thrown by a tool to tell the model what is wrong: its message, unlike that of other errors, goes to the model. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

/** What a tool knows of its call besides the arguments. */
export type ToolScope = Pick<FunctionCallParams, 'signal' | 'userId' | 'toolCallId' | 'context' | 'llm'> & {
  /** Tells how far a tool is that survives interruptions. */
  readonly progress: (intermediate: unknown) => void;
};

export interface ToolInit<Parameters extends z.ZodObject> extends FunctionCallOptions {
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  /** What it does and when to call it, for the model. */
  readonly description: string;
  /** The arguments. Descriptions of fields go to the model; what does not fit goes back to it as an error. */
  readonly parameters: Parameters;
  /**
   * Makes the call. What it gives back goes to the model as JSON; nothing (undefined, null) asks for no answer.
   * It must not hold the event loop: nobody can stop it then.
   */
  readonly run: (args: z.output<Parameters>, scope: ToolScope) => unknown;
}

/** A function for the model to call, out of a zod schema and what it does. Advertised in a context, it registers itself. */
export function defineTool<Parameters extends z.ZodObject>(init: ToolInit<Parameters>): FunctionSchema {
  const { name, description, parameters, run, cancelOnInterruption, timeoutMs } = init;
  const schema = z.toJSONSchema(parameters, { io: 'input', unrepresentable: 'any' });
  return new FunctionSchema({
    name,
    description,
    properties: schema.properties ?? {},
    required: schema.required ?? [],
    options: {
      ...(cancelOnInterruption === undefined ? {} : { cancelOnInterruption }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    },
    check: (args): CheckedArguments => {
      const parsed = parameters.safeParse(args);
      return parsed.success
        ? { ok: true, arguments: parsed.data }
        : { ok: false, problem: problemsOf(parsed.error) };
    },
    handler: async (params) => {
      const { signal, userId, toolCallId, context, llm, resultCallback } = params;
      const progress = (intermediate: unknown): void => resultCallback(intermediate, { isFinal: false });
      // The service has checked them with the schema above.
      const args = params.arguments as z.output<Parameters>;
      resultCallback(await run(args, { signal, userId, toolCallId, context, llm, progress }));
    },
  });
}

/** Most complaints at once: a model corrects few. */
const maxProblems = 5;

function problemsOf(error: z.ZodError): string {
  const told = error.issues
    .slice(0, maxProblems)
    .map(
      ({ path, message }) => `${path.length === 0 ? 'arguments' : path.map(String).join('.')}: ${message}`,
    );
  return told.join('; ').slice(0, 1000);
}
