/** The example of docs/bridge.md, as it stands there, in plain Python against a server with a real memory. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { endOf } from '../../scripts/lib/run-command.mjs';
import { readWavMono } from '../../src/audio/index.js';
import { installFolder } from './clients.js';
import { installClients } from './install.js';

const packages = 'python-bridge';
const missing = (await installClients([{ packages, language: 'python' }])).get(packages);
if (missing !== undefined) process.stdout.write(`  SKIPPED the example of the bridge: ${missing}\n`);

const example = (): string => {
  const page = readFileSync(inRoot('docs', 'bridge.md'), 'utf8');
  const code = /<!-- example: .*?```python\n(.*?)```/su.exec(page)?.[1];
  if (code === undefined) throw new Error('docs/bridge.md has no example');
  return code;
};

/** Has a sentence stored as a program in any language would, by hand. */
async function remember(url: string, text: string): Promise<void> {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  socket.send('{"type":"hello","version":1}');
  const turn = { type: 'memory.remember', id: 1, user: 'anna', role: 'user', text };
  socket.send(JSON.stringify(turn));
  await new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      if (data.toString().includes('"stored":true')) resolve();
    });
  });
  socket.close();
}

describe.skipIf(missing !== undefined)('the example of docs/bridge.md', () => {
  const work = mkdtempSync(join(tmpdir(), 'slowcat-example-'));
  let server: ChildProcess;
  let url = '';

  beforeAll(async () => {
    const script = join(import.meta.dirname, 'bridge-server.ts');
    server = spawn(process.execPath, ['--import', 'tsx', script, join(work, 'memory')], {
      cwd: inRoot(),
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: server.stdout! }), 'line')) as [string];
    url = `ws://127.0.0.1:${(JSON.parse(line) as { port: number }).port}/bridge`;
  });

  afterAll(async () => {
    const gone = once(server, 'exit');
    server.stdin?.end();
    await gone;
    rmSync(work, { recursive: true });
  });

  it('recalls, answers and speaks', async () => {
    await remember(url, 'My dog is called Potola.');
    const program = join(work, 'example.py');
    const wav = join(work, 'answer.wav');
    writeFileSync(program, example());
    const python = join(installFolder(packages), 'bin', 'python');
    const { code, output } = await endOf(python, [program, url, 'What is my dog called?', wav]);
    expect(output.trim()).toBe('My dog is called Potola.');
    expect(code).toBe(0);
    const { pcm, sampleRateHz } = readWavMono(readFileSync(wav));
    // The scripted voice takes 50 ms a character.
    expect(pcm.length / sampleRateHz).toBeCloseTo(24 * 0.05, 2);
  });

  it('is short', () => {
    expect(example().trim().split('\n').length).toBeLessThanOrEqual(36);
  });
});
