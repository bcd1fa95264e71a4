import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readWavMono, rms } from '../../src/audio/index.js';
import { Example } from './example.js';
import { recording } from './recordings.js';

/** Five programs load models one after the other, on machines with two cores. */
const timeoutMs = 240_000;

const open: { close(): Promise<void> | void }[] = [];
const opened = <T extends { close(): Promise<void> | void }>(thing: T): T => {
  open.push(thing);
  return thing;
};
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

describe('quickstart', () => {
  it(
    'greets, hears what is said and answers aloud, and stops when it is told to',
    async () => {
      const example = opened(new Example('quickstart'));
      const client = opened(await example.connect());
      await client.until('bot-llm-stopped');
      await client.until('bot-stopped-speaking');
      expect(client.heardSamples).toBeGreaterThan(24_000 / 2);
      const since = client.told.length;
      await client.say(await recording('what-is-my-dogs-name'));
      const { data } = await client.until('user-transcription', since, ({ final }) => final === true);
      expect(data['text']).toMatch(/dog/iu);
      await client.until('bot-started-speaking', since);
      await client.until('metrics', since);
      await client.close();
      await example.until(/Client connected[^]*Client disconnected/u);
      expect(await example.stop()).toBe(0);
    },
    timeoutMs,
  );
});

describe('interruptible', () => {
  it(
    'falls silent when it is interrupted, and knows how far it got',
    async () => {
      const example = opened(new Example('interruptible'));
      const client = opened(await example.connect());
      await client.until('bot-started-speaking');
      await client.until('bot-tts-text');
      const since = client.told.length;
      await client.say(await recording('what-is-my-dogs-name'));
      await client.until('bot-interrupted', since);
      await client.until('bot-stopped-speaking', since);
      const [, said] = await example.until(/^Bot: (.+) \[interrupted\]$/mu);
      await example.until(/^User: .*dog/imu);
      expect(said).toMatch(/^Once upon a time a cat lived in a lighthouse/u);
      expect(said).not.toMatch(/nobody ever knew why/u);
    },
    timeoutMs,
  );
});

describe('parallel-pipeline', () => {
  it(
    'answers each turn in both branches, and speaks the answer of one',
    async () => {
      const example = opened(new Example('parallel-pipeline'));
      const client = opened(await example.connect());
      await example.until(/^Spoken: .+/mu);
      await example.until(/^Written: .+/mu);
      const since = client.told.length;
      await client.say(await recording('what-is-my-dogs-name'));
      // Small models say much the same: what counts is that each branch has answered, the second time the question.
      await example.until(/^User: .*dog[^]*^Spoken: .+/imu);
      await example.until(/^User: .*dog[^]*^Written: .+/imu);
      expect(example.output.match(/^Spoken: /gmu)?.length).toBeGreaterThanOrEqual(2);
      expect(example.output.match(/^Written: /gmu)?.length).toBeGreaterThanOrEqual(2);
      const questions = client.told
        .slice(since)
        .filter((event) => event.type === 'message' && event.name === 'user-llm-text');
      expect(questions).toHaveLength(1);
      expect(client.heardSamples).toBeGreaterThan(24_000);
    },
    timeoutMs,
  );
});

describe('recording', () => {
  it(
    'saves both speakers, each by itself, and what was said',
    async () => {
      const example = opened(new Example('recording', { args: ['recordings'] }));
      const client = opened(await example.connect());
      await client.until('bot-stopped-speaking');
      const since = client.told.length;
      await client.say(await recording('what-is-my-dogs-name'));
      await client.until('bot-stopped-speaking', since);
      await client.close();
      await example.until(/Saved .*bot_\d+\.wav/u);
      await example.until(/Saved .*merged_\d+\.wav/u);

      const folder = join(example.folder, 'recordings');
      const file = (kind: string): Buffer =>
        readFileSync(join(folder, readdirSync(folder).find((name) => name.startsWith(`${kind}_`)) ?? kind));
      const [merged, user, bot] = ['merged', 'user', 'bot'].map((kind) => readWavMono(file(kind)));
      expect(merged?.sampleRateHz).toBe(24_000);
      expect(user?.pcm.length).toBe(merged?.pcm.length);
      expect(bot?.pcm.length).toBe(merged?.pcm.length);
      expect(rms(user!.pcm)).toBeGreaterThan(0.003);
      expect(rms(bot!.pcm)).toBeGreaterThan(0.003);
      // Who speaks first is the bot; the user's question stands where the bot is silent.
      const loudest = (pcm: Float32Array): number => {
        const seconds = Array.from({ length: Math.floor(pcm.length / 24_000) }, (_, i) =>
          rms(pcm.subarray(i * 24_000, (i + 1) * 24_000)),
        );
        return seconds.indexOf(Math.max(...seconds));
      };
      const asked = loudest(user!.pcm) * 24_000;
      expect(rms(bot!.pcm.subarray(0, asked))).toBeGreaterThan(0.003);
      expect(rms(bot!.pcm.subarray(asked, asked + 12_000))).toBeLessThan(
        rms(user!.pcm.subarray(asked, asked + 12_000)),
      );
      expect(file('transcript').toString()).toMatch(/assistant: .+\n\[\S+\] user: .*dog.*\n/iu);
    },
    timeoutMs,
  );
});

describe('function-calling', () => {
  it(
    'calls a function and answers with its result',
    async () => {
      const model = opened(await scriptedModel());
      const example = opened(
        new Example('function-calling', {
          env: { SLOWCAT_LLM_URL: model.url, SLOWCAT_LLM_MODEL: 'scripted' },
        }),
      );
      const client = opened(await example.connect());
      await client.until('bot-stopped-speaking');
      const since = client.told.length;
      client.type('Where shall I eat?');
      await client.until('bot-output', since, ({ text }) => text === 'Let me check on that.');
      await client.until('bot-output', since, ({ text }) => String(text).includes('The Golden Dragon'));
      await client.until('llm-function-call-stopped', since);
    },
    timeoutMs,
  );
});

/** Calls for a restaurant when it is asked where to eat, and then names what it was told. */
async function scriptedModel(): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'scripted', object: 'model' }] }));
      return;
    }
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => {
      const { messages } = JSON.parse(body) as { messages: { role: string; content: string }[] };
      const last = messages.at(-1);
      const chunk = (delta: unknown, reason: string | null = null): void =>
        void response.write(
          `data: ${JSON.stringify({
            id: 'x',
            object: 'chat.completion.chunk',
            created: 0,
            model: 'scripted',
            choices: [{ index: 0, delta, finish_reason: reason }],
          })}\n\n`,
        );
      response.setHeader('content-type', 'text/event-stream');
      const restaurant = {
        name: 'get_restaurant_recommendation',
        arguments: '{"location":"San Francisco, CA"}',
      };
      if (last?.role === 'tool') {
        const { name } = JSON.parse(last.content) as { name: string };
        chunk({ content: `You should try ${name}.` });
        chunk({}, 'stop');
      } else if (last?.content.includes('eat') === true) {
        chunk({ tool_calls: [{ index: 0, id: 'call-1', type: 'function', function: restaurant }] });
        chunk({}, 'tool_calls');
      } else {
        chunk({ content: 'Hello, I know the weather and restaurants.' });
        chunk({}, 'stop');
      }
      response.end('data: [DONE]\n\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, close: () => void server.close() };
}
