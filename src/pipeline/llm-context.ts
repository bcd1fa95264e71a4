/** One message of a conversation, in the shape that OpenAI-style models take. */
export interface LLMContextMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'developer';
  readonly content: string;
}

/**
 * The conversation that the user and assistant aggregators write and the language model reads. One object
 * is shared by all of them; who keeps messages longer than one frame takes a {@link snapshot}.
 */
export class LLMContext {
  #messages: LLMContextMessage[];

  constructor(messages: readonly LLMContextMessage[] = []) {
    this.#messages = [...messages];
  }

  /** The live list: it changes with the context. */
  get messages(): readonly LLMContextMessage[] {
    return this.#messages;
  }

  add(...messages: readonly LLMContextMessage[]): void {
    this.#messages.push(...messages);
  }

  /** Puts other messages in place of all. */
  replace(messages: readonly LLMContextMessage[]): void {
    this.#messages = [...messages];
  }

  /** An independent copy, for what must not change any more. */
  snapshot(): LLMContext {
    return new LLMContext(this.#messages);
  }
}
