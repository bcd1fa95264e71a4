import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Conversation } from '../cli/talk/conversation.js';
import { loadConfig, type ConfigInput } from '../config/index.js';
import { createOpenAiChat } from '../engines/openai/index.js';
import type { ChatMessage, LanguageModel } from '../engines/interfaces.js';
import {
  FakeLanguageModel,
  FakeSpeechToText,
  createFakeTextToSpeech,
  createFakeVoiceActivity,
  startScriptedOpenAiServer,
} from '../testing/index.js';
import { startVoiceServer } from './voice-server.js';

let dataDir = '';
const closers: (() => Promise<void>)[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'slowcat-voice-server-'));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(dataDir, { recursive: true });
});

const lines: string[] = [];

async function serve(llm: LanguageModel, flags: ConfigInput = {}) {
  const config = loadConfig({
    env: {},
    flags: { dataDir, port: 0, voice: 'fake_one', memoryDeadlineMs: 1000, ...flags },
  });
  const engines = {
    vad: createFakeVoiceActivity(),
    stt: new FakeSpeechToText({ hears: [] }),
    llm,
    tts: createFakeTextToSpeech({ msPerCharacter: 1 }),
  };
  const logger = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) });
  const server = await startVoiceServer({ config, logger, engines });
  closers.push(() => server.close());
  return server;
}

async function talk(server: { readonly url: string }, user: string) {
  const conversation = await Conversation.open({
    collector: { silenceMs: 500 },
    url: `${server.url.replace('http', 'ws')}/ws?user=${user}`,
  });
  closers.push(() => conversation.close());
  return { conversation, say: async (line: string) => (await conversation.type(line)).report };
}

/** Answers with the first remembered line that it is shown. */
const memoryReader = (messages: readonly ChatMessage[]) =>
  /user: (.*)/.exec(
    messages.find(({ content }) => content.startsWith('[Memory Context'))?.content ?? '',
  )?.[1] ?? 'I do not know.';

describe('startVoiceServer', () => {
  it('answers, remembers across sessions and restarts, and tells what it recalled', async () => {
    const first = await serve(new FakeLanguageModel({ answer: memoryReader }));
    const anna = await talk(first, 'anna');
    expect(await anna.say('My dog is called Potola.')).toMatchObject({
      reply: 'I do not know.',
      recalled: [],
      errors: [],
    });
    await anna.conversation.close();
    await first.close();

    const second = await serve(new FakeLanguageModel({ answer: memoryReader }));
    const again = await (await talk(second, 'anna')).say('What is my dog called?');
    expect(again).toMatchObject({ reply: 'My dog is called Potola.', errors: [] });
    expect(again.recalled[0]).toMatchObject({ text: 'My dog is called Potola.', role: 'user' });
    expect(again.ms).toMatchObject({
      total: expect.any(Number) as number,
      llmFirstToken: expect.any(Number) as number,
    });
  });

  it('keeps users apart', async () => {
    const server = await serve(new FakeLanguageModel({ answer: memoryReader }));
    await (await talk(server, 'anna')).say('My dog is called Potola.');
    const other = await (await talk(server, 'ann')).say('What is my dog called?');
    expect(other).toMatchObject({ reply: 'I do not know.', recalled: [] });
  });

  it('never stores what it injected, nor shows it to the next prompt twice', async () => {
    const llm = new FakeLanguageModel({ answer: memoryReader });
    const server = await serve(llm);
    const { say } = await talk(server, 'anna');
    await say('My dog is called Potola.');
    await say('What is my dog called?');
    await say('And again, what is my dog called?');
    const blocks = (llm.calls.at(-1) ?? []).filter(({ content }) => content.includes('[Memory Context'));
    expect(blocks.length).toBe(1);
  });

  it('goes on after a model that fails, in this session and in others', async () => {
    const llm = new FakeLanguageModel({
      answer: (messages) => (messages.at(-1)?.content === 'break' ? new Error('broken') : 'Fine.'),
    });
    const server = await serve(llm);
    const broken = await talk(server, 'a');
    const healthy = await talk(server, 'b');
    const failed = broken.conversation.type('break');
    expect(await healthy.say('hello')).toMatchObject({ reply: 'Fine.', errors: [] });
    const { report } = await failed;
    expect(report.errors.length).toBeGreaterThan(0);
    expect(await broken.say('hello')).toMatchObject({ reply: 'Fine.', errors: [] });
  }, 40_000);

  it('speaks through an OpenAI-compatible server just the same', async () => {
    const upstream = await startScriptedOpenAiServer({
      answer: ({ messages }) => ({
        kind: 'stream',
        pieces: [memoryReader(messages as readonly ChatMessage[])],
      }),
    });
    closers.push(() => upstream.close());
    const server = await serve(createOpenAiChat({ baseUrl: upstream.baseUrl, model: 'scripted' }));
    const { say } = await talk(server, 'anna');
    await say('My dog is called Potola.');
    expect(await say('What is my dog called?')).toMatchObject({
      reply: 'My dog is called Potola.',
      errors: [],
    });
  });

  it('writes no word of a user to the log, and files that only the user can read', async () => {
    lines.length = 0;
    const server = await serve(new FakeLanguageModel({ answer: () => new Error('broken Potola') }));
    await (await talk(server, 'anna')).conversation.type('My dog is called Potola.');
    await server.close();
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('')).not.toMatch(/my dog/i);
    expect(statSync(join(dataDir, 'memory')).mode & 0o077).toBe(0);
  }, 40_000);

  it('names the voices there are when asked for one that there is not', async () => {
    await expect(serve(new FakeLanguageModel({ answer: () => 'x' }), { voice: 'nobody' })).rejects.toThrow(
      /fake_one, fake_two/,
    );
  });
});
