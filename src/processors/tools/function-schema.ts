import type {
  FrameProcessor,
  FunctionCallResultProperties,
  FunctionDefinition,
  LLMContext,
} from '../../pipeline/index.js';

/** What the handler of a function is given. */
export interface FunctionCallParams {
  readonly functionName: string;
  readonly toolCallId: string;
  /** As the model gave them; for a function with a schema of zod, checked and with its defaults. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The service that calls: frames pushed here go to the speech synthesis and on. */
  readonly llm: FrameProcessor;
  /** The conversation so far. */
  readonly context: LLMContext;
  /** Whose session it is; empty when nobody has said. */
  readonly userId: string;
  /** Fires when the call is given up: interrupted, out of time, or the session is over. */
  readonly signal: AbortSignal;
  /**
   * Settles the call. With `isFinal: false` in its properties it tells how far a call is that survives
   * interruptions. What comes after the call is settled is dropped. A result that is undefined or null settles
   * the call and asks for no answer.
   */
  readonly resultCallback: (result: unknown, properties?: FunctionCallResultProperties) => void;
}

/** Makes a call. It may settle the call after it has returned, or leave it to the client. */
export type FunctionCallHandler = (params: FunctionCallParams) => Promise<void> | void;

export interface FunctionCallOptions {
  /**
   * True gives the call up when the user interrupts. False lets it go on beside the conversation: the model is told
   * that it runs, and of its result when there is one. @defaultValue true
   */
  readonly cancelOnInterruption?: boolean;
  /** A call that takes longer is given up, and the model told. @defaultValue that of the service */
  readonly timeoutMs?: number;
}

/** Arguments as a handler may have them, or what is wrong with them, in words for the model. */
export type CheckedArguments =
  | { readonly ok: true; readonly arguments: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problem: string };

export interface FunctionSchemaInit {
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  /** What it does and when to call it, for the model. */
  readonly description: string;
  /** JSON schemas of the arguments, by name. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Arguments that must be given. */
  readonly required: readonly string[];
  /** Registers itself with the service wherever the schema is advertised. */
  readonly handler?: FunctionCallHandler;
  readonly options?: FunctionCallOptions;
  /** @defaultValue arguments are taken as they come */
  readonly check?: (args: Readonly<Record<string, unknown>>) => CheckedArguments;
}

/** A function that is advertised to the model, in Pipecat's shape. {@link defineTool} makes one out of zod schemas. */
export class FunctionSchema implements FunctionDefinition {
  readonly name: string;
  readonly description: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
  readonly handler: FunctionCallHandler | undefined;
  readonly options: FunctionCallOptions;
  readonly check: FunctionSchemaInit['check'];

  constructor(init: FunctionSchemaInit) {
    if (!/^[A-Za-z0-9_-]{1,64}$/u.test(init.name)) {
      throw new RangeError('The name of a function has 1 to 64 letters, digits, "_" or "-".');
    }
    this.name = init.name;
    this.description = init.description;
    this.properties = init.properties;
    this.required = init.required;
    this.handler = init.handler;
    this.options = init.options ?? {};
    this.check = init.check;
  }

  get parameters(): Readonly<Record<string, unknown>> {
    return { type: 'object', properties: this.properties, required: this.required };
  }
}

/** Functions that are advertised together. */
export class ToolsSchema {
  readonly standardTools: readonly FunctionSchema[];

  constructor(standardTools: readonly FunctionSchema[]) {
    this.standardTools = standardTools;
  }
}
