/** What programs at the bridge may do to it: garbage, floods, silence, and a death in mid-sentence. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { openMemory } from '../../src/memory/memory.js';
import { bridgeSessions, type BridgeOptions } from '../../src/server/bridge/bridge-sessions.js';
import {
  createServer,
  type CreateServerOptions,
  type SlowcatServer,
} from '../../src/server/create-server.js';
import { FakeLanguageModel, FakeSpeechToText, createFakeTextToSpeech } from '../../src/testing/index.js';
import { pino } from 'pino';

type Json = Readonly<Record<string, unknown>>;

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(options: Partial<BridgeOptions> = {}, server: Partial<CreateServerOptions> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'slowcat-bridge-'));
  closers.push(() => rmSync(dataDir, { recursive: true }));
  const memory = await openMemory({ dataDir });
  closers.push(() => memory.close());
  const running = await createServer({
    port: 0,
    maxSessions: 200,
    sessionFactory: () => Promise.reject(new Error('nobody speaks here')),
    bridge: bridgeSessions({
      parts: {
        memory,
        stt: new FakeSpeechToText({ hears: (pcm) => `${pcm.length}` }),
        llm: new FakeLanguageModel({ answer: () => 'and on '.repeat(100), beforePiece: () => wait(5) }),
        tts: createFakeTextToSpeech({ beforeChunk: () => wait(5) }),
      },
      logger: pino({ level: 'silent' }),
      ...options,
    }),
    ...server,
  });
  closers.push(() => running.close());
  return running;
}

/** A program at the bridge. */
class Program {
  readonly told: Json[] = [];
  audioBytes = 0;

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.audioBytes += data.length - 4;
      else this.told.push(JSON.parse(data.toString()) as Json);
    });
  }

  static async dial(server: SlowcatServer, query = '', headers: Record<string, string> = {}) {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/bridge${query}`, { headers });
    socket.on('error', () => undefined);
    const program = new Program(socket);
    await once(socket, 'open');
    program.say({ type: 'hello', version: 1 });
    await expect.poll(() => program.told.length).toBe(1);
    return program;
  }

  say(message: Json): void {
    this.socket.send(JSON.stringify(message));
  }

  async last(id: number): Promise<Json> {
    const found = () => this.told.find((one) => one['id'] === id && one['type'] !== 'piece');
    await expect.poll(found).toBeDefined();
    return found()!;
  }
}

const closeCode = async (socket: WebSocket): Promise<number> =>
  ((await once(socket, 'close')) as [number])[0];

describe('who may connect', () => {
  it('is decided as for a voice', async () => {
    const server = await serve({}, { token: 'long-enough' });
    const refused = new WebSocket(`ws://127.0.0.1:${server.port}/bridge`);
    const [, response] = (await once(refused, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(401);
    refused.on('error', () => undefined).terminate();
    const foreign = new WebSocket(`ws://127.0.0.1:${server.port}/bridge?token=long-enough`, {
      origin: 'https://elsewhere.example',
    });
    const [, other] = (await once(foreign, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(other.statusCode).toBe(403);
    foreign.on('error', () => undefined).terminate();
    const inPage = new WebSocket(`ws://127.0.0.1:${server.port}/bridge`, { origin: 'http://localhost:3000' });
    expect(await closeCode(inPage)).toBe(4003);
    const badUser = new WebSocket(`ws://127.0.0.1:${server.port}/bridge?token=long-enough&user=a/b`);
    expect(await closeCode(badUser)).toBe(1008);
    const program = await Program.dial(server, '?user=anna', { authorization: 'Bearer long-enough' });
    program.say({ type: 'memory.remember', id: 1, role: 'user', text: 'My dog is called Potola.' });
    expect(await program.last(1)).toMatchObject({ type: 'result', stored: true, turnId: 1 });
    program.say({ type: 'memory.recall', id: 2, query: 'dog', user: 'anna', deadlineMs: 1000 });
    expect(await program.last(2)).toMatchObject({ block: expect.stringContaining('Potola') as string });
    program.say({ type: 'memory.recall', id: 3, query: 'dog', user: 'ann', deadlineMs: 1000 });
    expect(await program.last(3)).toMatchObject({ block: '' });
  });

  it('is limited in number, and only while there is readiness', async () => {
    let ready = false;
    const server = await serve({}, { maxSessions: 1, readiness: () => ({ ready, engines: {} }) });
    expect(await closeCode(new WebSocket(`ws://127.0.0.1:${server.port}/bridge`))).toBe(1013);
    ready = true;
    await Program.dial(server);
    expect(await closeCode(new WebSocket(`ws://127.0.0.1:${server.port}/bridge`))).toBe(1013);
    expect(server.bridges).toBe(1);
  });

  it('is nobody where there is no bridge', async () => {
    const server = await createServer({ port: 0, sessionFactory: () => Promise.reject(new Error()) });
    closers.push(() => server.close());
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/bridge`);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(404);
    socket.on('error', () => undefined).terminate();
  });
});

describe('a program that does wrong', () => {
  it('hurts itself alone: garbage, a huge message, bytes of no WebSocket', async () => {
    const server = await serve();
    const healthy = await Program.dial(server);
    const garbage = await Program.dial(server);
    for (let i = 0; i < 60; i++)
      garbage.socket.send(Buffer.from(Array.from({ length: i }, (_, n) => (n * 37) % 256)));
    for (let i = 0; i < 50; i++) garbage.socket.send('{"type":');
    expect(await closeCode(garbage.socket)).toBe(1007);
    const huge = await Program.dial(server);
    huge.socket.send(Buffer.alloc(1024 * 1024 + 1));
    expect(await closeCode(huge.socket)).toBe(1009);
    // Speaks no WebSocket at all after the upgrade.
    const raw = connect(server.port, '127.0.0.1');
    raw.on('error', () => undefined);
    raw.write(
      'GET /bridge HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await once(raw, 'data');
    raw.write(Buffer.alloc(1000, 0xff));
    await once(raw, 'close');
    healthy.say({ type: 'tts.synthesize', id: 1, text: 'Still here.' });
    expect(await healthy.last(1)).toMatchObject({ type: 'result', pieces: 1 });
    await expect.poll(() => server.bridges).toBe(1);
  });

  it('and stops reading is closed, while another is served', async () => {
    const limits = { stallMs: 300, highWaterBytes: 64 * 1024 };
    const server = await serve({ limits });
    const stalled = await Program.dial(server);
    stalled.socket.pause();
    const sentence = `${'word '.repeat(200)}. `;
    for (let id = 1; id <= 8; id++) stalled.say({ type: 'tts.synthesize', id, text: sentence.repeat(5) });
    const healthy = await Program.dial(server);
    healthy.say({ type: 'llm.generate', id: 1, messages: [{ role: 'user', content: 'x' }], maxTokens: 5 });
    expect(await healthy.last(1)).toMatchObject({ pieces: 5 });
    await expect.poll(() => server.bridges, { timeout: 15_000 }).toBe(1);
    stalled.socket.terminate();
  });

  it('and dies in mid-sentence, a hundred times, leaves nothing behind', async () => {
    let active = 0;
    const tts = createFakeTextToSpeech({ beforeChunk: () => wait(5) });
    const llm = new FakeLanguageModel({ answer: () => 'and on '.repeat(100), beforePiece: () => wait(5) });
    async function* counted<T>(stream: AsyncIterable<T>): AsyncGenerator<T> {
      active += 1;
      try {
        yield* stream;
      } finally {
        active -= 1;
      }
    }
    const server = await serve({
      parts: {
        stt: new FakeSpeechToText({ hears: () => 'x' }),
        llm: Object.assign(Object.create(llm) as typeof llm, {
          generate: (...args: Parameters<typeof llm.generate>) => counted(llm.generate(...args)),
        }),
        tts: { ...tts, synthesize: (...args) => counted(tts.synthesize(...args)) },
      },
    });
    const live = async (): Promise<void> => {
      const program = await Program.dial(server);
      program.say({ type: 'tts.synthesize', id: 1, text: 'A long sentence. '.repeat(50) });
      program.say({ type: 'llm.generate', id: 2, messages: [{ role: 'user', content: 'x' }] });
      program.say({ type: 'stt.transcribe', id: 3 });
      program.socket.send(Buffer.concat([Buffer.from([3, 0, 0, 0]), Buffer.alloc(3200)]));
      await expect.poll(() => program.audioBytes).toBeGreaterThan(0);
      program.socket.terminate();
    };
    await live();
    await expect.poll(() => server.bridges).toBe(0);
    const handles = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
    await expect.poll(() => active).toBe(0);
    const before = handles();
    for (let batch = 0; batch < 10; batch++) await Promise.all(Array.from({ length: 10 }, live));
    await expect.poll(() => server.bridges).toBe(0);
    await expect.poll(() => active).toBe(0);
    await expect.poll(handles).toBeLessThanOrEqual(before);
  });

  it('is told when the server closes', async () => {
    const server = await serve();
    const program = await Program.dial(server);
    program.say({ type: 'tts.synthesize', id: 1, text: 'A long sentence. '.repeat(50) });
    const closed = closeCode(program.socket);
    await server.close();
    expect(await closed).toBe(1001);
  });
});
