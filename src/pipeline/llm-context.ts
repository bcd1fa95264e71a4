/** A call as it stands in a message of the assistant, in the shape that OpenAI-style models take. */
export interface LLMContextToolCall {
  readonly id: string;
  readonly type: 'function';
  /** `arguments` is JSON text. */
  readonly function: { readonly name: string; readonly arguments: string };
}

/** One message of a conversation, in the shape that OpenAI-style models take. */
export interface LLMContextMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'developer' | 'tool';
  readonly content: string;
  /** Functions that the assistant calls in this message. */
  readonly tool_calls?: readonly LLMContextToolCall[];
  /** Which call a message of the role `tool` answers. */
  readonly tool_call_id?: string;
}

/** A function that a model may call, as the model is told of it. */
export interface FunctionDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON schema of the arguments, which are an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Functions as a list, or in what holds a list, such as a ToolsSchema. */
export type LLMContextTools =
  readonly FunctionDefinition[] | { readonly standardTools: readonly FunctionDefinition[] };

/** Whether the model calls functions: as it likes, never, one at least, or (OpenAI's notation) a certain one. */
export type LLMContextToolChoice = 'none' | 'auto' | 'required' | Readonly<Record<string, unknown>>;

/**
 * The conversation that the user and assistant aggregators write and the language model reads. One object
 * is shared by all of them; who keeps messages longer than one frame takes a {@link snapshot}.
 */
export class LLMContext {
  #messages: LLMContextMessage[];
  #tools: readonly FunctionDefinition[];
  #toolChoice: LLMContextToolChoice;

  constructor(
    messages: readonly LLMContextMessage[] = [],
    tools: LLMContextTools = [],
    toolChoice: LLMContextToolChoice = 'auto',
  ) {
    this.#messages = [...messages];
    this.#tools = listOf(tools);
    this.#toolChoice = toolChoice;
  }

  /** The live list: it changes with the context. */
  get messages(): readonly LLMContextMessage[] {
    return this.#messages;
  }

  /** The functions that the model may call. */
  get tools(): readonly FunctionDefinition[] {
    return this.#tools;
  }

  get toolChoice(): LLMContextToolChoice {
    return this.#toolChoice;
  }

  add(...messages: readonly LLMContextMessage[]): void {
    this.#messages.push(...messages);
  }

  /** Puts other messages in place of all. */
  replace(messages: readonly LLMContextMessage[]): void {
    this.#messages = [...messages];
  }

  /** From the next inference on. An empty list takes all functions away. */
  setTools(tools: LLMContextTools): void {
    this.#tools = listOf(tools);
  }

  setToolChoice(toolChoice: LLMContextToolChoice): void {
    this.#toolChoice = toolChoice;
  }

  /** Puts another text in place of the answer to a call. @returns false when no message answers it */
  answerCall(toolCallId: string, content: string): boolean {
    const at = this.#messages.findLastIndex(
      ({ role, tool_call_id: id }) => role === 'tool' && id === toolCallId,
    );
    const message = this.#messages[at];
    if (message === undefined) return false;
    this.#messages[at] = { ...message, content };
    return true;
  }

  /** An independent copy, for what must not change any more. */
  snapshot(): LLMContext {
    return this.withMessages(this.#messages);
  }

  /** Another conversation with the same functions. */
  withMessages(messages: readonly LLMContextMessage[]): LLMContext {
    return new LLMContext(messages, this.#tools, this.#toolChoice);
  }
}

function listOf(tools: LLMContextTools): readonly FunctionDefinition[] {
  return 'standardTools' in tools ? [...tools.standardTools] : [...tools];
}
