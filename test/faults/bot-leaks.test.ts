/**
 * A hundred conversations with the built-in bot and its memory, each killed while the bot speaks: handles, engine calls
 * and memory are as before, and of no session anything is left that the collector could not take.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { loadConfig } from '../../src/config/index.js';
import { openMemory, type Memory } from '../../src/memory/memory.js';
import { createServer, type SlowcatServer } from '../../src/server/create-server.js';
import { voiceSessions } from '../../src/server/voice-session.js';
import {
  FakeLanguageModel,
  FakeSpeechToText,
  createFakeTextToSpeech,
  createFakeVoiceActivity,
} from '../../src/testing/index.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Calls of engines that are neither at their end nor cancelled. */
let active = 0;
async function* counted<T>(stream: AsyncIterable<T>): AsyncGenerator<T> {
  active += 1;
  try {
    yield* stream;
  } finally {
    active -= 1;
  }
}

class CountedModel extends FakeLanguageModel {
  override generate(...args: Parameters<FakeLanguageModel['generate']>) {
    return counted(super.generate(...args));
  }

  override generateWithTools(...args: Parameters<FakeLanguageModel['generateWithTools']>) {
    return counted(super.generateWithTools(...args));
  }
}

const dataDir = mkdtempSync(join(tmpdir(), 'slowcat-leaks-'));
let memory: Memory;
let server: SlowcatServer;
const sessions: WeakRef<object>[] = [];

beforeAll(async () => {
  memory = await openMemory({ dataDir });
  const llm = new CountedModel({ answer: () => 'and on, '.repeat(200), beforePiece: () => wait(2) });
  const tts = createFakeTextToSpeech({ beforeChunk: () => wait(2) });
  const bots = voiceSessions({
    config: loadConfig({ env: {}, flags: { voice: 'fake_one' } }),
    memory,
    engines: {
      vad: createFakeVoiceActivity(),
      stt: new FakeSpeechToText({ hears: () => 'Hello.' }),
      llm,
      tts: { ...tts, synthesize: (...args) => counted(tts.synthesize(...args)) },
    },
    logger: pino({ level: 'silent' }),
  });
  server = await createServer({
    port: 0,
    maxSessions: 20,
    sessionFactory: async (connection) => {
      const session = await bots(connection);
      sessions.push(new WeakRef(session), new WeakRef(connection));
      return session;
    },
  });
});

afterAll(async () => {
  await server.close();
  await memory.close();
  rmSync(dataDir, { recursive: true });
});

const request = (type: string, data: unknown) => JSON.stringify({ label: 'rtvi-ai', type, id: type, data });
const silence = request('raw-audio', {
  base64Audio: Buffer.alloc(1280).toString('base64'),
  sampleRate: 16_000,
  numChannels: 1,
});

/** Talks until the bot speaks, and is gone. */
async function live(how: 'terminate' | 'close'): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rtvi`);
  socket.on('error', () => undefined);
  await once(socket, 'open');
  const speaking = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      if (data.includes('bot-tts-audio')) resolve();
    });
  });
  socket.send(request('client-ready', { version: '2.2.0' }));
  socket.send(silence);
  socket.send(request('send-text', { content: 'Talk to me.' }));
  await speaking;
  socket[how]();
}

async function batch(size: number): Promise<void> {
  await Promise.all(Array.from({ length: size }, (_, i) => live(i % 2 === 0 ? 'terminate' : 'close')));
  await expect.poll(() => server.sessions).toBe(0);
  await expect.poll(() => active).toBe(0);
}

const handles = (kind: string) => process.getActiveResourcesInfo().filter((one) => one === kind).length;

/** Objects of sessions that the collector has not taken; it takes what is young in its own time. */
async function left(): Promise<number> {
  await wait(20);
  collect();
  return sessions.filter((session) => session.deref() !== undefined).length;
}

it('gives back handles, engine calls and memory of 100 bots that were killed while they spoke', async () => {
  // What the first ones fill stays: code, caches, the user's memory.
  await batch(10);
  await batch(10);
  await expect.poll(left).toBe(0);
  const before = { sockets: handles('TCPSocketWrap'), timers: handles('Timeout') };
  for (let i = 0; i < 10; i++) await batch(10);
  expect(sessions).toHaveLength(240);
  await expect.poll(left).toBe(0);
  await expect.poll(() => handles('TCPSocketWrap')).toBe(before.sockets);
  // Those of the test's own waiting come and go.
  await expect.poll(() => handles('Timeout')).toBeLessThanOrEqual(before.timers + 1);
});
