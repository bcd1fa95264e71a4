/**
 * A server with scripted engines and a real memory, for the Python package's tests: writes `{"port": n}`, then answers
 * each line of its input with how it is, and ends with its input. Argument: the folder of the memory.
 */
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { loadConfig } from '../../src/config/index.js';
import type { ChatMessage, GenerateWithToolsOptions } from '../../src/engines/interfaces.js';
import { startVoiceServer } from '../../src/server/voice-server.js';
import {
  FakeLanguageModel,
  FakeSpeechToText,
  createFakeTextToSpeech,
  createFakeVoiceActivity,
  type FakeAnswer,
} from '../../src/testing/index.js';

const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) throw new Error('Name a folder for the memory.');

/** Calls that are neither at their end nor cancelled. */
const active = { llm: 0, tts: 0 };

async function* counted<T>(engine: 'llm' | 'tts', stream: AsyncIterable<T>): AsyncGenerator<T> {
  active[engine] += 1;
  try {
    yield* stream;
  } finally {
    active[engine] -= 1;
  }
}

/**
 * Answers with what is remembered of dogs, or counts for a long time when asked to. Asked for the weather, it calls the
 * first function that it is given, and tells what came of it.
 */
function answer(messages: readonly ChatMessage[], options?: GenerateWithToolsOptions): FakeAnswer {
  const last = messages.at(-1);
  if (last?.role === 'tool') return `I am told ${last.content}.`;
  const [tool] = options?.tools ?? [];
  if (tool !== undefined && last?.content.includes('weather') === true)
    return { toolCalls: [{ name: tool.name, arguments: { city: 'Ulm' } }] };
  if (messages.at(-1)?.content.includes('Count')) return Array.from({ length: 200 }, (_, i) => i).join(' ');
  const block = messages.find(({ content }) => content.startsWith('[Memory Context'))?.content ?? '';
  return /user: (.*dog.*)/.exec(block)?.[1] ?? 'I do not know.';
}

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 5));
const llm = new FakeLanguageModel({ answer, beforePiece: pause });
const tts = createFakeTextToSpeech({ beforeChunk: pause });

const server = await startVoiceServer({
  config: loadConfig({ env: {}, flags: { dataDir, port: 0, voice: 'fake_one', maxSessions: 200 } }),
  logger: pino({ level: 'silent' }),
  engines: {
    vad: createFakeVoiceActivity(),
    // Loud speech asks, soft speech tells.
    stt: new FakeSpeechToText({
      hears: (pcm) =>
        pcm.some((sample) => sample > 0.5) ? 'What is my dog called?' : 'My dog is called Potola.',
    }),
    llm: Object.assign(Object.create(llm) as typeof llm, {
      warmUp: () => llm.warmUp(),
      close: () => llm.close(),
      countTokens: (text: string) => llm.countTokens(text),
      generate: (...args: Parameters<typeof llm.generate>) => counted('llm', llm.generate(...args)),
      generateWithTools: (...args: Parameters<typeof llm.generateWithTools>) =>
        counted('llm', llm.generateWithTools(...args)),
    }),
    tts: { ...tts, synthesize: (...args) => counted('tts', tts.synthesize(...args)) },
  },
});
const tell = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
tell({ port: server.port });
for await (const _line of createInterface({ input: process.stdin }))
  tell({ ...active, bridges: server.bridges });
await server.close();
