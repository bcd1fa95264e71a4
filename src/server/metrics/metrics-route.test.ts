import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Conversation } from '../../cli/talk/conversation.js';
import { parseTimeline } from '../../cli/report/timeline.js';
import { loadConfig, type ConfigInput } from '../../config/index.js';
import {
  FakeLanguageModel,
  FakeSpeechToText,
  createFakeTextToSpeech,
  createFakeVoiceActivity,
} from '../../testing/index.js';
import { createServer } from '../create-server.js';
import { startVoiceServer } from '../voice-server.js';
import { parsePrometheus } from './prometheus.test-helper.js';

let dataDir = '';
const closers: (() => Promise<void>)[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'slowcat-metrics-'));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(dataDir, { recursive: true });
});

async function serve(flags: ConfigInput = {}) {
  const server = await startVoiceServer({
    config: loadConfig({
      env: {},
      flags: { dataDir, port: 0, voice: 'fake_one', memoryDeadlineMs: 1000, ...flags },
    }),
    logger: pino({ level: 'silent' }),
    engines: {
      vad: createFakeVoiceActivity(),
      stt: new FakeSpeechToText({ hears: [] }),
      llm: new FakeLanguageModel({ answer: () => 'Zanzibar is far.' }),
      tts: createFakeTextToSpeech({ msPerCharacter: 1 }),
    },
  });
  closers.push(() => server.close());
  return server;
}

/** Asks with the headers as given; fetch would not let Host pass. */
function get(port: number, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/metrics', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on('error', reject).end();
  });
}

async function talkOnce(url: string): Promise<void> {
  const conversation = await Conversation.open({
    collector: { silenceMs: 500 },
    url: `${url.replace('http', 'ws')}/ws?user=anna`,
  });
  await conversation.type('My dog is called Potola.');
  await conversation.close();
}

describe('GET /metrics', () => {
  it('counts connections that were not let in', async () => {
    const server = await serve({ maxSessions: 1 });
    const socketUrl = `${server.url.replace('http', 'ws')}/ws`;
    const refused = new WebSocket(`${socketUrl}?user=${'x'.repeat(500)}`);
    const [code] = (await once(refused, 'close')) as [number];
    expect(code).toBe(1008);
    const samples = parsePrometheus((await get(server.port)).text);
    expect(samples).toMatchObject({ 'slowcat_errors_total{code="SLOWCAT_MEMORY_USER"}': 1 });
  });

  it('counts a conversation in text that Prometheus reads, without a word of it or who spoke', async () => {
    const server = await serve();
    await talkOnce(server.url);
    const { status, text } = await get(server.port);
    expect(status).toBe(200);
    const samples = parsePrometheus(text);
    expect(samples).toMatchObject({
      slowcat_sessions_total: 1,
      slowcat_turns_total: 1,
      slowcat_answers_total: 1,
      slowcat_recall_seconds_count: 1,
      'slowcat_stage_seconds_count{stage="total"}': 1,
    });
    expect(samples['slowcat_audio_bytes_total{direction="out"}']).toBeGreaterThan(0);
    expect(text).not.toMatch(/potola|zanzibar|anna/i);
  }, 20_000);

  it('writes a timeline that slowcat report reads, with words only when told to', async () => {
    const timelineDir = join(dataDir, 'timelines');
    const read = (): string => {
      const [name = ''] = readdirSync(timelineDir);
      return readFileSync(join(timelineDir, name), 'utf8');
    };
    const silent = await serve({ timelineDir });
    await talkOnce(silent.url);
    await silent.close();
    expect(read()).not.toMatch(/potola|zanzibar|anna/i);
    expect(parseTimeline(read())).toMatchObject({
      turns: [{ turn: 1, kind: 'typed', outcome: 'answered', stages: { stt: 0 }, recall: { late: false } }],
      totals: { interruptions: 0 },
    });
    rmSync(timelineDir, { recursive: true });

    const telling = await serve({ timelineDir, timelineWords: true });
    await talkOnce(telling.url);
    await telling.close();
    expect(parseTimeline(read()).turns[0]?.words).toEqual({
      user: 'My dog is called Potola.',
      bot: 'Zanzibar is far.',
    });
  }, 30_000);

  it('asks for the token where there is one', async () => {
    const server = await serve({ token: 'a-long-secret' });
    expect((await get(server.port)).status).toBe(401);
    expect((await get(server.port, { authorization: 'Bearer wrong-secret' })).status).toBe(401);
    expect((await get(server.port, { authorization: 'Bearer a-long-secret' })).status).toBe(200);
  });

  it('tells nothing to pages of other origins, nor to a name that only claims to be this machine', async () => {
    const server = await createServer({
      port: 0,
      sessionFactory: () => Promise.reject(new Error('no')),
    });
    closers.push(() => server.close());
    expect((await get(server.port, { host: '127.0.0.1' })).status).toBe(200);
    const statusOf = async (headers: Record<string, string>) => (await get(server.port, headers)).status;
    expect(await statusOf({ origin: 'https://evil.example' })).toBe(403);
    expect(await statusOf({ host: `evil.example:${server.port}` })).toBe(403);
    expect(await statusOf({ host: `localhost:${server.port}` })).toBe(200);
    expect(await statusOf({ host: `[::1]:${server.port}` })).toBe(200);
  });
});
