import { pino } from 'pino';
import { loadConfig } from '../../src/config/index.js';
import type { ChatMessage, TextToSpeech, VoiceActivity } from '../../src/engines/interfaces.js';
import { createSilero } from '../../src/engines/silero/index.js';
import { createServer, type SlowcatServer } from '../../src/server/create-server.js';
import { voiceSessions } from '../../src/server/voice-session.js';
import { FakeLanguageModel, createFakeTextToSpeech } from '../../src/testing/index.js';
import { CallingSession } from './calling-session.js';
import { recogniserOf, recording } from './recogniser.js';

/** What clients say. Each has a shape of its own, so that none is taken for another. */
export const question = recording('what-is-my-dogs-name');
export const remark = recording('my-sister-ilse');

/** Pitch of the bot's voice, and how long it takes to say a character. */
export const voiceHz = 300;
export const msPerCharacter = 40;

/** Long enough to be interrupted: about seven seconds. */
export const story = [
  'The first part of the story is short.',
  'The second part of the story is longer.',
  'The third part of the story is dull.',
  'The last part of the story is the end.',
];

/**
 * The bot repeats what it heard and how much it has heard so far; asked for a story it tells one. What was said before
 * an interruption it tells when it is asked `What did you say?`.
 */
export function answer(messages: readonly ChatMessage[]): string {
  const asked = messages.filter(({ role }) => role === 'user').map(({ content }) => content);
  const last = asked.at(-1) ?? '';
  const count = /^Count to (\d+), (\S+)\.$/.exec(last);
  if (count) return countTo(Number(count[1]), count[2] ?? '').join(' ');
  if (last.includes('story')) return story.join(' ');
  const said = messages.filter(({ role }) => role === 'assistant').at(-1)?.content;
  if (last.includes('did you say')) return `I said: ${said ?? 'nothing'}`;
  return `Number ${asked.length}: ${last}`;
}

/** The sentences of the answer to `Count to LAST, WHO.`: none is like another, whoever else counts. */
export const countTo = (last: number, who: string): string[] =>
  Array.from({ length: last }, (_, i) => `This is number ${i + 1} for ${who}.`);

/** A server with the built-in bot on scripted engines; the voice detector alone is real, unless another is given. */
export class Stage {
  readonly llm: FakeLanguageModel;
  readonly #vad: VoiceActivity;
  readonly #tts: TextToSpeech;
  #server: SlowcatServer | undefined;

  /** @param engines others than the scripted ones; `beforePiece` paces the model, which else writes all at once */
  constructor(
    engines: {
      readonly vad?: VoiceActivity;
      readonly tts?: TextToSpeech;
      readonly beforePiece?: () => Promise<void>;
    } = {},
  ) {
    const { beforePiece } = engines;
    this.llm = new FakeLanguageModel({ answer, ...(beforePiece === undefined ? {} : { beforePiece }) });
    this.#vad = engines.vad ?? createSilero();
    this.#tts = engines.tts ?? createFakeTextToSpeech({ msPerCharacter });
  }

  /** @param path where a client connects, such as `/ws?format=rtvi` @param query more of it */
  url(path: string, query: Readonly<Record<string, string>> = {}): string {
    const url = new URL(path, this.http.replace(/^http/, 'ws'));
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    return url.href;
  }

  get http(): string {
    if (this.#server === undefined) throw new Error('The stage is not open');
    return this.#server.url;
  }

  get sessions(): number {
    return this.#server?.sessions ?? 0;
  }

  /** @param origins web pages that may ask where to connect */
  async open(
    settings: Readonly<Record<string, unknown>> = {},
    origins: readonly string[] = [],
  ): Promise<void> {
    await this.#vad.warmUp();
    const sessions = voiceSessions({
      config: loadConfig({
        env: {},
        flags: { voice: 'fake_one', useMemory: false, evals: true, ...settings },
      }),
      engines: {
        vad: this.#vad,
        stt: recogniserOf([question, remark]),
        llm: this.llm,
        tts: this.#tts,
      },
      logger: pino({ level: 'silent' }),
    });
    this.#server = await createServer({
      port: 0,
      maxSessions: 64,
      allowedOrigins: origins,
      sessionFactory: (connection) =>
        connection.query['bot'] === 'calling'
          ? Promise.resolve(new CallingSession(connection))
          : sessions(connection),
    });
  }

  async close(): Promise<void> {
    await this.#server?.close();
    await this.#vad.close();
  }
}
