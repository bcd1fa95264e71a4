import type { ChatHistoryItem, ChatWrapper, LlamaModel, Token } from 'node-llama-cpp';
import type { ChatMessage } from '../interfaces.js';
import { plainMessages } from '../tool-text.js';

/** Tokenizing this many characters takes about a millisecond, so the event loop gets its turn in between. */
const charactersAtOnce = 4000;

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Tokens of a conversation; with `open`, up to where the assistant speaks next. */
export type EncodeChat = (messages: readonly ChatMessage[], open: boolean) => Promise<Token[]>;

/**
 * ChatML, the format of SmolLM2 and of many others: `<|im_start|>role\ncontent<|im_end|>\n`.
 *
 * Content is tokenized as plain text, so nobody can end a turn by saying the end-of-turn mark. Role and
 * content are tokenized in one go, as they were when the model was trained.
 */
export function chatMlEncoder(model: Pick<LlamaModel, 'tokenize' | 'tokens'>): EncodeChat {
  const start = model.tokenize('<|im_start|>', true);
  const end = model.tokenize('<|im_end|>', true);
  const newline = model.tokenize('\n', false);
  const opening = [...start, ...model.tokenize('assistant\n', false)];
  const bos = model.tokens.shouldPrependBosToken && model.tokens.bos !== null ? [model.tokens.bos] : [];
  return async (messages, open) => {
    const tokens = [...bos];
    let characters = 0;
    for (const { role, content } of plainMessages(messages)) {
      characters += content.length;
      if (characters > charactersAtOnce) {
        characters = content.length;
        await breathe();
      }
      tokens.push(...start, ...model.tokenize(`${role}\n${content}`, false), ...end, ...newline);
    }
    if (open) tokens.push(...opening);
    return tokens;
  };
}

/** Any other format that node-llama-cpp knows: the one that fits the model's own template. */
export function wrapperEncoder(model: LlamaModel, wrapper: ChatWrapper): EncodeChat {
  return async (messages, open) => {
    await breathe();
    const chatHistory: ChatHistoryItem[] = plainMessages(messages).map(({ role, content }) => {
      switch (role) {
        case 'system':
          return { type: 'system', text: content };
        case 'user':
        case 'tool':
          return { type: 'user', text: content };
        case 'assistant':
          return { type: 'model', response: [content] };
      }
    });
    if (open) chatHistory.push({ type: 'model', response: [] });
    return wrapper.generateContextState({ chatHistory }).contextText.tokenize(model.tokenizer);
  };
}
