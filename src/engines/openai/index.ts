import { OpenAiChat } from './openai-chat.js';
import type { OpenAiChatOptions } from './options.js';

export type { OpenAiChat } from './openai-chat.js';
export { defaultOpenAiChatOptions, type OpenAiChatOptions } from './options.js';

/** A language model behind an OpenAI-compatible server. */
export function createOpenAiChat(options: OpenAiChatOptions): OpenAiChat {
  return new OpenAiChat(options);
}
