import { expect } from 'vitest';
import type { ClientDriver } from './client-driver.js';
import type { ClientKind } from './clients.js';
import { msPerCharacter, question, remark, story, voiceHz, type Stage } from './stage.js';

/** One client at one server. */
export interface Scene {
  readonly kind: ClientKind;
  readonly stage: Stage;
  readonly process: ClientDriver;
  /** Name of the client, unlike all others. */
  readonly client: string;
}

/** Something that a client of Pipecat does with a server, and the test of it: a row of the table. */
export interface Feature {
  readonly title: string;
  /** Why clients of a kind cannot do it, with any server. */
  readonly lacks?: (kind: ClientKind) => string | undefined;
  readonly test: (scene: Scene) => Promise<void>;
}

interface Heard {
  readonly seconds: number;
  readonly hz: number;
}

const secondsOf = (text: string): number => (text.length * msPerCharacter) / 1000;

async function connect({ kind, stage, process, client }: Scene, query = {}): Promise<{ version: string }> {
  const url = stage.url(kind.path, { user: client, ...query });
  return (await process.do(client, 'connect', { url })) as { version: string };
}

/** Speaks and waits until the bot has said its answer. Gives the answer as it was spoken. */
async function converse(scene: Scene, file: string): Promise<string> {
  const { process, client } = scene;
  const since = process.told.length;
  await process.do(client, 'speak', { file });
  await process.until(client, 'bot-started-speaking', since);
  await process.until(client, 'bot-stopped-speaking', since);
  // Pipecat's pipelines let the former overtake the latter.
  await process.until(client, 'bot-tts-text', since);
  return spoken(scene, since);
}

const spoken = ({ process, client }: Scene, since: number): string =>
  process
    .toldTo(client, since)
    .filter(({ event }) => event === 'bot-tts-text')
    .map(({ data }) => (data as { text: string }).text)
    .join(' ');

/** The events among `names` in the order in which the client was told them. */
const order = ({ process, client }: Scene, since: number, names: readonly string[]): string[] =>
  process
    .toldTo(client, since)
    .map(({ event }) => event)
    .filter((event) => names.includes(event));

/** For what a package does not show to its user. */
const keptFromUser =
  (message: string) =>
  ({ blindTo }: ClientKind): string | undefined =>
    blindTo.includes(message) ? `the package passes over \`${message}\`` : undefined;

