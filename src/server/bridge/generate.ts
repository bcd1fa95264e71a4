import type {
  AnswerPart,
  ChatMessage,
  GenerateOptions,
  LanguageModel,
  TokenUsage,
} from '../../engines/interfaces.js';
import { SlowcatError } from '../../errors.js';
import { abortableIterable } from '../../pipeline/index.js';
import type { RequestOf, Results } from './messages.js';
import type { Outbox } from './outbox.js';

type Request = RequestOf<'llm.generate'>;

/**
 * Has the model answer: pieces of text as they come, and calls of the program's functions when they are whole. The
 * program runs the functions and asks again, with their results among the messages.
 *
 * @throws SlowcatError SLOWCAT_BRIDGE_OFF when functions are given to a model that can call none; what the model throws
 */
export async function generate(
  request: Request,
  llm: LanguageModel,
  outbox: Outbox,
  signal: AbortSignal,
): Promise<Results['llm.generate']> {
  const { id, maxTokens } = request;
  let usage: TokenUsage | undefined;
  const options: GenerateOptions = {
    signal,
    onUsage: (told) => (usage = told),
    ...(maxTokens === undefined ? {} : { maxTokens }),
  };
  let pieces = 0;
  let calls = 0;
  for await (const part of abortableIterable(answerOf(request, llm, options), signal)) {
    await outbox.room(signal);
    if (part.type === 'text') {
      outbox.send({ type: 'piece', id, text: part.text });
      pieces += 1;
    } else {
      const { id: callId, name, arguments: json } = part.call;
      outbox.send({ type: 'call', id, callId, name, arguments: json });
      calls += 1;
    }
  }
  return { pieces, calls, ...usage };
}

function answerOf(request: Request, llm: LanguageModel, options: GenerateOptions): AsyncIterable<AnswerPart> {
  const messages = request.messages.map(chatMessage);
  const { tools = [], toolChoice } = request;
  if (tools.length === 0) return asParts(llm.generate(messages, options));
  if (llm.generateWithTools === undefined)
    throw new SlowcatError('SLOWCAT_BRIDGE_OFF', 'The language model of this server calls no functions.');
  return llm.generateWithTools(messages, {
    ...options,
    tools,
    ...(toolChoice === undefined ? {} : { toolChoice }),
  });
}

async function* asParts(texts: AsyncIterable<string>): AsyncGenerator<AnswerPart> {
  for await (const text of texts) yield { type: 'text', text };
}

function chatMessage(message: Request['messages'][number]): ChatMessage {
  const { role, content } = message;
  switch (role) {
    case 'assistant':
      return { role, content, ...(message.toolCalls === undefined ? {} : { toolCalls: message.toolCalls }) };
    case 'tool':
      return { role, content, toolCallId: message.toolCallId };
    default:
      return { role: role === 'developer' ? 'system' : role, content };
  }
}