export const features: readonly Feature[] = [
  {
    title: 'connects; the bot is ready',
    test: async (scene) => {
      const { version } = await connect(scene);
      const { protocol, blindTo } = scene.kind;
      // A client of 1.x is answered in its own version, as Pipecat does.
      const answered = protocol.startsWith('1.') ? protocol : '2.2.0';
      expect(version).toBe(blindTo.includes('bot-ready') ? null : answered);
    },
  },
  {
    title: 'speaks; is heard, understood and answered aloud, in the order of events of Pipecat',
    test: async (scene) => {
      await connect(scene);
      const since = scene.process.told.length;
      expect(await converse(scene, question.file)).toBe(`Number 1: ${question.text}`);
      const { data } = await scene.process.until(scene.client, 'user-transcription', since);
      expect(data).toMatchObject({ text: question.text, final: true });
      const steps = [
        'user-started-speaking',
        'user-transcription',
        'user-stopped-speaking',
        'bot-llm-started',
        'bot-tts-started',
        'bot-started-speaking',
        'bot-stopped-speaking',
      ];
      const shown = steps.filter((step) => !scene.kind.blindTo.includes(step));
      const told = order(scene, since, steps);
      if (scene.kind.keepsOrder) expect(told).toEqual(shown);
      else expect(told.toSorted()).toEqual(shown.toSorted());
    },
  },
  {
    title: "the bot's voice arrives whole, at its pitch",
    lacks: keptFromUser('bot-tts-audio'),
    test: async (scene) => {
      await connect(scene);
      const reply = await converse(scene, question.file);
      const { seconds, hz } = (await scene.process.do(scene.client, 'heard')) as Heard;
      const share = scene.kind.plays ? 0.8 : 1;
      expect(Math.abs(hz - voiceHz)).toBeLessThan(scene.kind.plays ? 0.05 * voiceHz : 0.5);
      expect(seconds).toBeGreaterThanOrEqual(share * secondsOf(reply) - 0.01);
      expect(seconds).toBeLessThan(secondsOf(reply) + 0.1);
    },
  },
  {
    title: 'a second turn knows the first',
    test: async (scene) => {
      await connect(scene);
      expect(await converse(scene, question.file)).toBe(`Number 1: ${question.text}`);
      expect(await converse(scene, remark.file)).toBe(`Number 2: ${remark.text}`);
    },
  },
  {
    title: 'barge-in: the bot falls silent and knows what it has said',
    test: async (scene) => {
      const { process, client, stage } = scene;
      await connect(scene);
      const since = process.told.length;
      const request = `Tell ${client} a story.`;
      await process.do(client, 'type', { text: request });
      // The first sentence has been heard when it is told.
      await process.until(client, 'bot-tts-text', since);
      const interruptedAt = process.told.length;
      await process.do(client, 'speak', { file: remark.file });
      await process.until(client, 'bot-stopped-speaking', interruptedAt);
      const { seconds } = (await process.do(client, 'heard')) as Heard;
      expect(seconds).toBeLessThan(secondsOf(story.join(' ')) - 0.5);
      await process.until(client, 'bot-tts-text', interruptedAt, ({ text }: { text: string }) =>
        text.includes(remark.text),
      );
      const call = stage.llm.calls.findLast((messages) =>
        messages.some(({ content }) => content === request),
      );
      const said = call?.find(({ role }) => role === 'assistant')?.content ?? '';
      expect(said).toContain(story[0]);
      expect(said).not.toContain(story.at(-1));
    },
  },
  {
    title: 'types text, and is answered',
    test: async (scene) => {
      await connect(scene);
      const since = scene.process.told.length;
      await scene.process.do(scene.client, 'type', { text: 'Good morning.' });
      await scene.process.until(scene.client, 'bot-tts-text', since);
      expect(spoken(scene, since)).toBe('Number 1: Good morning.');
    },
  },
  {
    title: 'adds to the context without being answered (`appendToContext`), and is told that it is there',
    lacks: ({ language }) => (language === 'python' ? 'has no call for it' : undefined),
    test: async (scene) => {
      const { process, client } = scene;
      await connect(scene);
      const since = process.told.length;
      expect(await process.do(client, 'append', { text: 'Remember the milk.' })).toBe(true);
      await process.do(client, 'type', { text: 'Go on.' });
      await process.until(client, 'bot-tts-text', since);
      expect(spoken(scene, since)).toBe('Number 2: Go on.');
    },
  },
  {
    title: 'metrics: time to first byte, time of work, tokens, characters spoken',
    lacks: keptFromUser('metrics'),
    test: async (scene) => {
      const { process, client } = scene;
      await connect(scene);
      const since = process.told.length;
      await process.do(client, 'type', { text: 'Measure this.' });
      const tokens = await process.until(client, 'metrics', since, (metrics: object) => 'tokens' in metrics);
      const [used] = (tokens.data as { tokens: Record<string, number>[] }).tokens;
      expect(used?.['prompt_tokens']).toBeGreaterThan(0);
      expect(used?.['total_tokens']).toBe(
        (used?.['prompt_tokens'] ?? 0) + (used?.['completion_tokens'] ?? 0),
      );
      for (const part of ['ttfb', 'processing', 'characters']) {
        const { data } = await process.until(client, 'metrics', since, (metrics: object) => part in metrics);
        const [first] = (data as Record<string, { processor: string; value: number }[]>)[part] ?? [];
        expect(typeof first?.processor).toBe('string');
        expect(first?.value).toBeGreaterThanOrEqual(0);
      }
    },
  },
  {
    title: 'leaves and comes back, to a new conversation',
    test: async (scene) => {
      const { process, client } = scene;
      await connect(scene);
      expect(await converse(scene, question.file)).toBe(`Number 1: ${question.text}`);
      await process.do(client, 'disconnect');
      await connect(scene);
      expect(await converse(scene, remark.file)).toBe(`Number 1: ${remark.text}`);
    },
  },
  {
    title: 'sends the bot away (`disconnect-bot`): it ends the connection',
    test: async (scene) => {
      const { process, client } = scene;
      await connect(scene);
      const since = process.told.length;
      await process.do(client, 'disconnectBot');
      await process.until(client, 'disconnected', since);
    },
  },
  {
    title: 'asks what the bot does not know (`client-message`): is refused at once',
    lacks: keptFromUser('server-response'),
    test: async (scene) => {
      await connect(scene);
      const asked = scene.process.do(scene.client, 'request', { kind: 'fly', data: { to: 'the moon' } });
      expect(await asked).toEqual({ refused: expect.any(String) as string });
    },
  },
  {
    title: 'answers a function call of the bot',
    lacks: ({ packages }) =>
      packages === 'js-1.0.0' ? 'waits for a message of RTVI 0, which Pipecat 1.14 sends no more' : undefined,
    test: async (scene) => {
      const { process, client } = scene;
      await process.do(client, 'registerFunction', { name: 'get_weather', result: { degrees: 12 } });
      await connect(scene, { bot: 'calling' });
      await process.do(client, 'type', { text: 'How warm is it?' });
      const { data } = await process.until(client, 'bot-llm-text');
      const told = JSON.parse((data as { text: string }).text) as unknown;
      expect(told).toEqual({ degrees: 12, heard: { city: 'Ulm' } });
    },
  },
  {
    title: 'asks where to connect (`POST /start`)',
    lacks: ({ language }) => (language === 'python' ? 'is told the address' : undefined),
    test: async ({ process, client, stage }) => {
      await process.do(client, 'start', { endpoint: `${stage.http}/start` });
      const { data } = await process.until(client, 'bot-ready');
      expect(data).toHaveProperty('version');
    },
  },
];
